/** One facet: its choices with their counts, the most frequent first. */

import { useState } from 'preact/hooks';
import type { Api, Bucket } from '../core/api';
import { archiveName, licenceName } from '../core/licences';
import { type Availability, AVAILABILITIES, type Facet } from '../core/search';
import { platformName } from '../core/stac';
import { useStore } from '../core/store';
import { number, t } from '../core/words';
import { Symbol } from '../results/symbol';

const SHOWN = 6;

export function FacetChoices({ facet, open = false }: { facet: Facet; open?: boolean }) {
  const { api, search, facets, change } = useStore();
  const [all, setAll] = useState(false);
  const chosen = search.value[facet];
  const { counts, state } = facets.value;
  const choices = choicesOf(counts[facet], chosen);
  const shown = all ? choices : choices.filter((one, i) => i < SHOWN || chosen.includes(one.key));
  const toggle = (key: string, on: boolean) => change({ [facet]: on ? [...chosen, key] : chosen.filter((one) => one !== key) });
  return (
    <details class="facet" open={open || chosen.length > 0}>
      <summary>
        <h3>{t(`facet.${facet}`)}</h3>
        {chosen.length > 0 && <span class="pill full">{number(chosen.length)}</span>}
      </summary>
      <fieldset aria-busy={state === 'loading'}>
        <legend class="visually-hidden">{t(`facet.${facet}`)}</legend>
        {!choices.length && <p class="says">{t(state === 'error' ? 'facet.error' : state === 'done' ? 'facet.none' : 'page.loading')}</p>}
        <ul class="choices">
          {shown.map(({ key, count }) => (
            <li key={key}>
              <label class="check">
                <input type="checkbox" checked={chosen.includes(key)} onChange={(event) => toggle(key, event.currentTarget.checked)} />
                <span class="name">
                  {facet === 'availability' && <Symbol of={key as Availability} />}
                  <bdi>{nameOf(api, facet, key)}</bdi>
                </span>
                <span class="count">{number(count)}</span>
              </label>
            </li>
          ))}
        </ul>
        {choices.length > SHOWN && (
          <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t('facet.fewer') : t('facet.more', { n: choices.length - shown.length })}
          </button>
        )}
      </fieldset>
    </details>
  );
}

export function nameOf(api: Api, facet: Facet, key: string): string {
  if (facet === 'archives') return archiveName(api, key);
  if (facet === 'licences') return licenceName(api, key);
  if (facet === 'platforms') return platformName(key);
  return AVAILABILITIES.includes(key as Availability) ? t(`badge.${key as Availability}`) : key;
}

/** What is chosen stays in the list when nothing has it any more. */
function choicesOf(buckets: readonly Bucket[], chosen: readonly string[]): Bucket[] {
  const lost = chosen.filter((key) => !buckets.some((bucket) => bucket.key === key));
  return [...buckets, ...lost.map((key) => ({ key, count: 0 }))];
}
