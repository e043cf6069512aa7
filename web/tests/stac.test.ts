import { describe, expect, it } from 'vitest';
import {
  type Access,
  areaKm2,
  badgeOf,
  bboxOfItem,
  dateOf,
  downloadsOf,
  heldBy,
  type Item,
  itemPath,
  keyOf,
  parseKey,
  platformName,
  sensorOf,
  thumbnailOf,
} from '../src/core/stac';

const item = (properties: Item['properties'], more: Partial<Item> = {}): Item => ({
  id: 'a/b',
  collection: 'airbus-phr',
  geometry: null,
  properties,
  assets: {},
  links: [],
  ...more,
});
const access = (view: boolean): Access => ({
  audience: 'x',
  download: 'no',
  view,
  order: 'no',
  reason: { fr: '', en: '' },
  conditions: { fr: [], en: [] },
});

describe('a badge', () => {
  it('is the availability', () => {
    expect(badgeOf(item({ 'moisson:availability': 'open' }))).toBe('open');
  });

  it('is unknown for what is not known', () => {
    expect(badgeOf(item({}))).toBe('unknown');
    expect(badgeOf(item({ 'moisson:availability': '<script>' }))).toBe('unknown');
  });

  it('says held of what must be ordered and is held, not of what only may be', () => {
    const match = { collection: 'c', id: 'i' };
    expect(badgeOf(item({ 'moisson:availability': 'orderable', 'moisson:held_by': [match] }))).toBe('held');
    expect(badgeOf(item({ 'moisson:availability': 'orderable', 'moisson:held_by': [{ ...match, candidate: true }] }))).toBe('orderable');
    expect(heldBy(item({}))).toEqual([]);
  });
});

it('names platforms as people write them', () => {
  const names = {
    'sentinel-2b': 'Sentinel-2B',
    phr1a: 'Pléiades 1A',
    spot6: 'SPOT 6',
    'spot-4': 'SPOT 4',
    pneo3: 'Pléiades Neo 3',
    'tsx-1': 'TerraSAR-X',
    'landsat-8': 'Landsat 8',
  };
  for (const [platform, name] of Object.entries(names)) expect(platformName(platform)).toBe(name);
  expect(platformName('GeoEye-1')).toBe('GeoEye-1');
  expect(sensorOf(item({}))).toBe('airbus-phr');
});

it('reads dates, starts of intervals, and nothing', () => {
  expect(dateOf(item({ datetime: '2024-03-12T10:42:00Z' }))?.toISOString()).toBe('2024-03-12T10:42:00.000Z');
  expect(dateOf(item({ datetime: null, start_datetime: '2024-01-01T00:00:00Z' }))?.getUTCFullYear()).toBe(2024);
  expect(dateOf(item({ datetime: 'yesterday' }))).toBeNull();
  expect(dateOf(item({}))).toBeNull();
});

it('shows pictures only to whom may look', () => {
  const assets = { q: { href: 'x', roles: ['overview'] }, t: { href: 'x', roles: ['thumbnail'] }, d: { href: 'x', roles: ['data'] } };
  expect(thumbnailOf(item({ 'moisson:access': access(true) }, { assets }))).toBe('t');
  expect(thumbnailOf(item({ 'moisson:access': access(true) }, { assets }), 'overview')).toBe('q');
  expect(thumbnailOf(item({ 'moisson:access': access(false) }, { assets }))).toBeNull();
  expect(thumbnailOf(item({}, { assets }))).toBeNull();
  expect(downloadsOf(item({}, { assets })).map(([key]) => key)).toEqual(['d']);
});

it('keeps keys and paths apart', () => {
  expect(parseKey(keyOf({ collection: 'c', id: 'a/b' }))).toEqual({ collection: 'c', id: 'a/b' });
  for (const wrong of [null, '', 'x', '/x', 'x/']) expect(parseKey(wrong)).toBeNull();
  expect(itemPath({ collection: 'c', id: 'a/b?c#d' })).toBe('/collections/c/items/a%2Fb%3Fc%23d');
});

it('measures footprints', () => {
  const degree = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]; // prettier-ignore
  expect(areaKm2({ type: 'Polygon', coordinates: degree })).toBeCloseTo(12_364, -2);
  expect(areaKm2({ type: 'Point', coordinates: [0, 0] })).toBeNull();
  expect(areaKm2(null)).toBeNull();
  expect(bboxOfItem(item({}, { bbox: [0, 1, 5, 2, 3, 6] }))).toEqual([0, 1, 2, 3]);
});
