/** Polygons of a zipped shapefile, in degrees. */

import type { Geometry } from 'geojson';

const POLYGONS = new Set([5, 15, 25]);
const MOST_RINGS = 10_000;
const LONGEST_PROJECTION = 10_000;

/** The file is not as shapefiles are. */
export class ShapefileError extends Error {}

/** Of `shp` in the projection `prj`, the text of its .prj file; as they stand without one, and where it cannot be read. Raises ShapefileError. */
export async function readShapefile(shp: Uint8Array<ArrayBuffer>, prj: string | null): Promise<Geometry[]> {
  const view = new DataView(shp.buffer, shp.byteOffset, shp.byteLength);
  checkRecords(view);
  const { parseShp } = await import('shpjs');
  try {
    return parseShp(view, prj?.slice(0, LONGEST_PROJECTION)).filter((one) => one !== null);
  } catch {
    throw new ShapefileError();
  }
}

/** Refuses records whose parts go back: a reader would read them again and again. Layout: ESRI Shapefile Technical Description (1998). */
function checkRecords(view: DataView): void {
  if (view.byteLength < 100 || view.getInt32(0) !== 9994) throw new ShapefileError();
  let rings = 0;
  for (let at = 100; at + 8 <= view.byteLength; ) {
    const length = view.getInt32(at + 4) * 2;
    if (length < 0 || at + 8 + length > view.byteLength) throw new ShapefileError();
    if (length >= 4 && POLYGONS.has(view.getInt32(at + 8, true))) rings += checkedRings(view, at + 8, length);
    if (rings > MOST_RINGS) throw new ShapefileError();
    at += 8 + length;
  }
}

function checkedRings(view: DataView, at: number, length: number): number {
  if (length < 44) throw new ShapefileError();
  const [parts, points] = [view.getInt32(at + 36, true), view.getInt32(at + 40, true)];
  if (parts < 0 || points < 0 || 44 + 4 * parts + 16 * points > length) throw new ShapefileError();
  for (let part = 0, before = -1; part < parts; part++) {
    const first = view.getInt32(at + 44 + 4 * part, true);
    if (first <= before || first >= points) throw new ShapefileError();
    before = first;
  }
  return parts;
}
