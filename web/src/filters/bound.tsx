/** A number that an image may not exceed: clouds in percent, resolution in metres. */

import { useStore } from '../core/store';
import { metres, percent, t } from '../core/words';
import { CloudBars } from './clouds';

const STEPS = {
  cloudMax: [0, 5, 10, 20, 30, 50, 80],
  gsdMax: [0.5, 1, 2.5, 5, 10, 20, 30],
} as const;

export function Bound({ name }: { name: 'cloudMax' | 'gsdMax' }) {
  const { search, change } = useStore();
  const value = search.value[name];
  const steps: readonly number[] = STEPS[name];
  const offered = value === null || steps.includes(value) ? steps : [...steps, value].sort((a, b) => a - b);
  const write = name === 'cloudMax' ? percent : metres;
  const id = `bound-${name}`;
  return (
    <div class="bound">
      <label for={id}>
        <h3>{t(`bound.${name}`)}</h3>
      </label>
      <select
        id={id}
        value={value === null ? '' : String(value)}
        aria-describedby={value === null ? undefined : `${id}-says`}
        onChange={(event) => change({ [name]: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })}
      >
        <option value="">{t('bound.any')}</option>
        {offered.map((step) => (
          <option key={step} value={String(step)}>
            {t('bound.most', { value: write(step) })}
          </option>
        ))}
      </select>
      {name === 'cloudMax' && <CloudBars />}
      {value !== null && (
        <p id={`${id}-says`} class="says">
          {t(`bound.${name}Says`)}
        </p>
      )}
    </div>
  );
}
