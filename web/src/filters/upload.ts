/** Areas from files that people have: GeoJSON, KML and KMZ, zipped shapefiles. Files may be anything: each fault has words of its own. */

import type { Geometry, Position } from 'geojson';
import { type Area, MOST_POSITIONS, normalised, type Shape } from '../core/area';
import { hull } from './hull';
import { readShapefile, ShapefileError } from './shapefile';
import { unzip, ZipError } from './zip';

export const MOST_BYTES = 5_000_000;
const MOST_UNPACKED = 40_000_000;
const MOST_DEPTH = 20;
const MOST_NESTED = 200;
const LONGEST_NAME = 80;

export type UploadFault = 'size' | 'empty' | 'kind' | 'json' | 'xml' | 'zip' | 'bomb' | 'locked' | 'shapefile' | 'polygons' | 'outside' | 'unreadable';

/** `upload.error.<fault>` is what people are told. */
export class UploadError extends Error {
  constructor(readonly fault: UploadFault) {
    super(fault);
  }
}

/** What a file gave. `skipped`: points and lines, which have no surface. */
export interface Upload {
  area: Area;
  /** `thinned`: fewer positions than the file has; `hull`: only the outline around all polygons. */
  form: 'whole' | 'thinned' | 'hull';
  polygons: number;
  skipped: number;
}

/** Reads a file. Raises UploadError. */
export async function readUpload(file: File): Promise<Upload> {
  if (file.size > MOST_BYTES) throw new UploadError('size');
  if (file.size === 0) throw new UploadError('empty');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new UploadError('unreadable');
  }
  const name = file.name.replace(/\.(geojson|json|kml|kmz|zip)$/i, '').slice(0, LONGEST_NAME);
  return areaOf(await geometriesOf(bytes), name);
}

/** All geometries of a file, whatever its name says it is. Raises UploadError. */
export async function geometriesOf(bytes: Uint8Array<ArrayBuffer>): Promise<unknown[]> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return zipped(bytes);
  const text = new TextDecoder().decode(bytes).trimStart();
  if (text.startsWith('<')) return kml(text);
  if (text.startsWith('{') || text.startsWith('[')) return geojson(text);
  throw new UploadError('kind');
}

/** The area of the polygons among them. Raises UploadError. */
export function areaOf(geometries: readonly unknown[], name: string): Upload {
  const polygons: Position[][][] = [];
  let skipped = 0;
  for (const geometry of geometries) {
    const found = polygonsIn(geometry, 0);
    if (found.length) polygons.push(...found);
    else skipped++;
  }
  if (!polygons.length) throw new UploadError('polygons');
  const positions = polygons.flat(2);
  if (!positions.every(isOnEarth)) throw new UploadError('outside');
  const whole = normalised({ kind: 'polygon', geometry: shapeOf(polygons), name });
  const told = { polygons: polygons.length, skipped };
  if (whole?.kind === 'polygon' && polygonCount(whole.geometry) === polygons.length) {
    return { area: whole, form: positions.length > MOST_POSITIONS ? 'thinned' : 'whole', ...told };
  }
  // So many, or so small, that thinning out loses some: none of them is left outside.
  const around = hull(positions);
  const area = around && normalised({ kind: 'polygon', geometry: { type: 'Polygon', coordinates: [around] }, name });
  if (!area) throw new UploadError('polygons');
  return { area, form: 'hull', ...told };
}

async function zipped(bytes: Uint8Array<ArrayBuffer>): Promise<unknown[]> {
  const files = await unzip(bytes, (name) => /\.(shp|prj|kml|geojson|json)$/i.test(name) && !name.includes('__MACOSX'), MOST_UNPACKED).catch(
    (error: unknown) => {
      if (!(error instanceof ZipError)) throw error;
      throw new UploadError(error.reason === 'broken' ? 'zip' : error.reason);
    },
  );
  const found: unknown[] = [];
  const texts = new TextDecoder();
  for (const [name, file] of files) {
    if (/\.kml$/i.test(name)) found.push(...(await kml(texts.decode(file))));
    else if (/json$/i.test(name)) found.push(...geojson(texts.decode(file)));
    else if (/\.shp$/i.test(name)) found.push(...(await shapefile(file, projectionOf(name, files))));
  }
  if (!found.length) throw new UploadError(files.size ? 'polygons' : 'kind');
  return found;
}

function projectionOf(name: string, files: Map<string, Uint8Array>): string | null {
  const wanted = name.replace(/shp$/i, 'prj').toLowerCase();
  const prj = [...files].find(([other]) => other.toLowerCase() === wanted)?.[1];
  return prj ? new TextDecoder().decode(prj) : null;
}

async function shapefile(shp: Uint8Array<ArrayBuffer>, prj: string | null): Promise<Geometry[]> {
  try {
    return await readShapefile(shp, prj);
  } catch (error) {
    if (error instanceof ShapefileError) throw new UploadError('shapefile');
    throw error;
  }
}

/** Entities are refused, none is ever needed: they are how a small file becomes a huge one. */
async function kml(text: string): Promise<unknown[]> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || !isBalanced(text)) throw new UploadError('xml');
  const page = new DOMParser().parseFromString(text, 'text/xml');
  if (page.querySelector('parsererror')) throw new UploadError('xml');
  if (page.documentElement.localName !== 'kml') throw new UploadError('kind');
  const { kml: read } = await import('@tmcw/togeojson');
  try {
    return read(page).features.map((feature) => feature.geometry);
  } catch {
    throw new UploadError('xml');
  }
}

/** Whether each tag is closed, and none lies too deep. A browser's parser would say so too, in a style that the page's policy refuses. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const [, closing, name = '', ending] of text.matchAll(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(\/?)([^\s/>]+)[^>]*?(\/?)>/g)) {
    if (!name || ending) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return false;
    if (open.length > MOST_NESTED) return false;
  }
  return open.length === 0;
}

function geojson(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UploadError('json');
  }
  const { type, features, geometry } = (value ?? {}) as Record<string, unknown>;
  if (type === 'FeatureCollection') return Array.isArray(features) ? features.map((one: unknown) => (one as { geometry?: unknown } | null)?.geometry) : [];
  if (type === 'Feature') return [geometry];
  if (typeof type === 'string') return [value];
  throw new UploadError('json');
}

/** Its polygons; nothing for what is no surface, or is not as GeoJSON says (RFC 7946, §3.1). */
function polygonsIn(value: unknown, depth: number): Position[][][] {
  const { type, coordinates, geometries } = (value ?? {}) as Record<string, unknown>;
  if (type === 'GeometryCollection' && Array.isArray(geometries) && depth < MOST_DEPTH) {
    return geometries.flatMap((one) => polygonsIn(one, depth + 1));
  }
  const given = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' && Array.isArray(coordinates) ? coordinates : [];
  return given.filter(isPolygon);
}

function isPolygon(value: unknown): value is Position[][] {
  return Array.isArray(value) && value.length > 0 && value.every((ring) => Array.isArray(ring) && ring.length > 3 && ring.every(isPosition));
}

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'number');
}

function isOnEarth([lon = NaN, lat = NaN]: Position): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

function shapeOf(polygons: Position[][][]): Shape {
  const [first] = polygons;
  return polygons.length === 1 && first ? { type: 'Polygon', coordinates: first } : { type: 'MultiPolygon', coordinates: polygons };
}

function polygonCount(shape: Shape): number {
  return shape.type === 'Polygon' ? 1 : shape.coordinates.length;
}
