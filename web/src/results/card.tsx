/** One result. */

import { memo } from '../core/memo';
import { areaKm2, copiesOf, dateOf, type Item, keyOf, sensorOf } from '../core/stac';
import { useStore } from '../core/store';
import { date, km2, metres, percent, t } from '../core/words';
import { Badge } from './badge';
import { Reason } from './reason';
import { Thumbnail } from './thumbnail';

export const Card = memo(function Card({ item }: { item: Item }) {
  const store = useStore();
  const key = keyOf(item);
  const chosen = store.inBasket(key);
  const opened = store.opened.value?.key === key;
  const name = `${sensorOf(item)}, ${date(dateOf(item))}`;
  return (
    <li
      class={`card${store.hovered.value === key ? ' hovered' : ''}${opened ? ' opened' : ''}`}
      data-key={key}
      onMouseEnter={() => (store.hovered.value = key)}
      onMouseLeave={() => store.hovered.peek() === key && (store.hovered.value = null)}
      onFocusCapture={() => (store.hovered.value = key)}
    >
      <Thumbnail item={item} />
      <div class="card-body">
        <h3>
          <button type="button" class="card-title" aria-label={t('results.open', { name })} onClick={() => void store.open(key, item)}>
            <bdi>{sensorOf(item)}</bdi>
          </button>
        </h3>
        <p class="card-date">{date(dateOf(item))}</p>
        <Facts item={item} />
        <div class="card-badges">
          <Badge item={item} />
          <Reason item={item} />
        </div>
        <Copies item={item} />
      </div>
      <button
        type="button"
        class="basket-toggle"
        aria-pressed={chosen}
        aria-label={t(chosen ? 'results.unselect' : 'results.select', { name })}
        title={t(chosen ? 'results.unselectShort' : 'results.selectShort')}
        onClick={() => store.toggleBasket(item)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d={chosen ? 'M3 8.5 6.5 12 13 4.5' : 'M8 3V13M3 8H13'} />
        </svg>
      </button>
    </li>
  );
});

function Facts({ item }: { item: Item }) {
  const { gsd, 'eo:cloud_cover': clouds } = item.properties;
  const size = areaKm2(item.geometry);
  return (
    <ul class="facts">
      {typeof gsd === 'number' && <li title={t('facts.gsd')}>{metres(gsd)}</li>}
      {typeof clouds === 'number' && <li>{t('facts.clouds', { value: percent(clouds) })}</li>}
      {size !== null && <li>{km2(size)}</li>}
    </ul>
  );
}

/** Other records of the same acquisition: the held product of a catalogue's image, or the other way round. */
function Copies({ item }: { item: Item }) {
  const store = useStore();
  const copies = copiesOf(item);
  const [first] = copies;
  if (!first) return null;
  const held = Boolean(item.properties['moisson:held_by']?.length);
  const words = first.candidate ? (held ? 'copies.candidate' : 'copies.candidateCatalogued') : held ? 'copies.held' : 'copies.catalogued';
  return (
    <button type="button" class="link" onClick={() => void store.open(keyOf(first))}>
      {t(words)}
      {copies.length > 1 ? ` (${copies.length})` : ''}
    </button>
  );
}
