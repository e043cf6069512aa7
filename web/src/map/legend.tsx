/** The legend: sign, outline and words of each availability. */

import { AVAILABILITIES } from '../core/search';
import { t } from '../core/words';
import { DASHES, Symbol } from '../results/symbol';

export function Legend() {
  return (
    <details class="legend" open={!matchMedia('(max-width: 860px)').matches}>
      <summary>{t('map.legend')}</summary>
      <ul>
        {AVAILABILITIES.map((one) => (
          <li key={one}>
            <Symbol of={one} />
            <svg class={`symbol ${one}`} viewBox="0 0 34 8" width="34" height="8" aria-hidden="true">
              <path d="M1 4H33" stroke-width={one === 'held' ? 3 : 2} stroke-dasharray={DASHES[one]?.map((part) => part * 2).join(' ')} />
            </svg>
            {t(`badge.${one}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}
