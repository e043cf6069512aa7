/** The map itself: made once, and kept the same as the store from then on. */

import { effect } from '@preact/signals';
import type { Map as Maplibre, MapMouseEvent } from 'maplibre-gl';
import { bboxOf } from '../core/area';
import type { Bbox } from '../core/config';
import { bboxOfItem, type Item, keyOf } from '../core/stac';
import type { Store } from '../core/store';
import { language } from '../core/words';
import { addArea, paintArea, putArea } from './area';
import { type Atlas, baseStyle, firstAtlas, keepBasemap, paintBasemap } from './basemap';
import { addFootprints, keysAt, mark, paintFootprints, putFootprints, ABOVE_SIGNS } from './footprints';
import { addLabels, nameCountries, nameTowns, paintLabels } from './labels';
import { library } from './library';
import { onScheme, readPalette } from './palette';
import { putQuicklook } from './quicklook';
import { TERRITORIES } from './territories';
import { putTiles } from './tiles';

export interface Scene {
  map: Maplibre;
  end: () => void;
}

export interface Seen {
  /** How many footprints lie at the place that was clicked, and which of them is open. */
  several: (at: number, of: number) => void;
  quicklook: (shown: boolean) => void;
  layerFailed: (id: string) => void;
}

const PADDING = 40;

/** Raises Error where the browser has no WebGL. */
export function createScene(container: HTMLElement, store: Store, seen: Seen, opacity: () => number): Scene {
  let bearer: string | null = null;
  const { view, search, config } = store;
  const own = new URL(`${config.base}/`, document.baseURI).href;
  const area = search.peek().area;
  const first = view.peek();
  const coarse = firstAtlas();
  const map = new (library().Map)({
    container,
    style: baseStyle(readPalette()),
    ...(first ? { center: [first.lon, first.lat], zoom: first.zoom } : { bounds: asBounds(area ? bboxOf(area) : TERRITORIES.metropole) }),
    fitBoundsOptions: { padding: PADDING },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: true,
    fadeDuration: 150,
    maxZoom: 19,
    transformRequest: (url) => (bearer && url.startsWith(own) ? { url, headers: { Authorization: `Bearer ${bearer}` } } : { url }),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const ends: (() => void)[] = [];

  map.once('load', () => {
    let atlas: Atlas | null = null;
    const palette = readPalette();
    addFootprints(map, palette);
    addArea(map, palette);
    addLabels(map, palette, ABOVE_SIGNS);
    keepBasemap(map, coarse, (came) => nameCountries(map, (atlas = came), language.peek()));
    map.once('idle', () => void nameTowns(map));
    ends.push(
      onScheme(() => {
        const changed = readPalette();
        for (const paint of [paintBasemap, paintLabels, paintArea, paintFootprints]) paint(map, changed);
      }),
      effect(() => {
        if (atlas) nameCountries(map, atlas, language.value);
        else void language.value;
      }),
      effect(() => putFootprints(map, store.footprints.value.items)),
      effect(() => putArea(map, search.value.area)),
      effect(() =>
        putTiles(
          map,
          (store.offered.value ?? []).filter(({ id }) => store.layers.value.includes(id)),
        ),
      ),
      effect(() => {
        const key = store.hovered.value;
        mark(map, 'hovered', (key && itemOf(store, key)) || null);
      }),
      effect(() => {
        const item = store.opened.value?.item ?? null;
        mark(map, 'opened', item);
        if (item) look(map, bboxOfItem(item));
        void Promise.resolve(store.session.token()).then((token) => {
          bearer = token;
          if (store.opened.peek()?.item === item || !item) seen.quicklook(putQuicklook(map, item, store.api.base, opacity()));
        });
      }),
      effect(() => {
        const box = store.wanted.value;
        if (box) map.fitBounds(asBounds(box), { padding: PADDING, maxZoom: 14 });
      }),
    );
    ends.push(point(map, store, seen));
    store.drawn();
  });
  map.on('moveend', () => {
    const { lat, lng } = map.getCenter().wrap();
    view.value = { zoom: map.getZoom(), lat, lon: lng };
  });
  map.on('error', ({ sourceId }: { sourceId?: string }) => {
    if (sourceId?.startsWith('tiles ')) seen.layerFailed(sourceId.slice(6));
  });
  return {
    map,
    end: () => {
      for (const end of ends) end();
      map.remove();
    },
  };
}

/** Pointing at footprints, and opening them; a second click at the same place opens what lies below. */
function point(map: Maplibre, store: Store, seen: Seen): () => void {
  let pile: string[] = [];
  let at = -1;
  const over = ({ point: place }: MapMouseEvent) => {
    if (store.drawing.peek() !== 'none') return;
    const [key = null] = keysAt(map, place);
    if (store.hovered.peek() !== key) store.hovered.value = key;
    map.getCanvas().style.cursor = key ? 'pointer' : '';
  };
  const out = () => (store.hovered.value = null);
  const click = ({ point: place }: MapMouseEvent) => {
    if (store.drawing.peek() !== 'none') return;
    const keys = keysAt(map, place);
    if (!keys.length) return seen.several(0, 0);
    const again = keys.length === pile.length && keys.every((key, i) => key === pile[i]);
    at = again ? (at + 1) % keys.length : 0;
    pile = keys;
    seen.several(at + 1, keys.length);
    void store.open(keys[at] ?? null);
  };
  map.on('mousemove', over);
  map.on('mouseout', out);
  map.on('click', click);
  return out;
}

/** What the map or the list knows of a key. */
function itemOf({ footprints, results }: Store, key: string): Item | undefined {
  const named = (item: Item) => keyOf(item) === key;
  return results.peek().items.find(named) ?? footprints.peek().items.find(named);
}

/** Goes to a box unless it can be seen already, as more than a dot. */
function look(map: Maplibre, box: Bbox | null): void {
  if (!box) return;
  const bounds = map.getBounds();
  const [[west, south], [east, north]] = asBounds(box);
  const inside = bounds.contains([west, south]) && bounds.contains([east, north]);
  const wide = (east - west) / Math.max(1e-9, bounds.getEast() - bounds.getWest());
  if (inside && wide > 0.04) return;
  // With as much around it as tells where it is; on a phone what is open covers the lower part.
  const { clientWidth, clientHeight } = map.getContainer();
  const around = Math.min(clientWidth, clientHeight) * 0.27;
  const isPhone = matchMedia('(max-width: 860px)').matches;
  const padding = isPhone ? { top: 70, left: 60, right: 60, bottom: clientHeight * 0.5 } : around;
  map.fitBounds(asBounds(box), { padding, maxZoom: 13 });
}

function asBounds([west, south, east, north]: Bbox): [[number, number], [number, number]] {
  return [[west, south], [west > east ? east + 360 : east, north]]; // prettier-ignore
}
