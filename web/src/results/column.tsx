/** The results: how many, what narrows them, the list, and what is said when there is none. */

import { useStore } from '../core/store';
import { number, t } from '../core/words';
import { Chips } from '../filters/chips';
import { Failure } from './failure';
import { List } from './list';
import { Nothing } from './nothing';

export function ResultsColumn() {
  const { results, footprints, refresh } = useStore();
  const { state, total, exact, items, slow, error } = results.value;
  const loading = state === 'loading' || state === 'idle';
  const { items: shown, cut } = footprints.value;
  return (
    <>
      <div class="results-head" aria-busy={loading}>
        <h2>
          {state === 'error' || total === null
            ? t('page.results')
            : total
              ? t(exact ? 'results.count' : 'results.about', { n: total })
              : t('results.none')}
        </h2>
        {cut && <p class="says">{t('results.onMap', { shown: number(shown.length) })}</p>}
        <Chips />
      </div>
      <div class={loading ? 'progress on' : 'progress'} aria-hidden="true" />
      {loading && slow && (
        <p class="notice" role="status">
          {t('results.slow')}
        </p>
      )}
      {state === 'error' && error && <Failure error={error} onRetry={refresh} />}
      {state === 'done' && !items.length && <Nothing />}
      {items.length > 0 && state !== 'error' && <List />}
      {loading && !items.length && <Skeleton />}
    </>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: 6 }, (_, i) => (
        <div key={i} class="card ghost" />
      ))}
    </div>
  );
}
