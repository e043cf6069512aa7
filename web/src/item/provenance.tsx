/** Where an image's record comes from: archive, identifiers, times, who made it. */

import { useEffect, useState } from 'preact/hooks';
import { archiveName } from '../core/licences';
import type { Item } from '../core/stac';
import { useStore } from '../core/store';
import { t } from '../core/words';
import { hostOf, recordOf } from './addresses';
import { type Line, text, timeOf } from './facts';
import { Lines } from './lines';

export function Provenance({ item }: { item: Item }) {
  const { api } = useStore();
  const { properties } = item;
  const source = text(properties['moisson:source']);
  const record = recordOf(item);
  const harvested = useHarvested(item);
  const lines: Line[] = [
    [t('provenance.archive'), source && archiveName(api, source)],
    [t('provenance.collection'), text(item.collection)],
    [t('provenance.sourceId'), text(properties['moisson:source_id'])],
    [t('provenance.producer'), providers(item, 'producer')],
    [t('provenance.host'), providers(item, 'host')],
    [t('provenance.published'), timeOf(properties.published)],
    [t('provenance.updated'), timeOf(properties.updated)],
    [t('provenance.harvested'), timeOf(harvested)],
    [t('provenance.licenceSource'), licenceSource(text(properties['moisson:licence_source']))],
  ];
  return (
    <>
      <Lines lines={lines.filter(([, value]) => value !== '')} />
      {record && (
        <p>
          <a href={record.href} target="_blank" rel="noopener noreferrer"><bdi>{t('provenance.via')} : {record.title || hostOf(record.href)}</bdi></a>
        </p>
      )}
    </>
  );
}

/** When it was harvested, which only the answer of a single Item tells. */
function useHarvested(item: Item): unknown {
  const { api } = useStore();
  const [told, setTold] = useState(item.properties['moisson:harvested']);
  useEffect(() => {
    if (told) return;
    const stop = new AbortController();
    api.item(item, { signal: stop.signal }).then(
      (found) => setTold(found.properties['moisson:harvested']),
      () => undefined,
    );
    return () => stop.abort();
  }, [item]);
  return told;
}

function providers(item: Item, role: string): string {
  const given = item.properties.providers;
  if (!Array.isArray(given)) return '';
  return text(given.filter((one: { roles?: unknown } | null) => Array.isArray(one?.roles) && one.roles.includes(role)).map((one: { name?: unknown }) => one.name));
}

function licenceSource(value: string): string {
  const known: Record<string, string> = {
    mission: t('provenance.licenceSource.mission'),
    operator: t('provenance.licenceSource.operator'),
    record: t('provenance.licenceSource.record'),
    none: t('provenance.licenceSource.none'),
  };
  return known[value] ?? value;
}
