/** The quicklook of the open Item, laid into its footprint. */

import type { Position } from 'geojson';
import type { Map as Maplibre } from 'maplibre-gl';
import { bboxOfItem, type Item, thumbnailOf, viewPath } from '../core/stac';

type Corners = [[number, number], [number, number], [number, number], [number, number]];
const ID = 'quicklook';

/** Shows it, or takes it away where there is none to show. Whether there is one. */
export function putQuicklook(map: Maplibre, item: Item | null, base: string, opacity: number): boolean {
  if (map.getLayer(ID)) map.removeLayer(ID);
  if (map.getSource(ID)) map.removeSource(ID);
  const key = item && thumbnailOf(item, 'overview');
  const corners = item && cornersOf(item);
  if (!item || !key || !corners) return false;
  const url = new URL(base + viewPath(item, key), document.baseURI).href;
  map.addSource(ID, { type: 'image', url, coordinates: corners });
  map.addLayer({ id: ID, type: 'raster', source: ID, paint: { 'raster-opacity': opacity, 'raster-fade-duration': 0 } }, 'opened-halo');
  return true;
}

export function fadeQuicklook(map: Maplibre, opacity: number): void {
  if (map.getLayer(ID)) map.setPaintProperty(ID, 'raster-opacity', opacity);
}

/** Upper left, upper right, lower right, lower left: of a footprint with four corners those, else of its box. */
export function cornersOf(item: Item): Corners | null {
  const { geometry } = item;
  const ring = geometry?.type === 'Polygon' && geometry.coordinates.length === 1 ? geometry.coordinates[0] : null;
  const four = ring?.length === 5 ? sorted(ring.slice(0, 4)) : null;
  if (four) return four;
  const box = bboxOfItem(item);
  if (!box || box[0] > box[2] || box[2] - box[0] > 60) return null;
  const [west, south, east, north] = box;
  return [[west, north], [east, north], [east, south], [west, south]]; // prettier-ignore
}

/** Two northern corners and two southern ones, each pair from west to east; null where they do not make a picture. */
function sorted(corners: Position[]): Corners | null {
  const byLatitude = [...corners].sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0));
  const pair = (two: Position[]) => two.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)) as [number, number][];
  const [upper, lower] = [pair(byLatitude.slice(0, 2)), pair(byLatitude.slice(2))];
  const [upperLeft, upperRight, lowerLeft, lowerRight] = [...upper, ...lower] as Corners;
  const crossed =
    upperLeft[0] >= upperRight[0] || lowerLeft[0] >= lowerRight[0] || upperRight[0] < lowerLeft[0] || lowerRight[0] < upperLeft[0];
  return crossed ? null : [upperLeft, upperRight, lowerRight, lowerLeft];
}
