/** Areas that are searched: boxes and polygons in degrees (WGS 84), and their short form in an address. */

import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { Bbox } from './config';

export type Shape = Polygon | MultiPolygon;
export type Area = { kind: 'bbox'; bbox: Bbox } | { kind: 'polygon'; geometry: Shape; name?: string };

/** More positions than this are thinned out, so that an address stays short enough to be sent. */
export const MOST_POSITIONS = 400;
const PRECISION = 1e5;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const LONGEST_NAME = 120;
const LONGEST_TEXT = 60_000;

/** The area as it is searched and as its address says it: rounded, rings closed, thinned out; null for what is no area. */
export function normalised(area: Area): Area | null {
  if (area.kind === 'bbox') return bboxArea(area.bbox);
  let tolerance = 0;
  let polygons = roundedPolygons(polygonsOf(area.geometry), tolerance);
  while (count(polygons) > MOST_POSITIONS) {
    tolerance = tolerance ? tolerance * 2 : 1e-4;
    polygons = roundedPolygons(polygonsOf(area.geometry), tolerance);
    if (tolerance > 10) return null;
  }
  if (!polygons.length || !polygons.flat(2).every(isPosition)) return null;
  const name = area.name?.trim().slice(0, LONGEST_NAME);
  return { kind: 'polygon', geometry: shapeOf(polygons), ...(name ? { name } : {}) };
}

/** A box of west, south, east, north; west > east crosses the antimeridian. Null for what is none. */
export function bboxArea(values: readonly number[]): Area | null {
  const [west, south, east, north] = values.map((value) => Math.round(value * PRECISION) / PRECISION) as Bbox;
  const right = values.length === 4 && [west, south, east, north].every(Number.isFinite) && south < north && west !== east;
  if (!right || Math.abs(west) > 180 || Math.abs(east) > 180 || south < -90 || north > 90) return null;
  return { kind: 'bbox', bbox: [west, south, east, north] };
}

export function polygonsOf(shape: Shape): Position[][][] {
  return shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
}

/** The box around positions, however deep they lie in lists. */
export function bounds(coordinates: unknown, found: Bbox = [180, 90, -180, -90]): Bbox {
  if (!Array.isArray(coordinates)) return found;
  if (typeof coordinates[0] === 'number') {
    const [x, y] = coordinates as [number, number];
    return [Math.min(found[0], x), Math.min(found[1], y), Math.max(found[2], x), Math.max(found[3], y)];
  }
  return coordinates.reduce<Bbox>((box, inner) => bounds(inner, box), found);
}

export function bboxOf(area: Area): Bbox {
  return area.kind === 'bbox' ? area.bbox : bounds(area.geometry.coordinates);
}

/** The area as a polygon, as the map draws it. */
export function shapeOfArea(area: Area): Shape {
  if (area.kind === 'polygon') return area.geometry;
  const [west, south, east, north] = area.bbox;
  if (west < east) return { type: 'Polygon', coordinates: [box(west, south, east, north)] };
  return { type: 'MultiPolygon', coordinates: [[box(west, south, 180, north)], [box(-180, south, east, north)]] };
}

/** Steps between positions as base-64 numbers; `.` between rings, `*` between polygons. */
export function encode(shape: Shape): string {
  let x = 0;
  let y = 0;
  const ring = (positions: Position[]) =>
    positions
      .slice(0, -1)
      .map(([lon = 0, lat = 0]) => {
        const [nextX, nextY] = [Math.round(lon * PRECISION), Math.round(lat * PRECISION)];
        const text = digits(nextX - x) + digits(nextY - y);
        [x, y] = [nextX, nextY];
        return text;
      })
      .join('');
  return polygonsOf(shape)
    .map((rings) => rings.map(ring).join('.'))
    .join('*');
}

