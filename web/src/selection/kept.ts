/** The selection between visits: `collection/id` only, in this browser. What is in an Item is read again, for whoever asks now. */

import { effect, signal } from '@preact/signals';
import { type Item, keyOf, parseKey } from '../core/stac';
import type { Store } from '../core/store';

export const MOST = 200;
const PLACE = 'moisson.basket';
const LONGEST = 2000;

/** Keys that were chosen, and are no longer there for whoever asks. */
export const gone = signal<string[]>([]);
export const reading = signal<'idle' | 'loading' | 'failed'>('idle');

/** Reads the selection, again whenever somebody else asks, and keeps it. Returns what ends it. */
export function keepBasket(store: Store, storage: Storage | null = storageOf(window)): () => void {
  let unread = readKeys(storage);
  let asked: string | null = null;

  async function read(keys: string[]): Promise<void> {
    const before = new Map(store.basket.peek().map((item) => [keyOf(item), item]));
    reading.value = 'loading';
    try {
      const found = await fetchItems(store, keys);
      // What was chosen or taken out meanwhile stays so.
      const now = store.basket.peek();
      const out = [...before.keys()].filter((key) => !now.some((item) => keyOf(item) === key));
      const added = now.filter((item) => !keys.includes(keyOf(item)));
      const items = keys.flatMap((key) => found.get(key) ?? []).filter((item) => !out.includes(keyOf(item)));
      unread = [];
      gone.value = keys.filter((key) => !found.has(key) && !out.includes(key));
      store.basket.value = [...items, ...added];
      reading.value = 'idle';
    } catch {
      reading.value = 'failed';
    }
  }

  const endAsking = effect(() => {
    const { state, me } = store.session.state.value;
    const who = `${me?.organisation?.id} ${me?.class}`;
    if (state === 'loading' || asked === who) return;
    asked = who;
    const keys = [...new Set([...unread, ...store.basket.peek().map(keyOf), ...gone.peek()])];
    if (keys.length) void read(keys);
  });
  const endKeeping = effect(() => {
    const keys = store.basket.value.map(keyOf);
    writeKeys(storage, [...new Set([...unread, ...keys, ...gone.value])]);
  });
  return () => {
    endAsking();
    endKeeping();
  };
}

/** Items by their keys, those that are there. Raises ApiError. */
export async function fetchItems(store: Pick<Store, 'api'>, keys: readonly string[]): Promise<Map<string, Item>> {
  const named = keys.flatMap((key) => parseKey(key) ?? []);
  const wanted = new Set(keys);
  const found = new Map<string, Item>();
  if (!named.length) return found;
  let body: Record<string, unknown> | null = {
    collections: [...new Set(named.map(({ collection }) => collection))],
    ids: [...new Set(named.map(({ id }) => id))],
    limit: MOST,
  };
  while (body) {
    const page = await store.api.searchItems(body);
    for (const item of page.items) if (wanted.has(keyOf(item))) found.set(keyOf(item), item);
    body = page.next;
  }
  return found;
}

export function readKeys(storage: Storage | null): string[] {
  try {
    const told: unknown = JSON.parse(storage?.getItem(PLACE) ?? '[]');
    if (!Array.isArray(told)) return [];
    const keys = told.filter((one): one is string => typeof one === 'string' && one.length <= LONGEST && parseKey(one) !== null);
    return [...new Set(keys)].slice(0, MOST);
  } catch {
    return [];
  }
}

function writeKeys(storage: Storage | null, keys: string[]): void {
  try {
    if (keys.length) storage?.setItem(PLACE, JSON.stringify(keys.slice(0, MOST)));
    else storage?.removeItem(PLACE);
  } catch {
    // No room, or not allowed: the selection lasts as long as the page.
  }
}

function storageOf(page: Window): Storage | null {
  try {
    return page.localStorage;
  } catch {
    return null;
  }
}
