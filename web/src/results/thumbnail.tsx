/** A small picture of an image, by way of our own server; a drawn footprint where there is none. */

import type { Geometry, Position } from 'geojson';
import { useEffect, useRef, useState } from 'preact/hooks';
import { bounds } from '../core/area';
import { availabilityOf, type Item, thumbnailOf, viewPath } from '../core/stac';
import { useStore } from '../core/store';

export function Thumbnail({ item }: { item: Item }) {
  const { config } = useStore();
  const key = config.previews ? thumbnailOf(item) : null;
  const [failed, setFailed] = useState(false);
  if (!key || failed) return <Outline item={item} />;
  return <Picture path={viewPath(item, key)} onFail={() => setFailed(true)} />;
}

/** Who is signed in shows a token, which an <img> cannot: then the picture is fetched, once it comes into sight. */
function Picture({ path, onFail }: { path: string; onFail: () => void }) {
  const { api, session } = useStore();
  const image = useRef<HTMLImageElement>(null);
  const signedIn = session.state.value.state === 'in';
  useEffect(() => {
    const element = image.current;
    if (!signedIn || !element) return;
    let address = '';
    const stop = new AbortController();
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      seen.disconnect();
      api
        .send(path, { signal: stop.signal, accept: 'image/*' })
        .then((answer) => answer.blob())
        .then((blob) => (element.src = address = URL.createObjectURL(blob)))
        .catch(() => !stop.signal.aborted && onFail());
    });
    seen.observe(element);
    return () => {
      stop.abort();
      seen.disconnect();
      if (address) URL.revokeObjectURL(address);
    };
  }, [path, signedIn]);
  const source = signedIn ? {} : { src: api.base + path };
  return <img class="thumbnail" ref={image} {...source} alt="" width={72} height={72} loading="lazy" decoding="async" onError={onFail} />;
}

/** The footprint's own shape, so that images without a picture can still be told apart. */
function Outline({ item }: { item: Item }) {
  const path = pathOf(item.geometry, 64);
  return (
    <svg class={`thumbnail outline ${availabilityOf(item)}`} viewBox="-4 -4 72 72" width="72" height="72" aria-hidden="true">
      {path && <path d={path} />}
    </svg>
  );
}

/** Rings as an SVG path in a square; east-west distances as they are at that latitude. */
export function pathOf(geometry: Geometry | null, size: number): string {
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') return '';
  const rings: Position[][] = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
  const [west, south, east, north] = bounds(rings);
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [width, height] = [(east - west) * narrow, north - south];
  const scale = size / Math.max(width, height, 1e-9);
  const [left, top] = [(size - width * scale) / 2, (size - height * scale) / 2];
  const point = ([x = 0, y = 0]: Position) =>
    `${(left + (x - west) * narrow * scale).toFixed(1)} ${(top + (north - y) * scale).toFixed(1)}`;
  return rings.map((ring) => `M${ring.slice(0, 400).map(point).join('L')}Z`).join('');
}
