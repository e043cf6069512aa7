/** Counts beside the filters: each filter's choices are counted without that filter itself, the others kept. */

import { type ReadonlySignal, signal } from '@preact/signals';
import { type Api, type Bucket, isAbort } from './api';
import { FACETS, type Facet, type Search, toBody } from './search';

export interface Facets {
  state: 'idle' | 'loading' | 'error' | 'done';
  counts: Record<Facet, Bucket[]>;
  /** Images a month, `2024-03`; oldest first. */
  months: Bucket[];
  /** Images by their clouds in steps of ten percent, `10-20`; the clearest first, empty steps left out. */
  clouds: Bucket[];
}

const NONE: Facets = { state: 'idle', counts: { archives: [], platforms: [], licences: [], availability: [] }, months: [], clouds: [] };
const CLOUDS = 'cloud_cover_frequency';

type Counted = Facet | 'period';
const AGGREGATION: Record<Counted, string> = {
  archives: 'archive_frequency',
  platforms: 'platform_frequency',
  licences: 'licence_frequency',
  availability: 'availability_frequency',
  period: 'datetime_frequency',
};

export interface FacetCounts {
  value: ReadonlySignal<Facets>;
  load: (search: Search) => Promise<void>;
  /** There is nothing to count: the search itself went wrong. */
  fail: () => void;
  /** Asks for no more. */
  stop: () => void;
}

export function createFacets(api: Api): FacetCounts {
  const value = signal<Facets>(NONE);
  let running = new AbortController();

  async function load(search: Search): Promise<void> {
    running.abort();
    const own = (running = new AbortController());
    value.value = { ...value.value, state: 'loading' };
    try {
      const found: Record<string, Bucket[]> = {};
      for (const { body, names } of requests(search)) {
        const counts = await api.aggregate({ ...body, aggregations: names }, { signal: own.signal });
        if (running !== own) return;
        Object.assign(found, counts.buckets);
      }
      const counts = Object.fromEntries(FACETS.map((facet) => [facet, found[AGGREGATION[facet]] ?? []])) as Facets['counts'];
      const months = (found[AGGREGATION.period] ?? []).map(({ key, count }) => ({ key: key.slice(0, 7), count }));
      value.value = { state: 'done', counts, months: months.sort((a, b) => (a.key < b.key ? -1 : 1)), clouds: found[CLOUDS] ?? [] };
    } catch (error) {
      if (running === own && !isAbort(error)) value.value = { ...value.value, state: 'error' };
    }
  }

  function fail(): void {
    running.abort();
    value.value = { ...NONE, state: 'error' };
  }

  return { value, load, fail, stop: () => running.abort() };
}

/** As few requests as tell all counts: what has no choice of its own is counted by one, and clouds with it, whatever is chosen of them. */
export function requests(search: Search): { body: Record<string, unknown>; names: string[] }[] {
  const counted: Counted[] = ['period', ...FACETS];
  const isSet = (one: Counted) => (one === 'period' ? Boolean(search.from || search.to) : search[one].length > 0);
  const together = counted.filter((one) => !isSet(one));
  const asked = together.length ? [{ body: toBody(search), names: [...together.map((one) => AGGREGATION[one]), CLOUDS] }] : [];
  return [...asked, ...counted.filter(isSet).map((one) => ({ body: toBody(search, one), names: [AGGREGATION[one]] }))];
}
