/** Footprints of the results for the map, beyond those of the list: up to 5,000, with what the map shows of each. */

import { type ReadonlySignal, signal } from '@preact/signals';
import { type Api, isAbort } from './api';
import { type Search, toBody } from './search';
import { type Item, keyOf } from './stac';

export const MOST_FOOTPRINTS = 5_000;
const PAGE = 1_000;
const FIELDS = {
  include: [
    'id',
    'collection',
    'geometry',
    'properties.datetime',
    'properties.platform',
    'properties.moisson:availability',
    'properties.moisson:held_by',
  ],
  exclude: ['links'],
};

export interface Footprints {
  items: Item[];
  state: 'idle' | 'loading' | 'error' | 'done';
  /** There are more than the map shows. */
  cut: boolean;
}

export interface FootprintSet {
  value: ReadonlySignal<Footprints>;
  show: (first: Item[], all: boolean) => void;
  load: (search: Search, first: Item[]) => Promise<void>;
  clear: () => void;
  /** Asks for no more. */
  stop: () => void;
}

export function createFootprints(api: Api): FootprintSet {
  const value = signal<Footprints>({ items: [], state: 'idle', cut: false });
  let running = new AbortController();

  /** Shows those of the list; `all`: there are no others. */
  function show(first: Item[], all: boolean): void {
    running.abort();
    value.value = { items: first, state: all ? 'done' : 'loading', cut: false };
  }

  /** Adds the others to `first`, one page after another. */
  async function load(search: Search, first: Item[]): Promise<void> {
    running.abort();
    const own = (running = new AbortController());
    const found = new Map(first.map((item) => [keyOf(item), item]));
    let next: Record<string, unknown> | null = { ...toBody(search), limit: PAGE, fields: FIELDS };
    try {
      while (next && found.size < MOST_FOOTPRINTS) {
        const page = await api.searchItems(next, { signal: own.signal });
        if (running !== own) return;
        for (const item of page.items) if (!found.has(keyOf(item))) found.set(keyOf(item), item);
        next = page.next;
        const items = [...found.values()].slice(0, MOST_FOOTPRINTS);
        value.value = { items, state: 'loading', cut: false };
      }
      value.value = { ...value.value, state: 'done', cut: next !== null };
    } catch (error) {
      if (running === own && !isAbort(error)) value.value = { ...value.value, state: 'error' };
    }
  }

  function clear(): void {
    running.abort();
    value.value = { items: [], state: 'idle', cut: false };
  }

  return { value, show, load, clear, stop: () => running.abort() };
}
