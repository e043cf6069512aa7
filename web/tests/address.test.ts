import { describe, expect, it } from 'vitest';
import { addressOf, placeOf, viewOf, viewText } from '../src/core/address';
import { parseConfig, parseLayer } from '../src/core/config';
import { cornersOf } from '../src/map/quicklook';
import type { Item } from '../src/core/stac';

describe('an address', () => {
  it('holds the open Item, the view and the language, readably', () => {
    const place = { item: 'dinamis-spot67/A', view: { zoom: 9.254, lat: 4.93, lon: -52.3 }, layers: ['plan', 'coverages-spot/spot-2018', 'a,b'], lang: 'en' as const };
    const query = addressOf(new URLSearchParams({ from: '2020-01-01', platform: 'a,b' }), place);
    expect(query).toBe('?from=2020-01-01&platform=a,b&item=dinamis-spot67/A&view=9.25/4.93/-52.3&layer=plan&layer=coverages-spot/spot-2018&layer=a,b&lang=en');
    expect(placeOf(new URLSearchParams(query))).toEqual({ ...place, view: { zoom: 9.25, lat: 4.93, lon: -52.3 } });
  });

  it('is nothing for what the page starts with', () => {
    expect(addressOf(new URLSearchParams(), { item: null, view: null, layers: [], lang: null })).toBe('');
  });

  it.each(['', '1/2', '1/2/x', '99/0/0', '3/91/0', '3/0/181', '//', '3/ /0'])('has no view where it is wrong: %s', (text) => {
    expect(viewOf(text)).toBeNull();
  });

  it('drops an Item and a language that are none', () => {
    expect(placeOf(new URLSearchParams('item=x&lang=de'))).toEqual({ item: null, view: null, layers: [], lang: null });
  });

  it('has each layer once, and none without an id or with one that is no id', () => {
    const query = new URLSearchParams({ layer: 'x'.repeat(201) });
    for (const id of ['plan', '', 'plan', ...Array.from({ length: 30 }, (_, i) => `${i}`)]) query.append('layer', id);
    expect(placeOf(query).layers).toEqual(['plan', ...Array.from({ length: 19 }, (_, i) => `${i}`)]);
  });

  it('rounds the view', () => {
    expect(viewText({ zoom: 5, lat: 0.123456, lon: -0.00001 })).toBe('5/0.1235/0');
  });
});

describe('the configuration', () => {
  it('has values that do no harm where it lacks some', () => {
    expect(parseConfig({})).toMatchObject({ lang: 'fr', base: '', signIn: null, title: 'Moisson' });
    expect(
      parseConfig({ base: '/catalogue/', signIn: { issuer: 'https://id', clientId: 'map', scopes: ['openid', 'email'] } }),
    ).toMatchObject({
      base: '/catalogue',
      signIn: { issuer: 'https://id', clientId: 'map', scopes: 'openid email' },
    });
  });

  it('has layers with an address only', () => {
    expect(parseLayer({ id: 'x' })).toBeNull();
    expect(parseLayer(null)).toBeNull();
    expect(parseLayer({ id: 'x', tiles: '/{z}/{x}/{y}', bounds: [1, 2, 'x', 4], title: { fr: 'Plan' } })).toMatchObject({
      kind: 'wmts',
      bounds: null,
      title: { fr: 'Plan', en: 'Plan' },
    });
  });
});

describe('corners of a quicklook', () => {
  const item = (ring: number[][], bbox?: number[]) => ({ geometry: { type: 'Polygon', coordinates: [ring] }, bbox }) as unknown as Item;
  const corners = [[0, 3], [3, 4], [4, 1], [1, 0]]; // prettier-ignore

  it('are those of a footprint with four, wherever it starts and whichever way it goes', () => {
    for (const [a, b, c, d] of [corners, [...corners.slice(2), ...corners.slice(0, 2)], [...corners].reverse()] as number[][][]) {
      expect(cornersOf(item([a, b, c, d, a] as number[][]))).toEqual(corners);
    }
  });

  it('are those of the box otherwise', () => {
    expect(cornersOf(item([[0, 0], [1, 0], [1, 1], [0.5, 2], [0, 1], [0, 0]], [0, 0, 1, 2]))).toEqual([[0, 2], [1, 2], [1, 0], [0, 0]]); // prettier-ignore
    expect(cornersOf(item([], [179, 0, -179, 1]))).toBeNull();
    expect(cornersOf(item([]))).toBeNull();
  });
});
