import { describe, expect, it } from 'vitest';
import { toCsv, toItemCollection, toUrls } from '../src/selection/exports';
import { groupOf } from '../src/selection/groups';
import { makeItem } from './item';

const API = 'https://moisson.example.org/stac';

describe('addresses of a selection', () => {
  it('lead by way of the API where it signs, and to the archive where an account is wanted', () => {
    const open = makeItem({ collection: 'sentinel-2-l1c', access: { download: 'with_account' }, assets: { p: { href: 'https://geodes.example.org/p.zip' } } });
    expect(toUrls([makeItem(), open], API)).toBe(`${API}/collections/dinamis-pleiades/items/scene-1/assets/image/download\nhttps://geodes.example.org/p.zip\n`);
  });

  it('leave out what may not be downloaded, pictures to look at, and what is no web address', () => {
    const assets = { q: { href: 'https://a.example.org/q.jpg', roles: ['thumbnail'] }, s: { href: 's3://bucket/a.tif' }, j: { href: 'javascript:alert(1)' } };
    expect(toUrls([makeItem({ access: { download: 'after_signing' } }), makeItem({ assets })], API)).toBe('');
  });

  it('are one a line, whatever an id holds', () => {
    expect(toUrls([makeItem({ id: 'a\nhttps://evil.example.org/x' })], API).split('\n')).toHaveLength(2);
  });
});

it('an ItemCollection holds the Items as they came', () => {
  const item = makeItem();
  expect(JSON.parse(toItemCollection([item]))).toEqual({ type: 'FeatureCollection', features: [item] });
});

it('a table has a line for each image, and an Item that lacks everything has one too', () => {
  const bare = { id: '=1', collection: 'c', geometry: null, properties: {}, assets: {}, links: [] };
  const lines = toCsv([makeItem(), bare], API).split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain('"dinamis-pleiades","scene-1","2024-05-31T10:42:00.000Z","Pléiades 1A"');
  expect(lines[2]).toContain(`"c","'=1",""`);
});

describe('what is to be done with an image', () => {
  it.each([
    ['ready', makeItem()],
    ['ready', makeItem({ access: { download: 'with_account' } })],
    ['sign', makeItem({ access: { download: 'after_signing' } })],
    ['ask', makeItem({ access: { download: 'on_request' } })],
    ['order', makeItem({ access: { download: 'no', order: 'dinamis' }, properties: { 'moisson:availability': 'orderable' } })],
    ['none', makeItem({ access: { download: 'no', order: 'no' }, properties: { 'moisson:availability': 'orderable' } })],
    ['none', makeItem({ properties: { 'moisson:access': undefined } })],
  ])('%s', (group, item) => expect(groupOf(item)).toBe(group));
});
