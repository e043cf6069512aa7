/** The selection as files: addresses, a STAC ItemCollection, a table. */

import { webAddress } from '../item/addresses';
import { areaKm2, accessOf, dateOf, downloadPath, downloadsOf, type Item, itemPath, platformName } from '../core/stac';
import { csv } from './csv';

/** One address a line: of what can be downloaded at once; `api` is the API's own address without slash at its end. */
export function toUrls(items: readonly Item[], api: string): string {
  const lines = items.flatMap((item) => {
    const way = accessOf(item)?.download;
    if (way !== 'yes' && way !== 'with_account') return [];
    return downloadsOf(item).flatMap(([key, asset]) => {
      const address = webAddress(asset.href);
      if (!address) return [];
      // At an archive one downloads with an account of one's own, not with our keys.
      return [way === 'yes' ? api + downloadPath(item, key) : address];
    });
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** As an ItemCollection (stac-api-spec, fragments/itemcollection): a GeoJSON FeatureCollection of Items. */
export function toItemCollection(items: readonly Item[]): string {
  return `${JSON.stringify({ type: 'FeatureCollection', features: items }, null, 2)}\n`;
}

/** One image a line; names of columns are those of STAC, so that programs read them too. */
export function toCsv(items: readonly Item[], api: string): string {
  const head = ['collection', 'id', 'datetime', 'platform', 'gsd', 'eo:cloud_cover', 'km2', 'availability', 'download', 'order', 'licence', 'archive', 'item', 'files'];
  const rows = items.map((item) => {
    const { properties } = item;
    const access = accessOf(item);
    const size = areaKm2(item.geometry);
    return [
      item.collection,
      item.id,
      dateOf(item)?.toISOString() ?? null,
      properties.platform ? platformName(properties.platform) : null,
      finite(properties.gsd),
      finite(properties['eo:cloud_cover']),
      size === null ? null : Math.round(size * 100) / 100,
      properties['moisson:availability'] ?? null,
      access?.download ?? null,
      access?.order ?? null,
      properties['moisson:licence'] ?? null,
      properties['moisson:source'] ?? null,
      api + itemPath(item),
      toUrls([item], api).trim().replaceAll('\n', ' ') || null,
    ];
  });
  return csv([head, ...rows]);
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Gives the browser a file to keep. */
export function save(name: string, type: string, content: string | Blob): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
