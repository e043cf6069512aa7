/** Puts the page together: configuration, stores, address, and what is shown. */

import icon from './style/icon.svg?url';
import './style/base.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app';
import { createApi } from './core/api';
import { keepAddress, placeOf } from './core/address';
import { readConfig } from './core/config';
import { fromParams } from './core/search';
import { createSession } from './core/session';
import { createStore, StoreProvider } from './core/store';
import { language } from './core/words';
import { keepBasket } from './selection/kept';

function start(): void {
  const config = readConfig(document);
  // First: it puts the address back that people left to sign in.
  const link = Object.assign(document.createElement('link'), {
    rel: 'icon',
    type: 'image/svg+xml',
    href: new URL(icon, document.baseURI).href,
  });
  document.head.append(link);

  const session = createSession(config);
  const params = new URLSearchParams(location.search);
  const place = placeOf(params);
  language.value = place.lang ?? config.lang;
  effect(() => void (document.documentElement.lang = language.value));

  const api = createApi({ base: config.base, token: session.token, fetch: session.fetch, language: () => language.peek() });
  const store = createStore({ config, api, session, search: fromParams(params) });
  store.view.value = place.view;
  store.layers.value = [...place.layers];
  keepAddress(store);
  store.start();
  keepBasket(store);
  if (place.item) void store.open(place.item);
  // Without them the map is a map; the list of layers says so when it is opened.
  if (place.layers.length) store.offer().catch(() => undefined);

  const root = document.getElementById('app') ?? document.body;
  // The first search is on its way before anything is drawn.
  setTimeout(() => {
    // The map's part is there as soon as the filters are, and not only once they have been painted.
    import('./map/map').catch(() => undefined);
    root.replaceChildren();
    render(
      <StoreProvider value={store}>
        <App />
      </StoreProvider>,
      root,
    );
  });
}

start();
