/** Places by name, with where they are: regions and départements by their outlines, communes by a circle around their town. */

import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { type Area, normalised } from '../core/area';
import communesUrl from './data/communes.json?url';
import outlinesUrl from './data/outlines.json?url';

export type PlaceKind = 'region' | 'department' | 'territory' | 'commune';

export interface Place {
  kind: PlaceKind;
  name: string;
  /** INSEE's code of the region, the département or the territory; of a commune, that of its département. */
  code: string;
  /** Name of the département or territory of a commune. */
  within: string;
  /** Its outline; of a commune, a circle of so many kilometres around its town. */
  area: (km: number) => Area | null;
}

/** Those whose names begin with the text, or have a word that does; the largest first. */
export type Finder = (text: string, most?: number) => Place[];


/** [name, code of the département, longitude, latitude], those with the most people first. */
export type Commune = [string, string, number, number];
type Outline = { c: string; n: string; r?: string; rn?: string };
export type Outlines = Topology<{ places: GeometryCollection<Outline> }>;
type Merge = (topology: Topology, parts: never[]) => MultiPolygon;

const ORDER: Record<PlaceKind, number> = { region: 0, department: 1, territory: 1, commune: 2 };
const CORNERS = 48;
const KM_PER_DEGREE = 111.195;

let loading: Promise<Finder> | null = null;

/** By names from our own server, fetched once. Raises TypeError or SyntaxError when they do not come; it may then be called again. */
export async function findPlaces(text: string): Promise<Place[]> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return (await loading)(text);
}

async function load(): Promise<Finder> {
  const read = async <T>(url: string): Promise<T> => {
    const answer = await fetch(url);
    if (!answer.ok) throw new TypeError(`${answer.status}`);
    return (await answer.json()) as T;
  };
  const [{ merge }, outlines, { communes }] = await Promise.all([
    import('topojson-client'),
    read<Outlines>(outlinesUrl),
    read<{ communes: Commune[] }>(communesUrl),
  ]);
  return createFinder(outlines, communes, merge as unknown as Merge);
}

export function createFinder(outlines: Outlines, communes: readonly Commune[], merge: Merge): Finder {
  const parts = outlines.objects.places.geometries;
  const told = parts.map(({ properties }) => properties as Outline);
  const outline = (name: string, isPart: (one: Outline) => boolean) => () =>
    normalised({ kind: 'polygon', geometry: merge(outlines, parts.filter((_, at) => isPart(told[at] as Outline)) as never[]), name });
  const places: Place[] = [];
  for (const [code, name] of regions(told)) places.push({ kind: 'region', name, code, within: '', area: outline(name, (one) => one.r === code) });
  const names = new Map(told.map((one) => [one.c, one.n]));
  for (const [code, name] of names) {
    places.push({ kind: /^9[78]/.test(code) ? 'territory' : 'department', name, code, within: '', area: outline(name, (one) => one.c === code) });
  }
  for (const [name, code, lon, lat] of communes) {
    places.push({ kind: 'commune', name, code, within: names.get(code) ?? '', area: (km) => circle(`${name} (${code}), ${km} km`, lon, lat, km) });
  }
  const folded = places.map((place) => fold(place.name));
  return (text, most = 8) => found(places, folded, text, most);
}

/** Without accents, case, hyphens and apostrophes; « St » is « Saint ». */
export function fold(text: string): string {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/œ/g, 'oe').replace(/[^a-z0-9]+/g, ' ').trim();
  return plain.replace(/\bst(e?)\b/g, 'saint$1');
}

function found(places: Place[], folded: string[], text: string, most: number): Place[] {
  const wanted = fold(text.slice(0, 100));
  if (!wanted) return [];
  const ranked: [number, number][] = [];
  folded.forEach((name, at) => {
    const { kind, code } = places[at] as Place;
    const rank = name === wanted || (kind !== 'commune' && fold(code) === wanted) ? 0 : name.startsWith(wanted) ? 1 : name.includes(` ${wanted}`) ? 2 : 9;
    if (rank < 9) ranked.push([rank * 3 + ORDER[kind], at]);
  });
  // Within a rank in the order of the list: by population.
  ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return ranked.slice(0, most).map(([, at]) => places[at] as Place);
}

/** Code and name of those of several départements; overseas they are one, and are listed once. */
function regions(parts: Outline[]): [string, string][] {
  const known = new Map<string, Outline[]>();
  for (const part of parts) if (part.r) known.set(part.r, [...(known.get(part.r) ?? []), part]);
  return [...known].filter(([, mine]) => mine.length > 1).map(([code, [first]]) => [code, first?.rn ?? code]);
}

function circle(name: string, lon: number, lat: number, km: number): Area | null {
  const [high, wide] = [km / KM_PER_DEGREE, km / (KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180))];
  const ring: Position[] = Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    return [lon + wide * Math.cos(angle), lat + high * Math.sin(angle)];
  });
  const geometry: Polygon = { type: 'Polygon', coordinates: [[...ring, ring[0] as Position]] };
  return normalised({ kind: 'polygon', geometry, name });
}
