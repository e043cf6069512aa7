/** Drawing an area on the map with terra-draw, fetched when somebody draws. */

import type { Polygon } from 'geojson';
import type { Map as Maplibre } from 'maplibre-gl';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawRectangleMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { type Area, bboxArea, bounds } from '../core/area';

/** Starts drawing; calls back with what was drawn, once. Returns what ends it. */
export function startDrawing(map: Maplibre, kind: 'rectangle' | 'polygon', colour: string, drawn: (area: Area) => void): () => void {
  const hex = colour as `#${string}`;
  const styles = { fillColor: hex, fillOpacity: 0.15, outlineColor: hex, outlineWidth: 3 };
  const modes = [
    new TerraDrawPolygonMode({ styles: { ...styles, closingPointColor: hex, closingPointWidth: 6 } }),
    new TerraDrawRectangleMode({ styles }),
  ];
  const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map }), modes });
  draw.start();
  draw.setMode(kind);
  draw.on('finish', (id) => {
    const shape = draw.getSnapshotFeature(id)?.geometry as Polygon | undefined;
    const area = shape && areaOf(kind, shape);
    if (area) drawn(area);
  });
  return () => {
    if (draw.enabled && map.getStyle()) draw.stop();
  };
}

function areaOf(kind: 'rectangle' | 'polygon', geometry: Polygon): Area | null {
  return kind === 'rectangle' ? bboxArea(bounds(geometry.coordinates)) : { kind: 'polygon', geometry };
}
