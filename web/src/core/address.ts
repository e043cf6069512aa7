/** The page's address: the search, the open Item, the map's view, the layers that are on and the language, kept as people go. */

import { effect } from '@preact/signals';
import type { Lang } from './config';
import { fromParams, type Search, toParams } from './search';
import { parseKey } from './stac';
import type { Store, View } from './store';
import { language } from './words';

/** What an address says beside the search. */
export interface Place {
  item: string | null;
  view: View | null;
  /** By id. */
  layers: readonly string[];
  lang: Lang | null;
}

const MOST_LAYERS = 20;
const LONGEST_LAYER = 200;

export function placeOf(params: URLSearchParams): Place {
  const lang = params.get('lang');
  const item = params.get('item');
  return {
    item: parseKey(item) ? item : null,
    view: viewOf(params.get('view')),
    layers: [...new Set(params.getAll('layer'))].filter((id) => id && id.length <= LONGEST_LAYER).slice(0, MOST_LAYERS),
    lang: lang === 'fr' || lang === 'en' ? lang : null,
  };
}

/** zoom/lat/lon; null for what is none. */
export function viewOf(text: string | null): View | null {
  const [zoom = NaN, lat = NaN, lon = NaN] = (text ?? '').split('/').map((part) => (part.trim() ? Number(part) : NaN));
  return zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

export function viewText({ zoom, lat, lon }: View): string {
  return [zoom.toFixed(2), lat.toFixed(4), lon.toFixed(4)].map(Number).join('/');
}

/** The query of the address; slashes and commas are left readable. */
export function addressOf(params: URLSearchParams, place: Place): string {
  if (place.item) params.set('item', place.item);
  if (place.view) params.set('view', viewText(place.view));
  // Each by itself: an id may have a comma.
  for (const id of place.layers) params.append('layer', id);
  if (place.lang) params.set('lang', place.lang);
  const text = params.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? `?${text}` : '';
}

function stepOf(search: Search, item: string | null): string {
  return addressOf(toParams(search), { item, view: null, layers: [], lang: null });
}

/** Steps that follow one another within so many milliseconds, as of a key held down, are one. */
const QUICK = 700;

/** Keeps the address and the store the same, both ways. Returns what ends it. */
export function keepAddress(store: Store, page: Window = window): () => void {
  const first = placeOf(new URLSearchParams(page.location.search));
  const spoken = language.peek();
  let steps = '';
  let stepped = -QUICK;

  const end = effect(() => {
    const lang = first.lang || language.value !== spoken ? language.value : null;
    const place: Place = { item: store.opened.value?.key ?? null, view: store.view.value, layers: store.layers.value, lang };
    const query = addressOf(toParams(store.search.value), place);
    // What people choose is a step back; what the map shows beside it and the language are none.
    const step = stepOf(store.search.value, place.item);
    const isStep = steps !== '' && step !== steps;
    steps = step || '?';
    if (query === page.location.search) return;
    const address = `${page.location.pathname}${query}`;
    const quick = page.performance.now() - stepped < QUICK;
    if (isStep) stepped = page.performance.now();
    if (isStep && !quick) page.history.pushState(null, '', address);
    else page.history.replaceState(null, '', address);
  });

  const back = () => {
    const params = new URLSearchParams(page.location.search);
    const place = placeOf(params);
    steps = stepOf(fromParams(params), place.item) || '?';
    store.search.value = fromParams(params);
    if (place.item !== (store.opened.peek()?.key ?? null)) void store.open(place.item);
  };
  page.addEventListener('popstate', back);
  return () => {
    end();
    page.removeEventListener('popstate', back);
  };
}
