/** The list without an end: what comes next is asked for before one is there. */

import { useEffect, useRef } from 'preact/hooks';
import { keyOf } from '../core/stac';
import { useStore } from '../core/store';
import { t } from '../core/words';
import { Card } from './card';

export function List() {
  const store = useStore();
  const { items, next, more, state } = store.results.value;
  const list = useRef<HTMLOListElement>(null);
  const last = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!last.current || !next || more === 'error') return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && void store.more(), { rootMargin: '600px' });
    seen.observe(last.current);
    return () => seen.disconnect();
  }, [next, more, items.length]);

  // What is opened on the map is shown where it is in the list.
  const opened = store.opened.value?.key;
  useEffect(() => {
    if (opened) list.current?.querySelector(`[data-key="${CSS.escape(opened)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [opened]);

  // A new search starts at its top.
  useEffect(() => {
    if (state === 'loading') list.current?.closest('.column')?.scrollTo({ top: 0 });
  }, [state]);

  return (
    <>
      <ol class={state === 'loading' ? 'list waiting' : 'list'} ref={list}>
        {items.map((item) => (
          <Card key={keyOf(item)} item={item} />
        ))}
      </ol>
      <div class="list-end" ref={last}>
        {more === 'loading' && <p class="says">{t('page.loading')}</p>}
        {more === 'error' && (
          <p class="problem" role="alert">
            {t('results.moreFailed')}
          </p>
        )}
        {next && more !== 'loading' && (
          <button type="button" class="quiet" onClick={() => void store.more()}>
            {t(more === 'error' ? 'page.retry' : 'results.more')}
          </button>
        )}
        {!next && <p class="says">{t('results.end')}</p>}
      </div>
    </>
  );
}
