/** The period: a histogram of images over time to brush over, with two handles for keys, and two dates. */

import { useMemo, useRef, useState } from 'preact/hooks';
import { day } from '../core/search';
import { useStore } from '../core/store';
import { month, t } from '../core/words';
import { type Bin, binsOf, covered, periodOf } from './bins';

const WIDTH = 280;
const HEIGHT = 64;

export function Timeline() {
  const { search, facets, change } = useStore();
  const { from, to } = search.value;
  const bins = useMemo(() => binsOf(facets.value.months), [facets.value.months]);
  return (
    <fieldset class="timeline" aria-busy={facets.value.state === 'loading'}>
      <legend>
        <h3>{t('timeline.title')}</h3>
      </legend>
      {bins.length > 1 ? <Histogram bins={bins} /> : <div class="timeline-empty" aria-hidden="true" />}
      <div class="dates">
        <Day name="from" value={from} onChange={(value) => change({ from: value, to: value && to && value > to ? null : to })} />
        <Day name="to" value={to} onChange={(value) => change({ to: value, from: value && from && value < from ? null : from })} />
      </div>
      {(from || to) && (
        <button type="button" class="link" onClick={() => change({ from: null, to: null })}>
          {t('timeline.all')}
        </button>
      )}
    </fieldset>
  );
}

function Day({ name, value, onChange }: { name: 'from' | 'to'; value: string | null; onChange: (value: string | null) => void }) {
  const id = `timeline-${name}`;
  return (
    <div>
      <label for={id}>{t(`timeline.${name}`)}</label>
      {/* A date is asked for when it is whole, not at each digit of its year. */}
      <input
        id={id}
        type="date"
        key={value ?? ''}
        defaultValue={value ?? ''}
        min="1972-01-01"
        max="2099-12-31"
        onBlur={({ currentTarget: { value: written } }) => (written || null) !== value && onChange(day(written))}
        onKeyDown={({ key, currentTarget: { value: written } }) => key === 'Enter' && onChange(day(written))}
      />
    </div>
  );
}

function Histogram({ bins }: { bins: Bin[] }) {
  const { search, change } = useStore();
  const picture = useRef<SVGSVGElement>(null);
  const [dragged, setDragged] = useState<[number, number] | null>(null);
  const [under, setUnder] = useState<number | null>(null);
  const span = dragged ? ([Math.min(...dragged), Math.max(...dragged)] as [number, number]) : covered(bins, search.value);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const step = WIDTH / bins.length;
  const binAt = (event: PointerEvent) => {
    const box = picture.current?.getBoundingClientRect();
    const share = box ? (event.clientX - box.left) / box.width : 0;
    return Math.max(0, Math.min(bins.length - 1, Math.floor(share * bins.length)));
  };
  const end = () => {
    if (dragged) change(periodOf(bins, ...dragged));
    setDragged(null);
  };
  const move = (one: number, other: number) => change(periodOf(bins, one, other));
  const shown = under === null ? null : bins[under];
  return (
    <div class="histogram">
      <svg
        ref={picture}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged([binAt(event), binAt(event)]);
        }}
        onPointerMove={(event) => {
          setUnder(binAt(event));
          if (dragged) setDragged([dragged[0], binAt(event)]);
        }}
        onPointerUp={end}
        onPointerCancel={() => setDragged(null)}
        onPointerLeave={() => setUnder(null)}
      >
        {span && <rect class="brushed" x={span[0] * step} y={0} width={(span[1] - span[0] + 1) * step} height={HEIGHT} />}
        {bins.map(({ first, count }, i) => {
          // Square roots: months with few images stay to be seen beside those with many.
          const height = count ? Math.max(2, Math.sqrt(count / most) * (HEIGHT - 4)) : 0;
          const inside = span && i >= span[0] && i <= span[1];
          return (
            <rect
              key={first}
              class={inside ? 'bar' : 'bar out'}
              x={i * step + 0.5}
              y={HEIGHT - height}
              width={Math.max(1, step - 1)}
              height={height}
            />
          );
        })}
      </svg>
      {span && (
        <>
          <Handle of="from" bins={bins} at={span[0]} least={0} most={span[1]} onMove={(at) => move(at, span[1])} />
          <Handle of="to" bins={bins} at={span[1]} least={span[0]} most={bins.length - 1} onMove={(at) => move(span[0], at)} />
        </>
      )}
      <p class="axis" aria-hidden="true">
        {shown ? (
          <span class="under">
            {spoken(shown)} : {t('timeline.images', { n: shown.count })}
          </span>
        ) : (
          <>
            <span>{bins[0]?.first.slice(0, 4)}</span>
            <span>{bins.at(-1)?.last.slice(0, 4)}</span>
          </>
        )}
      </p>
    </div>
  );
}

interface HandleProps {
  of: 'from' | 'to';
  bins: Bin[];
  at: number;
  least: number;
  most: number;
  onMove: (at: number) => void;
}

/** One end of the period, moved by arrows, a year at once by Page Up and Page Down. */
function Handle({ of, bins, at, least, most, onMove }: HandleProps) {
  const bin = bins[at];
  const year = Math.max(1, Math.round(bins.length / Math.max(1, yearsOf(bins))));
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -year,
    PageUp: year,
    Home: -1e4,
    End: 1e4,
  };
  const place = ((of === 'from' ? at : at + 1) / bins.length) * 100;
  return (
    <span
      class={`handle ${of}`}
      role="slider"
      tabIndex={0}
      aria-label={t(`timeline.${of}`)}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={at}
      aria-valuetext={bin ? month(of === 'from' ? bin.first : bin.last) : ''}
      ref={(element) => element?.style.setProperty('left', `${place}%`)}
      onKeyDown={(event) => {
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = Math.max(least, Math.min(most, at + step));
        if (next !== at) onMove(next);
      }}
    />
  );
}

function yearsOf(bins: Bin[]): number {
  return Number(bins.at(-1)?.last.slice(0, 4)) - Number(bins[0]?.first.slice(0, 4)) + 1;
}

function spoken({ first, last }: Bin): string {
  if (first === last) return month(first);
  return first.slice(0, 4) === last.slice(0, 4) && first.endsWith('01') && last.endsWith('12')
    ? first.slice(0, 4)
    : `${month(first)} – ${month(last)}`;
}
