/** Names on the map: countries, and towns of France; drawn with the system's fonts, so that none is fetched. */

import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, Map as Maplibre, SymbolLayerSpecification } from 'maplibre-gl';
import { feature } from 'topojson-client';
import type { Lang } from '../core/config';
import communes from '../filters/data/communes.json?url';
import type { Atlas } from './basemap';
import { countryNames } from './countries';
import type { Palette } from './palette';

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const FONT = ['system-ui', 'sans-serif'];
/** Towns by their rank: above which they are shown, and from which zoom. */
const TOWNS: [string, number, number, number][] = [
  ['towns-largest', 0, 12, 4],
  ['towns-large', 12, 80, 5.4],
  ['towns', 80, 800, 6.8],
  ['towns-small', 800, 1e6, 8.5],
];

/** Adds their layers below another. */
export function addLabels(map: Maplibre, palette: Palette, before: string): void {
  map.addSource('countries', { type: 'geojson', data: EMPTY });
  map.addSource('towns', { type: 'geojson', data: EMPTY, attribution: 'communes : INSEE, GeoNames (CC BY 4.0)' });
  map.addLayer(labelled('countries', 'countries', palette, { size: 12, maxzoom: 7 }), before);
  for (const [id, from, to, minzoom] of TOWNS) {
    const filter: ExpressionSpecification = ['all', ['>=', ['get', 'rank'], from], ['<', ['get', 'rank'], to]];
    map.addLayer({ ...labelled(id, 'towns', palette, { size: 11, maxzoom: 24 }), minzoom, filter }, before);
  }
}

export function paintLabels(map: Maplibre, palette: Palette): void {
  for (const id of ['countries', ...TOWNS.map(([id]) => id)]) {
    map.setPaintProperty(id, 'text-color', palette.label);
    map.setPaintProperty(id, 'text-halo-color', palette.halo);
  }
}

/** Names of the countries, each where its largest part is. */
export function nameCountries(map: Maplibre, atlas: Atlas, lang: Lang): void {
  const nameOf = countryNames(lang);
  const countries = feature(atlas, atlas.objects.countries) as FeatureCollection<Polygon | MultiPolygon, { name: string }>;
  const features = countries.features.flatMap((country): Feature<Point>[] => {
    const [at, size] = middle(country.geometry);
    const name = nameOf(String(country.id)) ?? country.properties.name;
    return at ? [{ type: 'Feature', properties: { name, rank: -size }, geometry: { type: 'Point', coordinates: at } }] : [];
  });
  map.getSource<GeoJSONSource>('countries')?.setData({ type: 'FeatureCollection', features });
}

/** Fetches the towns, once the map has nothing else to do. */
export async function nameTowns(map: Maplibre): Promise<void> {
  try {
    const answer = await fetch(new URL(communes, document.baseURI));
    const told = (await answer.json()) as { communes: [string, string, number, number][] };
    const features = told.communes.map(([name, , lon, lat], rank): Feature<Point> => ({
      type: 'Feature',
      properties: { name, rank },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    }));
    map.getSource<GeoJSONSource>('towns')?.setData({ type: 'FeatureCollection', features });
  } catch {
    // A map without towns is a map.
  }
}

function labelled(
  id: string,
  source: string,
  palette: Palette,
  { size, maxzoom }: { size: number; maxzoom: number },
): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    source,
    maxzoom,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': size,
      'text-max-width': 8,
      'text-padding': 6,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
  };
}

/** The middle of the largest polygon, and its size in square degrees. */
function middle(geometry: Polygon | MultiPolygon): [Position | null, number] {
  const rings = geometry.type === 'Polygon' ? [geometry.coordinates[0]] : geometry.coordinates.map(([outer]) => outer);
  let best: [Position | null, number] = [null, 0];
  for (const ring of rings) {
    const [at, size] = centroid(ring ?? []);
    if (size > best[1]) best = [at, size];
  }
  return best;
}

function centroid(ring: Position[]): [Position, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 1; i < ring.length; i++) {
    const [ax = 0, ay = 0] = ring[i - 1] ?? [];
    const [bx = 0, by = 0] = ring[i] ?? [];
    const cross = ax * by - bx * ay;
    sum += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return [[x / (3 * sum || 1), y / (3 * sum || 1)], Math.abs(sum / 2)];
}
