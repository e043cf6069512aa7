/** Items as Moisson answers them, and what the page reads in them. Nothing here throws: an Item may lack anything. */

import type { Geometry } from 'geojson';
import type { Bbox, Lang, Told } from './config';
import { AVAILABILITIES, type Availability } from './search';

export interface Access {
  audience: string;
  download: 'yes' | 'with_account' | 'after_signing' | 'on_request' | 'no';
  view: boolean;
  order: 'dinamis' | 'airbus' | 'ask' | 'no';
  reason: Told;
  conditions: Record<Lang, string[]>;
}

/** A product that is held of a catalogue's image, or the other way round. */
export interface Match {
  collection: string;
  id: string;
  coverage?: number;
  method?: string;
  score?: number;
  candidate?: boolean;
}

export interface Asset {
  href: string;
  title?: string;
  description?: string;
  type?: string;
  roles?: string[];
  'file:size'?: number;
  [more: string]: unknown;
}

export interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
  [more: string]: unknown;
}

export interface Properties {
  datetime?: string | null;
  start_datetime?: string;
  end_datetime?: string;
  title?: string;
  platform?: string;
  instruments?: string[];
  gsd?: number;
  'eo:cloud_cover'?: number;
  'moisson:source'?: string;
  'moisson:availability'?: string;
  'moisson:licence'?: string;
  'moisson:access'?: Access;
  'moisson:held_by'?: Match[];
  'moisson:catalogued_as'?: Match[];
  [more: string]: unknown;
}

export interface Item {
  id: string;
  collection: string;
  geometry: Geometry | null;
  bbox?: number[];
  properties: Properties;
  assets: Record<string, Asset>;
  links: Link[];
}

/** An Item's key in lists, on the map and in the address: `collection/id`. */
export function keyOf(item: { collection: string; id: string }): string {
  return `${item.collection}/${item.id}`;
}

/** What a key names; null for what is none. */
export function parseKey(key: string | null): { collection: string; id: string } | null {
  const at = key?.indexOf('/') ?? -1;
  return key && at > 0 && at < key.length - 1 ? { collection: key.slice(0, at), id: key.slice(at + 1) } : null;
}

export function availabilityOf(item: Item): Availability {
  const told = item.properties['moisson:availability'];
  return AVAILABILITIES.find((one) => one === told) ?? 'unknown';
}

/** The badge: what must be ordered and is held already says so. */
export function badgeOf(item: Item): Availability {
  const availability = availabilityOf(item);
  return availability === 'orderable' && heldBy(item).length ? 'held' : availability;
}

/** The products that certainly are of this image. */
export function heldBy(item: Item): Match[] {
  return (item.properties['moisson:held_by'] ?? []).filter((match) => !match.candidate);
}

/** Other records of the same acquisition, either way, those that somebody must confirm included. */
export function copiesOf(item: Item): Match[] {
  return [...(item.properties['moisson:held_by'] ?? []), ...(item.properties['moisson:catalogued_as'] ?? [])];
}

export function accessOf(item: Item): Access | null {
  const access = item.properties['moisson:access'];
  return access && typeof access === 'object' ? access : null;
}

/** When the image was taken; the start of an interval. */
export function dateOf(item: Item): Date | null {
  const text = item.properties.datetime ?? item.properties.start_datetime;
  const date = text ? new Date(text) : null;
  return date && !Number.isNaN(date.getTime()) ? date : null;
}

const PLATFORMS: [RegExp, (match: RegExpExecArray) => string][] = [
  [/^sentinel-?(\d)([a-d]?)$/, ([, number, letter]) => `Sentinel-${number}${(letter ?? '').toUpperCase()}`],
  [/^phr-?1?([ab])$/, ([, letter]) => `Pléiades 1${(letter ?? '').toUpperCase()}`],
  [/^pneo-?(\d)$/, ([, number]) => `Pléiades Neo ${number}`],
  [/^spot-?(\d)$/, ([, number]) => `SPOT ${number}`],
  [/^landsat-?(\d)$/, ([, number]) => `Landsat ${number}`],
  [/^tsx-?1?$/, () => 'TerraSAR-X'],
  [/^tdx-?1?$/, () => 'TanDEM-X'],
  [/^paz-?1?$/, () => 'PAZ'],
  [/^radarsat-?(\d)$/, ([, number]) => `RADARSAT-${number}`],
];

/** A platform as people write it; its own name where that is not known. */
export function platformName(platform: string): string {
  for (const [pattern, name] of PLATFORMS) {
    const match = pattern.exec(platform.toLowerCase());
    if (match) return name(match);
  }
  return platform;
}

/** Which satellite took it; the Collection where the Item does not say. */
export function sensorOf(item: Item): string {
  return item.properties.platform ? platformName(item.properties.platform) : item.collection;
}

/** The asset to look at: the smallest kind for a list, the largest for the map. Null where the asker may not look, or nothing is there. */
export function thumbnailOf(item: Item, wanted: 'thumbnail' | 'overview' = 'thumbnail'): string | null {
  if (!accessOf(item)?.view) return null;
  const other = wanted === 'thumbnail' ? 'overview' : 'thumbnail';
  const entries = Object.entries(item.assets ?? {});
  for (const role of [wanted, other]) {
    const found = entries.find(([, asset]) => asset.roles?.includes(role));
    if (found) return found[0];
  }
  return null;
}

/** Where our server shows an asset to look at, below `base`. */
export function viewPath(item: { collection: string; id: string }, key: string): string {
  return `${itemPath(item)}/assets/${encodeURIComponent(key)}/view`;
}

/** Where our server leads to a file, below `base`. */
export function downloadPath(item: { collection: string; id: string }, key: string): string {
  return `${itemPath(item)}/assets/${encodeURIComponent(key)}/download`;
}

export function itemPath({ collection, id }: { collection: string; id: string }): string {
  return `/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`;
}

/** The assets that are files to use, not to look at. */
export function downloadsOf(item: Item): [string, Asset][] {
  return Object.entries(item.assets ?? {}).filter(([, asset]) => !asset.roles?.some((role) => role === 'thumbnail' || role === 'overview'));
}

/** Whether the asker may download it at once, if need be with a free account at the archive. */
export function isReady(item: Item): boolean {
  const download = accessOf(item)?.download;
  return download === 'yes' || download === 'with_account';
}

export function bboxOfItem(item: Item): Bbox | null {
  const box = item.bbox;
  if (!box || !box.every(Number.isFinite)) return null;
  if (box.length === 4) return box as Bbox;
  return box.length === 6 ? ([box[0], box[1], box[3], box[4]] as Bbox) : null;
}

const RADIUS_KM = 6371.0088;

/** The size of a footprint in km², on a sphere: right to about half a percent. Null where it is no surface. */
export function areaKm2(geometry: Geometry | null): number | null {
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') return null;
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  let sum = 0;
  for (const rings of polygons) rings.forEach((ring, i) => (sum += (i ? -1 : 1) * Math.abs(ringKm2(ring))));
  return Number.isFinite(sum) && sum > 0 ? sum : null;
}

function ringKm2(ring: number[][]): number {
  const rad = Math.PI / 180;
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
    const [x2 = 0, y2 = 0] = ring[i] ?? [];
    sum += (x2 - x1) * rad * (2 + Math.sin(y1 * rad) + Math.sin(y2 * rad));
  }
  return (sum * RADIUS_KM * RADIUS_KM) / 2;
}
