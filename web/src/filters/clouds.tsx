/** How cloudy the images are that the search finds, as bars of ten percent each. */

import { useStore } from '../core/store';
import { percent, t } from '../core/words';

const STEP = 10;
const WIDTH = 100;
const HEIGHT = 24;

export function CloudBars() {
  const { clouds } = useStore().facets.value;
  const bars = clouds.map(({ key, count }) => ({ from: parseFloat(key), count }));
  if (!bars.length) return null;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const said = bars.map(({ from, count }) => t('clouds.bar', { from: percent(from), to: percent(from + STEP), n: count }));
  return (
    <div class="cloud-bars" role="img" aria-label={said.join(' ; ')}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        {bars.map(({ from, count }, i) => {
          // Square roots, as those of the timeline.
          const height = Math.max(2, Math.sqrt(count / most) * HEIGHT);
          return (
            <rect key={from} class="bar" x={from + 0.4} y={HEIGHT - height} width={STEP - 0.8} height={height}>
              <title>{said[i]}</title>
            </rect>
          );
        })}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{percent(0)}</span>
        <span>{percent(100)}</span>
      </p>
    </div>
  );
}
