/** The filters that are set, each with a way to take it off. */

import type { Api } from '../core/api';
import { EVERYTHING, FACETS, type Search } from '../core/search';
import { useStore } from '../core/store';
import { date, metres, percent, t } from '../core/words';
import { nameOf } from './facet';

export interface Chip {
  id: string;
  words: string;
  without: Partial<Search>;
}

/** What is set beside what the page starts with. */
export function chipsOf(search: Search, api: Api): Chip[] {
  const chips: Chip[] = [];
  const add = (id: string, words: string, without: Partial<Search>) => chips.push({ id, words, without });
  const { area, from, to, cloudMax, gsdMax, q } = search;
  if (area) add('area', area.kind === 'polygon' && area.name ? area.name : t('chip.area'), { area: null });
  if (search.accessible) add('accessible', t(search.accessible === 'now' ? 'chip.now' : 'filters.accessible'), { accessible: '' });
  if (from || to) add('period', periodWords(from, to), { from: null, to: null });
  for (const facet of FACETS) {
    for (const key of search[facet]) {
      add(`${facet} ${key}`, nameOf(api, facet, key), { [facet]: search[facet].filter((one) => one !== key) });
    }
  }
  if (cloudMax !== null) add('cloudMax', t('chip.clouds', { value: percent(cloudMax) }), { cloudMax: null });
  if (gsdMax !== null) add('gsdMax', t('chip.gsd', { value: metres(gsdMax) }), { gsdMax: null });
  if (q) add('q', t('chip.words', { value: q }), { q: EVERYTHING.q });
  return chips;
}

export function Chips() {
  const { search, api, change } = useStore();
  const chips = chipsOf(search.value, api);
  if (!chips.length) return null;
  return (
    <ul class="chips" aria-label={t('chip.title')}>
      {chips.map(({ id, words, without }) => (
        <li key={id}>
          <button type="button" aria-label={t('chip.remove', { name: words })} onClick={() => change(without)}>
            <bdi>{words}</bdi>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="M4 4 12 12M12 4 4 12" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
}

function periodWords(from: string | null, to: string | null): string {
  const written = (text: string) => date(new Date(`${text}T00:00:00Z`), 'medium');
  if (from && to) return t('chip.between', { from: written(from), to: written(to) });
  return from ? t('chip.since', { from: written(from) }) : t('chip.until', { to: written(to ?? '') });
}
