/** The page's layout: header; filters, results and map side by side, or as tabs on a phone. */

import { useEffect, useRef } from 'preact/hooks';
import { lazily } from './core/lazily';
import { type Store, type Tab, useStore } from './core/store';
import { t } from './core/words';
import { Panel } from './filters/panel';
import { Header } from './header';
import { ResultsColumn } from './results/column';

// The map is the largest part: it is fetched while the list already asks.
const MapView = lazily(
  () => import('./map/map').then((module) => module.MapView),
  () => <div class="map-wait">{t('map.loading')}</div>,
);
const ItemPanel = lazily(() => import('./item/panel').then((module) => module.ItemPanel), Loading);
const BasketPanel = lazily(() => import('./selection/basket').then((module) => module.BasketPanel), Loading);

const TABS: readonly Tab[] = ['filters', 'results', 'map'];

export function App() {
  const store = useStore();
  const sheet = store.basketOpen.value ? 'basket' : store.opened.value ? 'item' : null;
  return (
    <div class="page" data-tab={store.tab.value}>
      <a class="skip" href="#results">
        {t('page.skip')}
      </a>
      <Header />
      <Tabs store={store} />
      <main class="columns">
        <section id="filters" class="column filters" data-of="filters" aria-label={t('page.filters')}>
          <Panel />
        </section>
        <section id="results" class="column results" data-of="results" aria-label={t('page.results')} tabIndex={-1}>
          <ResultsColumn />
        </section>
        <section class="column map" data-of="map" aria-label={t('page.map')}>
          <MapView />
        </section>
        {sheet && <Sheet key={sheet === 'item' ? store.opened.value?.key : sheet} kind={sheet} store={store} />}
      </main>
      <Announcer />
    </div>
  );
}

function Tabs({ store }: { store: Store }) {
  return (
    <nav class="tabs" aria-label={t('page.parts')}>
      {TABS.map((tab) => (
        <button type="button" key={tab} aria-current={store.tab.value === tab ? 'page' : undefined} onClick={() => (store.tab.value = tab)}>
          {t(`page.${tab}`)}
        </button>
      ))}
    </nav>
  );
}

/** What opens over the results: the page of an Item, or the selection. Escape closes it, and focus goes back to where it was. */
function Sheet({ kind, store }: { kind: 'item' | 'basket'; store: Store }) {
  const place = useRef<HTMLElement>(null);
  const close = () => (kind === 'basket' ? (store.basketOpen.value = false) : void store.open(null));
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const sheet = place.current;
    const focus = () => {
      const heading = sheet?.querySelector<HTMLElement>('[data-autofocus]');
      heading?.focus({ preventScroll: true });
      return Boolean(heading);
    };
    // Its part of the script may still be on its way.
    const filled = new MutationObserver(() => focus() && filled.disconnect());
    if (sheet && !focus()) filled.observe(sheet, { childList: true, subtree: true });
    return () => {
      filled.disconnect();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const opened = store.opened.value;
  return (
    <aside
      class={`sheet ${kind}`}
      ref={place}
      tabIndex={-1}
      aria-label={t(kind === 'item' ? 'page.item' : 'page.basket')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        close();
      }}
    >
      {kind === 'basket' ? <BasketPanel /> : opened && <ItemPanel opened={opened} />}
    </aside>
  );
}

/** Says to those who do not see the page how many images there are. */
function Announcer() {
  const { state, total, exact } = useStore().results.value;
  const said = useRef('');
  if (state === 'done' && total !== null)
    said.current = total ? t(exact ? 'results.count' : 'results.about', { n: total }) : t('results.none');
  if (state === 'error') said.current = t('error.title');
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {said.current}
    </p>
  );
}

function Loading() {
  return <p class="wait">{t('page.loading')}</p>;
}
