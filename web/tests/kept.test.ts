import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../src/core/api';
import { type Item, keyOf } from '../src/core/stac';
import type { SessionState, Store } from '../src/core/store';
import { gone, keepBasket, MOST, readKeys } from '../src/selection/kept';
import { makeItem } from './item';

const turn = () => new Promise((done) => setTimeout(done, 0));

class Memory {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
  get keys(): unknown {
    return JSON.parse(this.getItem('moisson.basket') ?? '[]');
  }
}

function world(there: Item[], keys: string[]) {
  const memory = new Memory();
  if (keys.length) memory.setItem('moisson.basket', JSON.stringify(keys));
  const found = { items: there, fails: false };
  const state = signal<SessionState>({ state: 'anonymous', me: null });
  const api = {
    searchItems: async () => {
      if (found.fails) throw new ApiError({ status: 503, code: 'index-unavailable', detail: '' });
      return { items: found.items, matched: null, exact: true, next: null, hint: null };
    },
  };
  const store = { basket: signal<Item[]>([]), session: { state }, api } as unknown as Store;
  return { memory, store, state, found, keys: () => store.basket.value.map(keyOf) };
}

describe('the selection between visits', () => {
  beforeEach(() => void (gone.value = []));

  it('is read again, in its order, and says what has gone', async () => {
    const { memory, store, keys } = world([makeItem({ id: 'b' }), makeItem({ id: 'a' })], ['dinamis-pleiades/a', 'dinamis-pleiades/lost', 'dinamis-pleiades/b']);
    keepBasket(store, memory as unknown as Storage);
    await turn();
    expect(keys()).toEqual(['dinamis-pleiades/a', 'dinamis-pleiades/b']);
    expect(gone.value).toEqual(['dinamis-pleiades/lost']);
    expect(memory.keys).toEqual(['dinamis-pleiades/a', 'dinamis-pleiades/b', 'dinamis-pleiades/lost']);
  });

  it('is kept as keys only, and not at all once it is empty', async () => {
    const { memory, store } = world([], []);
    keepBasket(store, memory as unknown as Storage);
    store.basket.value = [makeItem({ id: 'a/b' })];
    expect(memory.keys).toEqual(['dinamis-pleiades/a/b']);
    store.basket.value = [];
    expect(memory.kept.size).toBe(0);
  });

  it('is kept when it cannot be read', async () => {
    const { memory, store, found } = world([], ['c/a']);
    found.fails = true;
    keepBasket(store, memory as unknown as Storage);
    await turn();
    store.basket.value = [makeItem({ id: 'new' })];
    expect(memory.keys).toEqual(['c/a', 'dinamis-pleiades/new']);
  });

  it('is read again for whoever signs in, who may see what was gone', async () => {
    const { memory, store, state, found, keys } = world([], ['dinamis-pleiades/held']);
    keepBasket(store, memory as unknown as Storage);
    await turn();
    expect(gone.value).toEqual(['dinamis-pleiades/held']);
    found.items = [makeItem({ id: 'held' })];
    state.value = { state: 'in', me: { class: 'scientist', organisation: { id: 'l', name: 'L' } } as SessionState['me'] };
    await turn();
    expect(keys()).toEqual(['dinamis-pleiades/held']);
    expect(gone.value).toEqual([]);
  });

  it.each(['', 'null', '{}', '[1, null, "x", "/y", "z/"]', '["a/b"', `["${'a'.repeat(5000)}/b"]`])('%j in the browser is no selection', (text) => {
    const memory = new Memory();
    memory.setItem('moisson.basket', text);
    expect(readKeys(memory as unknown as Storage)).toEqual([]);
  });

  it('has an end', () => {
    const memory = new Memory();
    memory.setItem('moisson.basket', JSON.stringify(Array.from({ length: 5000 }, (_, i) => `c/${i}`)));
    expect(readKeys(memory as unknown as Storage)).toHaveLength(MOST);
  });
});
