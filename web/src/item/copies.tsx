/** Other records of the same acquisition: held by whom, in the catalogue as what. */

import { heldBy, keyOf, type Item, type Match } from '../core/stac';
import { useStore } from '../core/store';
import { percent, t } from '../core/words';

export function Copies({ item }: { item: Item }) {
  const held = item.properties['moisson:held_by'] ?? [];
  const catalogued = item.properties['moisson:catalogued_as'] ?? [];
  if (!held.length && !catalogued.length) return null;
  return (
    <section>
      <h3>{t('item.copies')}</h3>
      {heldBy(item).length > 0 && <p class="strong">{t('copy.doNotOrder')}</p>}
      <ul class="copies">
        {held.map((match) => <Copy key={keyOf(match)} match={match} words={heldWords(match)} />)}
        {catalogued.map((match) => <Copy key={keyOf(match)} match={match} words={t('copy.cataloguedAs')} />)}
      </ul>
    </section>
  );
}

function Copy({ match, words }: { match: Match; words: string }) {
  const { open } = useStore();
  return (
    <li>
      {words}
      {match.candidate && ` (${t('copy.candidate')})`}{' '}
      <button type="button" class="link" aria-label={t('copy.open', { id: match.id })} onClick={() => void open(keyOf(match))}>
        <bdi>{match.id}</bdi>
      </button>{' '}
      <span class="says"><bdi>{match.collection}</bdi></span>
    </li>
  );
}

function heldWords({ coverage }: Match): string {
  return typeof coverage === 'number' ? t('copy.heldBy', { share: percent(coverage * 100) }) : t('copy.heldByPlain');
}
