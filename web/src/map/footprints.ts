/** Footprints on the map: outlines by availability, in colours and dashes of their own; signs where they are too small to be seen. */

import type { Feature, FeatureCollection } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, Map as Maplibre, Point } from 'maplibre-gl';
import { bounds } from '../core/area';
import { AVAILABILITIES, type Availability } from '../core/search';
import { badgeOf, type Item, keyOf } from '../core/stac';
import { DASHES } from '../results/symbol';
import { putIcons } from './icons';
import type { Palette } from './palette';

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
/** Up to here a sign stands in the middle of each footprint, where there are many. */
const NEAR = 7;
/** With more than these, outlines are faint until the map comes near, and nothing is filled but what is pointed at. */
const MANY = 120;
/** Up to here otherwise: footprints are dots. */
const FEW_NEAR = 4;
/** Fills that lie upon one another hide the ground, and thousands of them take long to draw: they are for few. Unseen ones can be pointed at. */
const FILLED = 12;
/** With more than these, outlines come when the map is near; until then the signs stand for them. */
const CROWD = 800;
const CROWD_FROM = 6;
const FILL = 'footprints-fill';
/** The layer that follows those of all footprints. */
export const ABOVE_SIGNS = 'hovered-fill';
const SIGNS = 'footprints-signs';

export function addFootprints(map: Maplibre, palette: Palette): void {
  putIcons(map, palette);
  // Their outlines are simple: none is simplified, and tiles beyond zoom 12 are cut from those.
  map.addSource('footprints', { type: 'geojson', data: EMPTY, tolerance: 0, maxzoom: 12, buffer: 16 });
  map.addSource('signs', { type: 'geojson', data: EMPTY, maxzoom: 6 });
  map.addSource('hovered', { type: 'geojson', data: EMPTY, tolerance: 0 });
  map.addSource('opened', { type: 'geojson', data: EMPTY, tolerance: 0 });
  map.addLayer({ id: FILL, type: 'fill', source: 'footprints', paint: { 'fill-color': coloured(palette), 'fill-opacity': 0 } });
  for (const one of AVAILABILITIES) {
    map.addLayer({
      id: lineOf(one),
      type: 'line',
      source: 'footprints',
      filter: ['==', ['get', 'badge'], one],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': palette.availability[one],
        'line-width': one === 'held' ? 2 : 1.3,
        'line-opacity': 0.9,
        ...(DASHES[one] ? { 'line-dasharray': DASHES[one] } : {}),
      },
    });
  }
  map.addLayer({
    id: SIGNS,
    type: 'symbol',
    source: 'signs',
    maxzoom: FEW_NEAR,
    layout: {
      'icon-image': ['get', 'badge'],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 2, 0.5, NEAR, 0.75],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  });
  map.addLayer({ id: 'hovered-fill', type: 'fill', source: 'hovered', paint: { 'fill-color': coloured(palette), 'fill-opacity': 0.28 } });
  map.addLayer({ id: 'hovered', type: 'line', source: 'hovered', paint: { 'line-color': coloured(palette), 'line-width': 3 } });
  map.addLayer({
    id: 'opened-halo',
    type: 'line',
    source: 'opened',
    paint: { 'line-color': palette.paper, 'line-width': 6, 'line-opacity': 0.9 },
  });
  map.addLayer({ id: 'opened', type: 'line', source: 'opened', paint: { 'line-color': coloured(palette), 'line-width': 3.5 } });
}

export function paintFootprints(map: Maplibre, palette: Palette): void {
  putIcons(map, palette);
  map.setPaintProperty(FILL, 'fill-color', coloured(palette));
  for (const one of AVAILABILITIES) map.setPaintProperty(lineOf(one), 'line-color', palette.availability[one]);
  map.setPaintProperty('hovered-fill', 'fill-color', coloured(palette));
  map.setPaintProperty('hovered', 'line-color', coloured(palette));
  map.setPaintProperty('opened-halo', 'line-color', palette.paper);
  map.setPaintProperty('opened', 'line-color', coloured(palette));
}

/** The newest lie on top: they come first in the list, and last on the map. */
export function putFootprints(map: Maplibre, items: readonly Item[]): void {
  const features: Feature[] = [];
  const signs: Feature[] = [];
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] as Item;
    if (!item.geometry || item.geometry.type === 'GeometryCollection') continue;
    const properties = { key: keyOf(item), badge: badgeOf(item) };
    features.push({ type: 'Feature', properties, geometry: item.geometry });
    const [west, south, east, north] = bounds(item.geometry.coordinates);
    if (west <= east)
      signs.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] } });
  }
  map.getSource<GeoJSONSource>('footprints')?.setData({ type: 'FeatureCollection', features });
  const many = features.length > MANY;
  map.getSource<GeoJSONSource>('signs')?.setData({ type: 'FeatureCollection', features: signs });
  map.setLayerZoomRange(SIGNS, 0, many ? NEAR : FEW_NEAR);
  map.setPaintProperty(FILL, 'fill-opacity', features.length > FILLED ? 0 : 0.07);
  const from = features.length > CROWD ? CROWD_FROM : 0;
  map.setLayerZoomRange(FILL, from, 24);
  for (const one of AVAILABILITIES) {
    map.setLayerZoomRange(lineOf(one), from, 24);
    map.setPaintProperty(lineOf(one), 'line-opacity', many ? faint(features.length) : 0.9);
  }
}

/** Marks one footprint: `opened`, the Item whose page is open; `hovered`, what is pointed at. */
export function mark(map: Maplibre, as: 'opened' | 'hovered', item: Item | null): void {
  const features: Feature[] = item?.geometry ? [{ type: 'Feature', properties: { badge: badgeOf(item) }, geometry: item.geometry }] : [];
  map.getSource<GeoJSONSource>(as)?.setData({ type: 'FeatureCollection', features });
}

/** Keys of the footprints at a place of the screen, topmost first. */
export function keysAt(map: Maplibre, point: Point): string[] {
  const near = 6;
  const box: [[number, number], [number, number]] = [
    [point.x - near, point.y - near],
    [point.x + near, point.y + near],
  ];
  const signs = map.getZoom() < NEAR ? map.queryRenderedFeatures(box, { layers: [SIGNS] }) : [];
  const found = [...signs, ...map.queryRenderedFeatures(point, { layers: [FILL] })];
  return [...new Set(found.map(({ properties }) => String(properties.key)))];
}

/** The more there are, the fainter from afar. */
function faint(count: number): ExpressionSpecification {
  const far = Math.max(0.06, Math.min(0.5, 60 / count));
  return ['interpolate', ['linear'], ['zoom'], 4, far, 7, Math.min(0.9, far * 3), 10, 0.9];
}

function lineOf(availability: Availability): string {
  return `footprints-${availability}`;
}

function coloured(palette: Palette): ExpressionSpecification {
  const pairs = AVAILABILITIES.flatMap((one) => [one, palette.availability[one]]);
  return ['match', ['get', 'badge'], ...pairs, palette.availability.unknown] as unknown as ExpressionSpecification;
}
