/** What the page knows, as signals, and what people do to it. Components get it by `useStore`. */

import { effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Area, normalised } from './area';
import type { Api, Me } from './api';
import type { Bbox, Config, Layer } from './config';
import { createFacets, type Facets } from './facets';
import { createFootprints, type Footprints } from './footprints';
import { asApiError, createResults, type Results } from './results';
import { EVERYTHING, type Search } from './search';
import { type Item, keyOf, parseKey } from './stac';

/** Signing in, as core/session.ts does it. */
export interface Session {
  state: ReadonlySignal<SessionState>;
  token: () => string | null | Promise<string | null>;
  signIn: () => Promise<void>;
  signOut: () => Promise<void>;
}

export interface SessionState {
  state: 'anonymous' | 'loading' | 'in' | 'error';
  me: Me | null;
}

/** Where the map looks. */
export interface View {
  zoom: number;
  lat: number;
  lon: number;
}

/** The Item whose page is open: asked for by its key, then there or not. */
export interface Opened {
  key: string;
  item: Item | null;
  error: ReturnType<typeof asApiError> | null;
}

export type Drawing = 'none' | 'rectangle' | 'polygon';
export type Tab = 'filters' | 'results' | 'map';

export interface Store {
  config: Config;
  api: Api;
  session: Session;
  search: Signal<Search>;
  view: Signal<View | null>;
  results: ReadonlySignal<Results>;
  facets: ReadonlySignal<Facets>;
  footprints: ReadonlySignal<Footprints>;
  /** Keys, `collection/id`. */
  hovered: Signal<string | null>;
  opened: Signal<Opened | null>;
  basket: Signal<Item[]>;
  basketOpen: Signal<boolean>;
  drawing: Signal<Drawing>;
  tab: Signal<Tab>;
  /** Where the map should go next. */
  wanted: Signal<Bbox | null>;
  /** Layers of tiles that can be switched on; null until somebody looks at them. */
  offered: Signal<Layer[] | null>;
  /** Those that are on, by id. */
  layers: Signal<string[]>;
  /** Asks which there are. Raises ApiError. */
  offer: () => Promise<void>;
  change: (part: Partial<Search>) => void;
  setArea: (area: Area | null) => void;
  reset: () => void;
  refresh: () => void;
  more: () => Promise<void>;
  open: (key: string | null, item?: Item) => Promise<void>;
  toggleBasket: (item: Item) => void;
  inBasket: (key: string) => boolean;
  start: () => () => void;
  /** The map is there: from now on it shows all footprints. */
  drawn: () => void;
}

const StoreContext = createContext<Store | null>(null);
export const StoreProvider = StoreContext.Provider;

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('no store around this component');
  return store;
}

export function createStore({
  config,
  api,
  session,
  search: first,
}: {
  config: Config;
  api: Api;
  session: Session;
  search?: Search;
}): Store {
  const search = signal<Search>(first ?? EVERYTHING);
  const results = createResults(api);
  const facets = createFacets(api);
  const footprints = createFootprints(api);
  const opened = signal<Opened | null>(null);
  const basket = signal<Item[]>([]);
  const offered = signal<Layer[] | null>(null);
  const asked = signal(0);
  let drawn: () => void = () => undefined;
  const isDrawn = new Promise<void>((resolve) => (drawn = resolve));

  async function load(wanted: Search): Promise<void> {
    facets.stop();
    footprints.stop();
    if (!(await results.load(wanted))) {
      if (results.value.peek().state !== 'error') return;
      footprints.clear();
      facets.fail();
      return;
    }
    const { items, next } = results.value.peek();
    footprints.show(items, next === null);
    // One after the other: whoever changes a filter meanwhile waits for one answer at most.
    await facets.load(wanted);
    await isDrawn;
    if (next && search.peek() === wanted) await footprints.load(wanted, items);
  }

  async function open(key: string | null, item?: Item): Promise<void> {
    const named = parseKey(key);
    if (!key || !named) {
      opened.value = null;
      return;
    }
    const whole = item ?? results.value.peek().items.find((one) => keyOf(one) === key) ?? basket.peek().find((one) => keyOf(one) === key);
    opened.value = { key, item: whole ?? null, error: null };
    if (whole) return;
    try {
      const found = await api.item(named);
      if (opened.peek()?.key === key) opened.value = { key, item: found, error: null };
    } catch (error) {
      if (opened.peek()?.key === key) opened.value = { key, item: null, error: asApiError(error) };
    }
  }

  async function offer(): Promise<void> {
    offered.value = await api.layers();
  }

  const inBasket = (key: string) => basket.value.some((item) => keyOf(item) === key);

  return {
    config,
    api,
    session,
    search,
    view: signal<View | null>(null),
    results: results.value,
    facets: facets.value,
    footprints: footprints.value,
    hovered: signal<string | null>(null),
    opened,
    basket,
    basketOpen: signal(false),
    drawing: signal<Drawing>('none'),
    tab: signal<Tab>('results'),
    wanted: signal<Bbox | null>(null),
    offered,
    offer,
    layers: signal<string[]>([]),
    change: (part) => (search.value = { ...search.peek(), ...part }),
    setArea: (area) => (search.value = { ...search.peek(), area: area && normalised(area) }),
    reset: () => (search.value = EVERYTHING),
    drawn: () => drawn(),
    refresh: () => (asked.value += 1),
    more: results.more,
    open,
    inBasket,
    toggleBasket: (item) => {
      const key = keyOf(item);
      basket.value = inBasket(key) ? basket.peek().filter((one) => keyOf(one) !== key) : [...basket.peek(), item];
    },
    /** Asks whenever the search, or who asks, changes. */
    start: () => {
      const ends = [
        effect(() => {
          void asked.value;
          const who = session.state.value;
          const wanted = search.value;
          if (who.state !== 'loading') untracked(() => void load(wanted));
        }),
        // Who signs in, or out, may see other layers.
        effect(() => {
          const known = session.state.value.state !== 'loading' && offered.peek();
          if (known) offer().catch(() => undefined);
        }),
      ];
      return () => ends.forEach((end) => end());
    },
  };
}
