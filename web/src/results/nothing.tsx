/** Nothing matches: the API's hint, and what could be loosened. */

import { EVERYTHING } from '../core/search';
import { useStore } from '../core/store';
import { t, told } from '../core/words';
import { chipsOf } from '../filters/chips';

export function Nothing() {
  const { search, api, results, change, reset } = useStore();
  const chips = chipsOf(search.value, api);
  const hint = told(results.value.hint);
  return (
    <div class="nothing">
      <p>{t('nothing.title')}</p>
      {hint && (
        <p class="notice">
          <bdi>{hint}</bdi>
        </p>
      )}
      {(chips.length > 0 || search.value.excludeAirbus) && <p>{t('nothing.try')}</p>}
      <ul>
        {chips.map(({ id, words, without }) => (
          <li key={id}>
            <button type="button" onClick={() => change(without)}>
              {t('nothing.without', { name: words })}
            </button>
          </li>
        ))}
        {search.value.excludeAirbus && (
          <li>
            <button type="button" onClick={() => change({ excludeAirbus: false })}>
              {t('nothing.withAirbus')}
            </button>
          </li>
        )}
        {chips.length > 1 && (
          <li>
            <button type="button" onClick={reset} disabled={search.value === EVERYTHING}>
              {t('nothing.all')}
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}
