/** The background that is always there: land, coasts and borders of Natural Earth (world-atlas), finer as the map comes nearer. */

import type { FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as Maplibre, StyleSpecification } from 'maplibre-gl';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarse from 'world-atlas/countries-110m.json?url';
import fine from 'world-atlas/countries-10m.json?url';
import middle from 'world-atlas/countries-50m.json?url';
import type { Palette } from './palette';

export type Atlas = Topology<{ countries: GeometryCollection<{ name: string }> }>;

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const FILES = [coarse, middle, fine] as const;
/** From which zoom on each of them is needed. */
const ZOOMS: readonly number[] = [0, 3, 6.5];

export function baseStyle(palette: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: EMPTY, tolerance: 0.2, attribution: 'Natural Earth' },
      coast: { type: 'geojson', data: EMPTY, tolerance: 0.2 },
      borders: { type: 'geojson', data: EMPTY, tolerance: 0.2 },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land, 'fill-antialias': false } },
      { id: 'coast', type: 'line', source: 'coast', paint: { 'line-color': palette.coast, 'line-width': 0.8 } },
      { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': palette.border, 'line-width': 1 } },
    ],
  };
}

/** Fetches the coarse one. */
export function firstAtlas(): Promise<Response> {
  const found = ask(0);
  // Whoever waits for it is told.
  found.catch(() => undefined);
  return found;
}

/** Loads what the map's zoom needs, now and whenever it moves, `first` first. Calls back with each atlas that has come. */
export function keepBasemap(map: Maplibre, first: Promise<Response>, came: (atlas: Atlas) => void): void {
  let shown = -1;
  let loading = -1;

  async function load(): Promise<void> {
    const zoom = map.getZoom();
    const wanted = ZOOMS.reduce((best, least, i) => (zoom >= least ? i : best), 0);
    // First the coarse one, which is there at once.
    const next = shown < 0 ? 0 : Math.max(shown, wanted);
    if (next === shown || next === loading) return;
    loading = next;
    try {
      const answer = await (shown < 0 ? first : ask(next));
      const atlas = (await answer.json()) as Atlas;
      if (next < shown || !map.getSource('land')) return;
      shown = next;
      put(map, atlas);
      came(atlas);
    } catch {
      // The coarser one stays.
      shown = Math.max(shown, next);
    }
    loading = -1;
    void load();
  }

  map.on('zoomend', () => void load());
  void load();
}

function ask(file: number): Promise<Response> {
  return fetch(new URL(FILES[file] ?? coarse, document.baseURI));
}

function put(map: Maplibre, atlas: Atlas): void {
  const { countries } = atlas.objects;
  // Country by country: one polygon of all continents has more corners than a part of a tile may have.
  map.getSource<GeoJSONSource>('land')?.setData(feature(atlas, countries) as FeatureCollection);
  map.getSource<GeoJSONSource>('coast')?.setData(mesh(atlas, countries as never, (a, b) => a === b));
  map.getSource<GeoJSONSource>('borders')?.setData(mesh(atlas, countries as never, (a, b) => a !== b));
}

export function paintBasemap(map: Maplibre, palette: Palette): void {
  map.setPaintProperty('water', 'background-color', palette.water);
  map.setPaintProperty('land', 'fill-color', palette.land);
  map.setPaintProperty('coast', 'line-color', palette.coast);
  map.setPaintProperty('borders', 'line-color', palette.border);
}
