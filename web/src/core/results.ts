/** The list of results: pages as they are asked for, and what goes wrong with them. */

import { type ReadonlySignal, signal } from '@preact/signals';
import { type Api, ApiError, isAbort } from './api';
import type { Told } from './config';
import { type Body, type Search, toBody } from './search';
import { type Item, keyOf } from './stac';

export interface Results {
  /** `loading` keeps what was there before, until the answer comes. */
  state: 'idle' | 'loading' | 'error' | 'done';
  /** The answer is late. */
  slow: boolean;
  items: Item[];
  /** How many match; null when nobody knows. */
  total: number | null;
  exact: boolean;
  next: Body | null;
  /** The next page. */
  more: 'idle' | 'loading' | 'error';
  hint: Told | null;
  error: ApiError | null;
}

export const NO_RESULTS: Results = Object.freeze({
  state: 'idle',
  slow: false,
  items: [],
  total: null,
  exact: true,
  next: null,
  more: 'idle',
  hint: null,
  error: null,
});

export const PAGE = 30;
const SLOW = 5_000;

export interface ResultList {
  value: ReadonlySignal<Results>;
  load: (search: Search) => Promise<boolean>;
  more: () => Promise<void>;
}

export function createResults(api: Api): ResultList {
  const value = signal<Results>(NO_RESULTS);
  let running = new AbortController();

  /** Asks anew; true when this answer is the one that is shown. */
  async function load(search: Search): Promise<boolean> {
    running.abort();
    const own = (running = new AbortController());
    value.value = { ...value.value, state: 'loading', slow: false, error: null, more: 'idle' };
    const late = setTimeout(() => {
      if (running === own) value.value = { ...value.value, slow: true };
    }, SLOW);
    try {
      const page = await api.searchItems({ ...toBody(search), limit: PAGE }, { signal: own.signal });
      if (running !== own) return false;
      const { items, matched, exact, next, hint } = page;
      value.value = { ...NO_RESULTS, state: 'done', items, total: matched, exact, next, hint };
      return true;
    } catch (error) {
      if (running === own && !isAbort(error)) value.value = { ...NO_RESULTS, state: 'error', error: asApiError(error) };
      return false;
    } finally {
      clearTimeout(late);
    }
  }

  async function more(): Promise<void> {
    const { next, state, more: moreState } = value.value;
    if (!next || state !== 'done' || moreState === 'loading') return;
    const own = running;
    value.value = { ...value.value, more: 'loading' };
    try {
      const page = await api.searchItems(next, { signal: own.signal });
      if (running !== own) return;
      const known = new Set(value.value.items.map(keyOf));
      const items = [...value.value.items, ...page.items.filter((item) => !known.has(keyOf(item)))];
      value.value = { ...value.value, items, next: page.next, more: 'idle' };
    } catch (error) {
      if (running === own && !isAbort(error)) value.value = { ...value.value, more: 'error' };
    }
  }

  return { value, load, more };
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({ status: 0, code: 'page-fault', detail: error instanceof Error ? error.message : String(error) });
}