/** What `encode` wrote; null for anything else. */
export function decode(text: string): Shape | null {
  if (!text || text.length > LONGEST_TEXT) return null;
  let x = 0;
  let y = 0;
  const polygons: Position[][][] = [];
  for (const polygon of text.split('*')) {
    const rings: Position[][] = [];
    for (const ring of polygon.split('.')) {
      const steps = undigits(ring);
      if (!steps || steps.length % 2 || steps.length < 6) return null;
      const positions: Position[] = [];
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i] ?? 0;
        y += steps[i + 1] ?? 0;
        positions.push([x / PRECISION, y / PRECISION]);
      }
      if (!positions.every(isPosition)) return null;
      rings.push([...positions, positions[0] as Position]);
    }
    polygons.push(rings);
  }
  return shapeOf(polygons);
}

function digits(value: number): string {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  let text = '';
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += ALPHABET[digit + (rest ? 32 : 0)];
  } while (rest);
  return text;
}

function undigits(text: string): number[] | null {
  const values: number[] = [];
  let value = 0;
  let unit = 1;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0 || unit > 2 ** 40) return null;
    value += (digit % 32) * unit;
    unit *= 32;
    if (digit >= 32) continue;
    values.push(value % 2 ? -(value + 1) / 2 : value / 2);
    [value, unit] = [0, 1];
  }
  return unit === 1 ? values : null;
}

function shapeOf(polygons: Position[][][]): Shape {
  const [first] = polygons;
  return polygons.length === 1 && first ? { type: 'Polygon', coordinates: first } : { type: 'MultiPolygon', coordinates: polygons };
}

function box(west: number, south: number, east: number, north: number): Position[] {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]]; // prettier-ignore
}

function count(polygons: Position[][][]): number {
  return polygons.reduce((sum, rings) => sum + rings.reduce((inner, ring) => inner + ring.length, 0), 0);
}

function isPosition(position: Position): boolean {
  const [x, y] = position;
  return Number.isFinite(x) && Number.isFinite(y) && Math.abs(x as number) <= 180 && Math.abs(y as number) <= 90;
}

function roundedPolygons(polygons: Position[][][], tolerance: number): Position[][][] {
  return polygons
    .map((rings) => rings.map((ring) => thinned(ring, tolerance)).filter((ring) => ring.length > 3))
    .filter((rings) => rings.length);
}

/** The ring, closed, rounded, without repeated positions, and without those nearer than the tolerance (degrees) to what stays. */
function thinned(ring: Position[], tolerance: number): Position[] {
  const positions = ring.map(([x = NaN, y = NaN]): Position => [
    Math.round(x * PRECISION) / PRECISION,
    Math.round(y * PRECISION) / PRECISION,
  ]);
  const apart = positions.filter(([x, y], i) => i === 0 || x !== positions[i - 1]?.[0] || y !== positions[i - 1]?.[1]);
  const [first] = apart;
  const last = apart.at(-1);
  if (!first || !last) return [];
  if (first[0] !== last[0] || first[1] !== last[1]) apart.push(first);
  if (!tolerance) return apart;
  const middle = Math.floor(apart.length / 2);
  return [...lineThinned(apart.slice(0, middle + 1), tolerance).slice(0, -1), ...lineThinned(apart.slice(middle), tolerance)];
}

/** Douglas and Peucker's way, with a stack of its own: a ring may have a hundred thousand positions. */
function lineThinned(line: Position[], tolerance: number): Position[] {
  const kept = new Set([0, line.length - 1]);
  const stack: [number, number][] = [[0, line.length - 1]];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [from, to] = span;
    let farthest = 0;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceTo(line[i] as Position, line[from] as Position, line[to] as Position);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (farthest > tolerance && at > 0) {
      kept.add(at);
      stack.push([from, at], [at, to]);
    }
  }
  return line.filter((_, i) => kept.has(i));
}

function distanceTo([x = 0, y = 0]: Position, [ax = 0, ay = 0]: Position, [bx = 0, by = 0]: Position): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
