/** The request for images to order: what is asked for, then the draft with area, estimate and rules. Nothing is ordered. */

import { useState } from 'preact/hooks';
import type { ApiError } from '../core/api';
import { bboxOf } from '../core/area';
import type { Bbox } from '../core/config';
import { asApiError } from '../core/results';
import { bboxOfItem, type Item } from '../core/stac';
import { useStore } from '../core/store';
import { language, t } from '../core/words';
import { wordsOf } from '../results/failure';
import { DraftDocument } from './document';
import { save } from './exports';
import { MOST } from './kept';
import type { Draft } from './ordering';

type Made = { draft: Draft; body: Record<string, unknown> };

export function DraftPage({ items, onBack }: { items: Item[]; onBack: () => void }) {
  const { api, search } = useStore();
  const [state, setState] = useState<'form' | 'asking' | ApiError | Made>('form');
  const { area } = search.value;
  const named = area?.kind === 'polygon' && area.name ? area.name : t(area?.kind === 'bbox' ? 'area.box' : 'area.drawn');
  const outside = area ? items.filter((item) => !mayMeet(bboxOfItem(item), bboxOf(area))).length : 0;

  async function make(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form);
    const purpose = String(given.get('purpose') ?? '').trim();
    const body: Record<string, unknown> = {
      items: items.map(({ collection, id }) => ({ collection, id })),
      ...(given.has('area') && area ? (area.kind === 'bbox' ? { bbox: area.bbox } : { geometry: area.geometry }) : {}),
      format: given.get('format'),
      bits: Number(given.get('bits')),
      level: given.get('level'),
      ...(purpose ? { purpose } : {}),
    };
    setState('asking');
    try {
      setState({ draft: (await api.draft(body)) as unknown as Draft, body });
    } catch (error) {
      setState(asApiError(error));
    }
  }

  async function table(body: Record<string, unknown>): Promise<void> {
    try {
      const answer = await api.send(`/requests/draft?f=csv&language=${language.value}`, { body, accept: 'text/csv' });
      save('demande.csv', 'text/csv', await answer.blob());
    } catch (error) {
      setState(asApiError(error));
    }
  }

  if (typeof state === 'object' && 'draft' in state) {
    return (
      <>
        <div class="buttons no-print">
          <button type="button" class="primary" onClick={() => print()}>{t('item.print')}</button>
          <button type="button" onClick={() => void table(state.body)}>{t('draft.csv')}</button>
          <button type="button" class="quiet" onClick={() => setState('form')}>{t('draft.change')}</button>
          <button type="button" class="quiet" onClick={onBack}>{t('draft.back')}</button>
        </div>
        <DraftDocument draft={state.draft} areaName={'geometry' in state.body || 'bbox' in state.body ? named : null} />
      </>
    );
  }
  return (
    <form
      class="draft-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make(event.currentTarget);
      }}
    >
      <p class="says">{t('draft.says')}</p>
      {items.length > MOST && <p class="problem">{t('draft.tooMany', { n: MOST })}</p>}
      {area && (
        <label class="check">
          <input type="checkbox" name="area" defaultChecked={!outside} disabled={outside > 0} />
          <span>{t('draft.area', { name: named })} {outside > 0 && <span class="says">{t('draft.outside', { n: outside })}</span>}</span>
        </label>
      )}
      <label class="field">{t('draft.purpose')}<textarea name="purpose" rows={3} maxLength={2000} placeholder={t('draft.purposeExample')} /></label>
      <div class="field-row">
        <Choice name="format" label={t('draft.format')} choices={[['geotiff', 'GeoTIFF'], ['jpeg2000', 'JPEG 2000']]} />
        <Choice name="bits" label={t('draft.bits')} choices={[8, 16].map((n) => [String(n), t('draft.bitsOf', { n })])} />
        <Choice name="level" label={t('draft.level')} choices={[['primary', t('draft.level.primary')], ['ortho', t('draft.level.ortho')]]} />
      </div>
      {typeof state === 'object' && (
        <p class="problem" role="alert">{state.status === 400 ? <>{t('draft.refused')} <bdi>{state.detail}</bdi></> : t(wordsOf(state))}</p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={state === 'asking' || !items.length}>{t('draft.send')}</button>
        <button type="button" class="quiet" onClick={onBack}>{t('draft.back')}</button>
      </div>
    </form>
  );
}

function Choice({ name, label, choices }: { name: string; label: string; choices: string[][] }) {
  return (
    <label class="field">
      {label}
      <select name={name}>{choices.map(([value, words]) => <option key={value} value={value}>{words}</option>)}</select>
    </label>
  );
}

/** Boxes that are apart are of footprints that are; one across the antimeridian is left to the API. */
function mayMeet(one: Bbox | null, other: Bbox): boolean {
  if (!one) return false;
  const isAcross = one[0] > one[2] || other[0] > other[2];
  return (isAcross || (one[0] <= other[2] && other[0] <= one[2])) && one[1] <= other[3] && other[1] <= one[3];
}
