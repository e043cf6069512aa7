import { describe, expect, it } from 'vitest';
import type { Api, Counts } from '../src/core/api';
import { createFacets, requests } from '../src/core/facets';
import { EVERYTHING } from '../src/core/search';

const ALL = ['datetime_frequency', 'availability_frequency', 'archive_frequency', 'platform_frequency', 'licence_frequency'];

describe('counts beside the filters', () => {
  it('are asked for at once where nothing is chosen, those of clouds with them', () => {
    expect(requests(EVERYTHING).map(({ names }) => names)).toEqual([[...ALL, 'cloud_cover_frequency']]);
  });

  it('of clouds need no request of their own, whatever is chosen', () => {
    const clear = requests({ ...EVERYTHING, cloudMax: 20, platforms: ['spot-5'] });
    expect(clear.map(({ names }) => names)).toEqual([
      [...ALL.filter((name) => name !== 'platform_frequency'), 'cloud_cover_frequency'],
      ['platform_frequency'],
    ]);
    const set = { from: '2020-01-01', availability: ['open'], archives: ['peps'], platforms: ['spot-5'], licences: ['x'] };
    expect(requests({ ...EVERYTHING, ...set }).flatMap(({ names }) => names)).toEqual(ALL);
  });

  it('are told as the API tells them, months from the first to the last', async () => {
    const buckets = { datetime_frequency: [{ key: '2024-02-01T00:00:00.000Z', count: 2 }, { key: '2024-01-01T00:00:00.000Z', count: 1 }], cloud_cover_frequency: [{ key: '0-10', count: 3 }] }; // prettier-ignore
    const facets = createFacets({ aggregate: async (): Promise<Counts> => ({ values: {}, buckets }) } as unknown as Api);
    await facets.load(EVERYTHING);
    expect(facets.value.value).toMatchObject({
      state: 'done',
      months: [{ key: '2024-01', count: 1 }, { key: '2024-02', count: 2 }],
      clouds: [{ key: '0-10', count: 3 }],
    }); // prettier-ignore
  });
});
