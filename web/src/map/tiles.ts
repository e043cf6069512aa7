/** Layers of tiles from elsewhere, each switched on by somebody: backgrounds and the annual coverages. */

import type { Map as Maplibre } from 'maplibre-gl';
import type { Layer } from '../core/config';

/** Makes the map show these layers, in this order, and no others. */
export function putTiles(map: Maplibre, wanted: readonly Layer[]): void {
  const ids = new Set(wanted.map(idOf));
  for (const { id } of map.getStyle().layers) {
    if (id.startsWith('tiles ') && !ids.has(id)) {
      map.removeLayer(id);
      map.removeSource(id);
    }
  }
  for (const layer of wanted) {
    const id = idOf(layer);
    if (map.getSource(id)) continue;
    const { tiles, bounds, attribution, minzoom, maxzoom } = layer;
    map.addSource(id, { type: 'raster', tiles: [tiles], tileSize: 256, minzoom, maxzoom, attribution, ...(bounds ? { bounds } : {}) });
    // A background lies under coverages, and both under names and footprints.
    const before =
      layer.kind === 'basemap' ? (map.getStyle().layers.find((one) => one.id.startsWith('tiles '))?.id ?? 'borders') : 'borders';
    map.addLayer({ id, type: 'raster', source: id }, before);
  }
}

function idOf(layer: Layer): string {
  return `tiles ${layer.id}`;
}
