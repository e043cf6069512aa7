/** A box by four numbers, for those who have them, or who do not use a mouse. */

import { useState } from 'preact/hooks';
import type { Bbox } from '../core/config';
import { t } from '../core/words';

const SIDES = ['west', 'south', 'east', 'north'] as const;

export function BboxForm({ bbox, onSet }: { bbox: Bbox | null; onSet: (values: number[]) => boolean }) {
  const [values, setValues] = useState(() => SIDES.map((_, i) => (bbox ? String(bbox[i]) : '')));
  const [wrong, setWrong] = useState(false);
  const set = () => setWrong(!onSet(values.map((text) => (text.trim() ? Number(text.replace(',', '.')) : NaN))));
  return (
    <div class="bbox" role="group" aria-label={t('area.byHand')}>
      {SIDES.map((side, i) => (
        <label key={side}>
          {t(`area.${side}`)}
          <input
            inputMode="decimal"
            autocomplete="off"
            value={values[i]}
            aria-invalid={wrong || undefined}
            aria-describedby={wrong ? 'bbox-wrong' : undefined}
            onInput={(event) => setValues(values.map((value, at) => (at === i ? event.currentTarget.value : value)))}
            onKeyDown={(event) => event.key === 'Enter' && set()}
          />
        </label>
      ))}
      <button type="button" class="small primary" onClick={set}>
        {t('area.set')}
      </button>
      {wrong && (
        <p id="bbox-wrong" class="problem" role="alert">
          {t('area.wrong')}
        </p>
      )}
    </div>
  );
}
