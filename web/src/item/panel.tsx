/** The page of an image: what it is, what one may do with it, its files, where it comes from. */

import '../style/item.css';
import { useEffect, useRef } from 'preact/hooks';
import { asApiError } from '../core/results';
import { dateOf, heldBy, type Item, keyOf, parseKey, sensorOf } from '../core/stac';
import { type Opened, type Store, useStore } from '../core/store';
import { date, t } from '../core/words';
import { Badge } from '../results/badge';
import { wordsOf } from '../results/failure';
import { Access } from '../results/reason';
import { otherLinks } from './addresses';
import { Code } from './code';
import { Copies } from './copies';
import { factsOf } from './facts';
import { Files } from './files';
import { Lines } from './lines';
import { Preview } from './preview';
import { Provenance } from './provenance';

export function ItemPanel({ opened }: { opened: Opened }) {
  const store = useStore();
  const { open } = store;
  const { item, error, key } = opened;
  const who = JSON.stringify(store.session.state.value);
  const known = useRef(who);
  useEffect(() => {
    // Another may do other things with it, or not see it.
    if (known.current === who || store.session.state.peek().state === 'loading') return;
    known.current = who;
    void reload(store, key);
  }, [who, key]);
  return (
    <article class="item-page">
      <header class="sheet-head">
        <h2 tabIndex={-1} data-autofocus>{item ? <Title item={item} /> : t('page.item')}</h2>
        <button type="button" class="quiet close" aria-label={t('page.close')} title={t('page.close')} onClick={() => void open(null)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M3 3 13 13M13 3 3 13" /></svg>
        </button>
      </header>
      {item && <Body item={item} />}
      {!item && !error && <p class="wait" role="status">{t('page.loading')}</p>}
      {error && (
        <div class="notice error" role="alert">
          <p class="strong">{t(error.status === 404 ? 'item.gone' : 'item.failed')}</p>
          {error.status !== 404 && <p>{t(wordsOf(error))}</p>}
          {error.status !== 404 && <button type="button" onClick={() => void open(key)}>{t('page.retry')}</button>}
        </div>
      )}
    </article>
  );
}

async function reload(store: Store, key: string): Promise<void> {
  const named = parseKey(key);
  if (!named) return;
  const found = await store.api.item(named).then((item) => ({ item, error: null }), (error: unknown) => ({ item: null, error: asApiError(error) }));
  if (store.opened.peek()?.key === key) store.opened.value = { key, ...found };
}

function Title({ item }: { item: Item }) {
  return (
    <>
      <bdi>{sensorOf(item)}</bdi> <span class="item-date">{date(dateOf(item))}</span>
    </>
  );
}

function Body({ item }: { item: Item }) {
  const links = otherLinks(item);
  // Before anybody orders it.
  const isHeld = heldBy(item).length > 0;
  return (
    <>
      <Summary item={item} />
      <Preview item={item} />
      {isHeld && <Copies item={item} />}
      <section>
        <h3>{t('item.rights')}</h3>
        <Access item={item} />
      </section>
      <section>
        <h3>{t('item.files')}</h3>
        <Files item={item} />
      </section>
      {!isHeld && <Copies item={item} />}
      <section>
        <h3>{t('item.facts')}</h3>
        <Lines lines={factsOf(item)} />
      </section>
      <section>
        <h3>{t('item.provenance')}</h3>
        <Provenance item={item} />
      </section>
      {links.length > 0 && (
        <section>
          <h3>{t('item.links')}</h3>
          <ul>
            {links.map((link, i) => (
              <li key={i}><a href={link.href} target="_blank" rel="noopener noreferrer"><bdi>{link.title || link.href}</bdi></a></li>
            ))}
          </ul>
        </section>
      )}
      <section class="no-print">
        <h3>{t('item.code')}</h3>
        <Code item={item} />
      </section>
    </>
  );
}

function Summary({ item }: { item: Item }) {
  const store = useStore();
  const chosen = store.inBasket(keyOf(item));
  return (
    <div class="item-summary">
      <p class="item-id"><bdi>{item.id}</bdi></p>
      <p><Badge item={item} /></p>
      <div class="buttons no-print">
        <button type="button" aria-pressed={chosen} onClick={() => store.toggleBasket(item)}>{t(chosen ? 'item.remove' : 'item.add')}</button>
        <button type="button" class="quiet" onClick={() => print()}>{t('item.print')}</button>
      </div>
    </div>
  );
}
