/** How much of the area is free, held, for sale or not covered: what one should know before anything is ordered. */

import '../style/selection.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, type CoverageAnswer, isAbort } from '../core/api';
import { asApiError } from '../core/results';
import { dateOf, type Item, keyOf, sensorOf } from '../core/stac';
import { useStore } from '../core/store';
import { date, km2, percent, t, told } from '../core/words';
import { Symbol } from '../results/symbol';
import { wordsOf } from '../results/failure';
import { coverageBody, FIRST_DAY } from './coverage-body';
import { fetchItems } from './kept';
import { type Estimate, rangeText, type Scene, type Total, totalText } from './ordering';

const LAYERS = ['open', 'held', 'orderable', 'uncovered'] as const;
type Layer = (typeof LAYERS)[number];
type Found = { answer: CoverageAnswer; asked: string };
type State = 'idle' | 'asking' | ApiError | Found;

export function Coverage() {
  const { api, search, session } = useStore();
  const [state, setState] = useState<State>('idle');
  const running = useRef<AbortController | null>(null);
  const { area } = search.value;
  const body = area && JSON.stringify(coverageBody(search.value, area));
  const who = JSON.stringify(session.state.value.me);
  useEffect(() => {
    running.current?.abort();
    setState('idle');
  }, [area, who]);
  useEffect(() => () => running.current?.abort(), []);
  if (!body) return null;

  async function ask(text: string): Promise<void> {
    running.current?.abort();
    const own = (running.current = new AbortController());
    setState('asking');
    try {
      const answer = await api.coverage(JSON.parse(text) as Record<string, unknown>, { signal: own.signal });
      setState({ answer, asked: text });
    } catch (error) {
      if (!isAbort(error)) setState(asApiError(error));
    }
  }

  const found = typeof state === 'object' && 'answer' in state ? state : null;
  const error = typeof state === 'object' && 'status' in state ? state : null;
  const stale = found !== null && found.asked !== body;
  return (
    <div class="coverage" aria-busy={state === 'asking'}>
      {(!found || stale) && (
        <button type="button" class="small" disabled={state === 'asking'} onClick={() => void ask(body)}>
          {t(state === 'asking' ? 'coverage.asking' : stale ? 'coverage.again' : 'coverage.ask')}
        </button>
      )}
      {error && <p class="problem" role="alert">{t('coverage.failed')} <bdi>{error.status === 400 || error.status === 413 ? error.detail : t(wordsOf(error))}</bdi></p>}
      {found && <Figures {...found} />}
    </div>
  );
}

function Figures({ answer, asked }: Found) {
  const { session } = useStore();
  const { coverage } = answer;
  const { datetime, cloud_cover_max, gsd_max } = JSON.parse(asked) as { datetime: string; cloud_cover_max?: number; gsd_max?: number };
  return (
    <div role="status">
      <p class="coverage-figure">
        <strong>{t('coverage.held', { share: shareText(coverage.held.share) })}</strong>{' '}
        <span class="says">{extent(answer.area_km2, datetime)}</span>
      </p>
      <Bar answer={answer} />
      <table class="coverage-table">
        <tbody>
          {LAYERS.map((layer) => (
            <tr key={layer}>
              <th scope="row">{layer === 'uncovered' ? <span class="uncovered-mark" /> : <Symbol of={layer} />} {t(`coverage.of.${layer}`)}</th>
              <td>{shareText(coverage[layer].share)}</td>
              <td>{km2(coverage[layer].km2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="says">{t(cloud_cover_max === undefined && gsd_max === undefined ? 'coverage.advice' : 'coverage.limits')}</p>
      {!session.state.value.me?.member && <p class="says">{t('coverage.signedOut')}</p>}
      <Scenes scenes={(answer.scenes ?? []) as unknown as Scene[]} />
      <Costs answer={answer} />
    </div>
  );
}

/** How large the area is, and of which days the images are. */
function extent(area: number, datetime: string): string {
  const [from = '', to = ''] = datetime.split('/').map((one) => (one === '..' || one.startsWith(FIRST_DAY) ? '' : date(new Date(one), 'medium')));
  const size = km2(area);
  if (from && to) return t('coverage.areaBetween', { size, from, to });
  if (from) return t('coverage.area', { size, from });
  return to ? t('coverage.areaUntil', { size, to }) : t('coverage.areaAlways', { size });
}

/** What each adds to those before it: together the whole area. */
function Bar({ answer: { coverage } }: { answer: CoverageAnswer }) {
  const shares = LAYERS.map((layer): [Layer, number] => [layer, layer === 'uncovered' ? coverage.uncovered.share : (coverage[layer].beyond_share ?? 0)]);
  const said = Object.fromEntries(shares.map(([layer, share]) => [layer, shareText(share)]));
  let at = 0;
  return (
    <svg class="coverage-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={t('coverage.bar', said)}>
      {shares.map(([layer, share]) => {
        const x = at;
        at += share * 100;
        return share > 0 && <rect key={layer} class={layer} x={x} y={0} width={share * 100} height={8} />;
      })}
    </svg>
  );
}

function Scenes({ scenes }: { scenes: Scene[] }) {
  const store = useStore();
  const [items, setItems] = useState(new Map<string, Item>());
  useEffect(() => {
    // Without them the list has ids instead of names.
    void fetchItems(store, scenes.map(keyOf)).then(setItems, () => undefined);
  }, [scenes]);
  if (!scenes.length) return null;
  const missing = [...items].filter(([key]) => !store.inBasket(key));
  return (
    <details class="coverage-scenes">
      <summary>{t('coverage.scenes', { n: scenes.length })}</summary>
      <ol>
        {scenes.map((scene) => {
          const item = items.get(keyOf(scene));
          return (
            <li key={keyOf(scene)} onMouseEnter={() => (store.hovered.value = keyOf(scene))}>
              <Symbol of={scene.availability} />{' '}
              <button type="button" class="link" title={scene.id} onClick={() => void store.open(keyOf(scene), item)}>
                <bdi>{item ? `${sensorOf(item)}, ${date(dateOf(item))}` : scene.id}</bdi>
              </button>{' '}
              <span class="says">{t('coverage.adds', { size: km2(scene.adds_km2) })}{scene.notice && ` · ${told(scene.notice) ?? ''}`}</span>
            </li>
          );
        })}
      </ol>
      <button type="button" class="small" disabled={!missing.length} onClick={() => missing.forEach(([, item]) => store.toggleBasket(item))}>
        {t(items.size && !missing.length ? 'coverage.added' : 'coverage.addAll')}
      </button>
    </details>
  );
}

function Costs({ answer }: { answer: CoverageAnswer }) {
  const estimate = answer.estimate as { total: Total } | null | undefined;
  const tasking = answer.tasking as { requests: Estimate[] } | null | undefined;
  if (!estimate && !tasking) return null;
  return (
    <p class="says">
      {estimate && <>{t('coverage.cost', { amount: totalText(estimate.total) })}. </>}
      {tasking && <>{t('coverage.tasking', { amount: rangeText(tasking.requests) })}. </>}
      {t('coverage.estimateOnly')}
    </p>
  );
}

/** What is nearly nothing or nearly all does not say 0 % or 100 %. */
function shareText(share: number): string {
  if (share > 0 && share < 0.005) return `< ${percent(1)}`;
  if (share < 1 && share > 0.995) return `> ${percent(99)}`;
  return percent(share * 100);
}
