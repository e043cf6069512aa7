/** The map with what lies over it: zoom, places to go to, layers, legend, what is being drawn. */

import '../style/map.css';
import type { Map as Maplibre } from 'maplibre-gl';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { bboxArea } from '../core/area';
import { type Drawing as Kind, useStore } from '../core/store';
import { t } from '../core/words';
import { Layers } from './layers';
import { Legend } from './legend';
import { readPalette } from './palette';
import { fadeQuicklook } from './quicklook';
import { createScene, type Scene } from './scene';
import { TERRITORIES, type Territory } from './territories';

export function MapView() {
  const store = useStore();
  const place = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene | null>(null);
  const opacity = useRef(1);
  const [failed, setFailed] = useState(false);
  const [several, setSeveral] = useState<[number, number]>([0, 0]);
  const [quicklook, setQuicklook] = useState(false);
  const [lost, setLost] = useState<ReadonlySet<string>>(new Set());

  // At once: what takes longest on this page is not put off until it has been painted.
  useLayoutEffect(() => {
    if (!place.current) return;
    try {
      const seen = {
        several: (at: number, of: number) => setSeveral([at, of]),
        quicklook: setQuicklook,
        layerFailed: (id: string) => setLost((before) => new Set([...before, id])),
      };
      scene.current = createScene(place.current, store, seen, () => opacity.current);
      const canvas = scene.current.map.getCanvas();
      canvas.setAttribute('aria-label', t('map.label'));
      return () => scene.current?.end();
    } catch {
      setFailed(true);
    }
  }, []);

  if (failed)
    return (
      <p class="notice" role="status">
        {t('map.failed')}
      </p>
    );
  const map = () => scene.current?.map;
  return (
    <>
      <div class="map-canvas" ref={place} />
      <div class="map-tools start">
        <GoTo />
        <button type="button" class="small" onClick={() => searchHere(map(), store.setArea)}>
          {t('map.here')}
        </button>
      </div>
      <div class="map-tools end">
        <button type="button" class="icon-button" aria-label={t('map.zoomIn')} onClick={() => map()?.zoomIn()}>
          +
        </button>
        <button type="button" class="icon-button" aria-label={t('map.zoomOut')} onClick={() => map()?.zoomOut()}>
          −
        </button>
      </div>
      <div class="map-corner">
        <Layers failed={lost} />
        {quicklook && store.opened.value && (
          <label class="quicklook-opacity">
            {t('map.quicklook')}
            <input
              type="range"
              min="0"
              max="100"
              defaultValue={String(opacity.current * 100)}
              aria-label={t('map.quicklookOpacity')}
              onInput={(event) => {
                opacity.current = Number(event.currentTarget.value) / 100;
                const shown = map();
                if (shown) fadeQuicklook(shown, opacity.current);
              }}
            />
          </label>
        )}
        <Legend />
      </div>
      <Attribution />
      <Drawing map={map} />
      {several[1] > 1 && store.opened.value && (
        <p class="map-says" role="status">
          {t('map.several', { at: several[0], n: several[1] })}
        </p>
      )}
    </>
  );
}

function GoTo() {
  const { wanted } = useStore();
  return (
    <select
      aria-label={t('map.goTo')}
      value=""
      onChange={(event) => {
        const to = event.currentTarget.value as Territory;
        if (to in TERRITORIES) wanted.value = [...TERRITORIES[to]];
        event.currentTarget.value = '';
      }}
    >
      <option value="">{t('map.goTo')}</option>
      {(Object.keys(TERRITORIES) as Territory[]).map((one) => (
        <option key={one} value={one}>
          {t(`territory.${one}`)}
        </option>
      ))}
    </select>
  );
}

/** Credits of the layers that are on, as text. */
function Attribution() {
  const { offered, layers } = useStore();
  const on = (offered.value ?? []).filter(({ id }) => layers.value.includes(id));
  const said = new Set(['Natural Earth', ...on.map(({ attribution }) => attribution).filter(Boolean)]);
  return <p class="attribution">{[...said].filter(Boolean).join(' · ')}</p>;
}

function Drawing({ map }: { map: () => Maplibre | undefined }) {
  const store = useStore();
  const kind = store.drawing.value;
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const shown = map();
    setFailed(false);
    if (kind === 'none' || !shown) return;
    let end: () => void = () => undefined;
    let wanted = true;
    import('./draw').then(
      ({ startDrawing }) => {
        if (!wanted) return;
        end = startDrawing(shown, kind, readPalette().accent, (area) => {
          store.setArea(area);
          // The click that ended it is none on a footprint.
          setTimeout(() => (store.drawing.value = 'none'), 200);
        });
      },
      () => setFailed(true),
    );
    const escape = (event: KeyboardEvent) => event.key === 'Escape' && (store.drawing.value = 'none');
    document.addEventListener('keydown', escape);
    return () => {
      wanted = false;
      document.removeEventListener('keydown', escape);
      end();
    };
  }, [kind]);
  if (kind === 'none') return null;
  return (
    <div class="map-says" role="status">
      <span>{failed ? t('page.partMissing') : t(`map.draw.${kind as Exclude<Kind, 'none'>}`)}</span>
      <button type="button" class="small" onClick={() => (store.drawing.value = 'none')}>
        {t('map.draw.cancel')}
      </button>
    </div>
  );
}

function searchHere(map: Maplibre | undefined, setArea: ReturnType<typeof useStore>['setArea']): void {
  if (!map) return;
  const bounds = map.getBounds();
  const [west, east] = [bounds.getWest(), bounds.getEast()];
  const wrapped = (lon: number) => ((((lon + 180) % 360) + 360) % 360) - 180;
  const [from, to] = east - west >= 360 ? [-180, 180] : [wrapped(west), wrapped(east)];
  setArea(bboxArea([from, Math.max(-90, bounds.getSouth()), to, Math.min(90, bounds.getNorth())]));
}
