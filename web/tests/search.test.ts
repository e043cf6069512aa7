import { describe, expect, it } from 'vitest';
import { day, EVERYTHING, fromParams, interval, narrowed, type Search, toBody, toParams } from '../src/core/search';
import { requests } from '../src/core/facets';

const NARROW: Search = {
  excludeAirbus: false,
  accessible: 'now',
  collapse: false,
  archives: ['dinamis', 'peps'],
  platforms: ['phr1a'],
  licences: ['dsp-pleiades'],
  availability: ['held'],
  from: '2020-01-01',
  to: '2024-02-29',
  cloudMax: 10,
  gsdMax: 0.5,
  q: 'forêt, été',
  area: { kind: 'bbox', bbox: [-54.7, 2.05, -51.5, 5.85] },
};

const read = (query: string) => fromParams(new URLSearchParams(query));

describe('a search in an address', () => {
  it('is empty for what the page starts with', () => {
    expect(toParams(EVERYTHING).toString()).toBe('');
    expect(read('')).toEqual(EVERYTHING);
  });

  it('comes back as it went', () => {
    expect(read(toParams(NARROW).toString())).toEqual(NARROW);
    const polygon: Search = {
      ...EVERYTHING,
      area: { kind: 'polygon', name: 'Cayenne & <b>', geometry: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] } },
    }; // prettier-ignore
    expect(read(toParams(polygon).toString())).toEqual(polygon);
  });

  it.each([
    'from=2020-13-01', 'from=2021-02-29', 'to=tomorrow', 'from=2024-01-01&to=2020-01-01', 'cloud=-1', 'cloud=101', 'cloud=', 'cloud=NaN', 'gsd=0', 'gsd=1e9',
    'bbox=1,2,3', 'bbox=a,b,c,d', 'bbox=1,9,2,3', 'bbox=,,,', 'area=%00', 'area=zzz&name=x', 'accessible=yes', 'availability=stolen', 'archive=,,', `archive=${'x'.repeat(200)}`, 'other=1',
  ])('drops what is wrong: %s', (query) => {
    expect(read(query)).toEqual(EVERYTHING);
  }); // prettier-ignore

  it('has each choice once, and not too many', () => {
    expect(read('platform=a,a,b').platforms).toEqual(['a', 'b']);
    expect(read(`platform=${Array.from({ length: 900 }, (_, i) => i).join(',')}`).platforms).toHaveLength(50);
  });

  it('cuts words that are too long', () => {
    expect(read(`q=${'x'.repeat(10_000)}`).q).toHaveLength(200);
  });
});

describe('what the API is asked', () => {
  it('leaves out Airbus and copies, and never lists the annual coverages', () => {
    expect(toBody(EVERYTHING)).toEqual({
      exclude_airbus: true,
      collapse: true,
      'filter-lang': 'cql2-json',
      filter: { op: '<>', args: [{ property: 'moisson:source' }, 'coverages'] },
    });
  });

  it('has all filters', () => {
    const body = toBody(NARROW);
    expect(body).toMatchObject({
      accessible: 'now',
      bbox: [-54.7, 2.05, -51.5, 5.85],
      q: ['forêt', 'été'],
      datetime: '2020-01-01T00:00:00Z/2024-02-29T23:59:59.999Z',
    });
    expect(body).not.toHaveProperty('exclude_airbus');
    expect(JSON.stringify(body.filter)).toContain('{"op":"in","args":[{"property":"platform"},["phr1a"]]}');
    expect((body.filter as { args: unknown[] }).args).toHaveLength(7);
  });

  it('can leave one filter out', () => {
    expect(JSON.stringify(toBody(NARROW, 'platforms'))).not.toContain('phr1a');
    expect(toBody(NARROW, 'period')).not.toHaveProperty('datetime');
  });

  it('has open ends', () => {
    expect(interval('2020-01-01', null)).toBe('2020-01-01T00:00:00Z/..');
    expect(interval(null, '2020-01-01')).toBe('../2020-01-01T23:59:59.999Z');
  });
});

describe('counts', () => {
  it('are one request where nothing is chosen', () => {
    expect(requests(EVERYTHING)).toHaveLength(1);
  });

  it('ask for each chosen filter without itself', () => {
    const asked = requests({ ...EVERYTHING, platforms: ['spot6'], from: '2020-01-01' });
    expect(asked.map(({ names }) => names)).toEqual([
      ['availability_frequency', 'archive_frequency', 'licence_frequency', 'cloud_cover_frequency'],
      ['datetime_frequency'],
      ['platform_frequency'],
    ]);
    expect(asked[1]?.body).not.toHaveProperty('datetime');
    expect(asked[2]?.body).toHaveProperty('datetime');
  });
});

it('counts the filters that are set', () => {
  expect(narrowed(EVERYTHING)).toBe(0);
  expect(narrowed(NARROW)).toBe(10);
});

it('knows days that exist', () => {
  expect(day('2024-02-29')).toBe('2024-02-29');
  for (const wrong of ['2023-02-29', '24-02-28', '2024-2-8', '', null, '2024-02-29T00:00:00Z']) expect(day(wrong)).toBeNull();
});
