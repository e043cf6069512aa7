/** The selection: its images by what is to be done with them, lists to take along, and the request for those to order. */

import '../style/selection.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { dateOf, heldBy, type Item, keyOf, sensorOf } from '../core/stac';
import { useStore } from '../core/store';
import { date, percent, t } from '../core/words';
import { Badge } from '../results/badge';
import { DraftPage } from './draft';
import { save, toCsv, toItemCollection, toUrls } from './exports';
import { type Group, groupOf, GROUPS } from './groups';
import { gone, MOST, reading } from './kept';

export function BasketPanel() {
  const { basket, basketOpen } = useStore();
  const [page, setPage] = useState<'list' | 'draft'>('list');
  const items = basket.value;
  const orders = items.filter((item) => groupOf(item) === 'order');
  const head = useRef<HTMLHeadingElement>(null);
  const turned = useRef(false);
  useEffect(() => {
    if (turned.current) head.current?.focus();
    turned.current = true;
  }, [page]);
  return (
    <div class="basket-page">
      <header class="sheet-head">
        <h2 ref={head} tabIndex={-1} data-autofocus>{page === 'draft' ? t('draft.title') : t('basket.title', { n: items.length })}</h2>
        <button type="button" class="quiet close" aria-label={t('page.close')} title={t('page.close')} onClick={() => (basketOpen.value = false)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M3 3 13 13M13 3 3 13" /></svg>
        </button>
      </header>
      {page === 'draft' ? <DraftPage items={orders} onBack={() => setPage('list')} /> : <List items={items} orders={orders} onDraft={() => setPage('draft')} />}
    </div>
  );
}

function List({ items, orders, onDraft }: { items: Item[]; orders: Item[]; onDraft: () => void }) {
  return (
    <>
      {reading.value === 'loading' && <p class="wait" role="status">{t('basket.loading')}</p>}
      {reading.value === 'failed' && <p class="notice error" role="alert">{t('basket.failed')}</p>}
      <Gone />
      {!items.length && !gone.value.length && reading.value === 'idle' && <p>{t('basket.empty')}</p>}
      {items.length > MOST && <p class="notice">{t('basket.full', { n: MOST })}</p>}
      {GROUPS.map((group) => (
        <Images key={group} group={group} items={items.filter((item) => groupOf(item) === group)}>
          {group === 'order' && (
            <div class="to-draft">
              <p class="says">{t('draft.says')}</p>
              <button type="button" class="primary" onClick={onDraft}>{t('draft.make', { n: orders.length })}</button>
            </div>
          )}
        </Images>
      ))}
      {items.length > 0 && <Export items={items} />}
    </>
  );
}

function Images({ group, items, children }: { group: Group; items: Item[]; children: preact.ComponentChildren }) {
  if (!items.length) return null;
  return (
    <section>
      <h3>{t(`basket.group.${group}`)} <span class="says">({items.length})</span></h3>
      <ul class="basket-list">
        {items.map((item) => <Line key={keyOf(item)} item={item} />)}
      </ul>
      {children}
    </section>
  );
}

function Line({ item }: { item: Item }) {
  const store = useStore();
  const key = keyOf(item);
  const clouds = item.properties['eo:cloud_cover'];
  const name = `${sensorOf(item)}, ${date(dateOf(item))}`;
  const open = () => {
    store.basketOpen.value = false;
    void store.open(key, item);
  };
  return (
    <li onMouseEnter={() => (store.hovered.value = key)} onMouseLeave={() => (store.hovered.value = null)}>
      <div>
        <button type="button" class="link" aria-label={t('basket.open', { name })} onClick={open}><bdi>{sensorOf(item)}</bdi></button>{' '}
        {date(dateOf(item))}{' '}
        <span class="says">{typeof clouds === 'number' && t('facts.clouds', { value: percent(clouds) })}</span>
        <p class="item-id"><bdi>{item.id}</bdi></p>
        <p><Badge item={item} /> {groupOf(item) === 'order' && heldBy(item).length > 0 && <span class="strong">{t('basket.heldToo')}</span>}</p>
      </div>
      <button type="button" class="quiet close" aria-label={t('basket.remove', { name })} title={t('item.remove')} onClick={() => store.toggleBasket(item)}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M3 3 13 13M13 3 3 13" /></svg>
      </button>
    </li>
  );
}

/** What was chosen and is no longer there. */
function Gone() {
  const keys = gone.value;
  if (!keys.length) return null;
  return (
    <div class="notice" role="status">
      <p>{t('basket.gone', { n: keys.length })}</p>
      <ul>{keys.map((key) => <li key={key} class="item-id"><bdi>{key}</bdi></li>)}</ul>
      <button type="button" class="small" onClick={() => (gone.value = [])}>{t('basket.forget')}</button>
    </div>
  );
}

function Export({ items }: { items: Item[] }) {
  const { api, basket } = useStore();
  const [asking, setAsking] = useState(false);
  const base = new URL(api.base || '/', location.href).href.replace(/\/$/, '');
  const urls = toUrls(items, base);
  return (
    <section class="no-print">
      <h3>{t('basket.export')}</h3>
      <div class="buttons">
        <button type="button" disabled={!urls} onClick={() => save('moisson.txt', 'text/plain;charset=utf-8', urls)}>{t('basket.urls')}</button>
        <button type="button" onClick={() => save('moisson.json', 'application/geo+json', toItemCollection(items))}>{t('basket.collection')}</button>
        <button type="button" onClick={() => save('moisson.csv', 'text/csv;charset=utf-8', toCsv(items, base))}>{t('basket.csv')}</button>
      </div>
      {urls && <p class="says">{t('basket.urlsSays')}</p>}
      <div class="buttons">
        <button type="button" class="quiet" onClick={() => print()}>{t('item.print')}</button>
        {!asking && <button type="button" class="quiet" onClick={() => setAsking(true)}>{t('basket.clear')}</button>}
        {asking && (
          <span role="group" aria-label={t('basket.clearAsk')}>
            {t('basket.clearAsk')}{' '}
            <button type="button" onClick={() => (basket.value = [])}>{t('basket.clearYes')}</button>{' '}
            <button type="button" class="quiet" onClick={() => setAsking(false)}>{t('basket.clearNo')}</button>
          </span>
        )}
      </div>
    </section>
  );
}
