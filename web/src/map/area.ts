/** The searched area on the map. */

import type { Feature, FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as Maplibre } from 'maplibre-gl';
import { type Area, shapeOfArea } from '../core/area';
import type { Palette } from './palette';

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function addArea(map: Maplibre, palette: Palette): void {
  map.addSource('area', { type: 'geojson', data: EMPTY, tolerance: 0 });
  map.addLayer({
    id: 'area-halo',
    type: 'line',
    source: 'area',
    paint: { 'line-color': palette.paper, 'line-width': 5, 'line-opacity': 0.8 },
  });
  map.addLayer({ id: 'area', type: 'line', source: 'area', paint: { 'line-color': palette.ink, 'line-width': 2.2 } });
}

export function paintArea(map: Maplibre, palette: Palette): void {
  map.setPaintProperty('area-halo', 'line-color', palette.paper);
  map.setPaintProperty('area', 'line-color', palette.ink);
}

export function putArea(map: Maplibre, area: Area | null): void {
  const features: Feature[] = area ? [{ type: 'Feature', properties: {}, geometry: shapeOfArea(area) }] : [];
  map.getSource<GeoJSONSource>('area')?.setData({ type: 'FeatureCollection', features });
}
