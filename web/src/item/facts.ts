/** What an Item says of its image, as lines of words; what it does not say has no line. */

import { areaKm2, dateOf, type Item, platformName } from '../core/stac';
import { date, dateTime, km2, metres, number, percent, t } from '../core/words';

export type Line = readonly [label: string, value: string];

const MOST_CHARACTERS = 4000;

/** Lines in the page's language. */
export function factsOf(item: Item): Line[] {
  const { properties } = item;
  const told = (key: string) => text(properties[key]);
  const measured = (key: string, write: (value: number) => string) => {
    const value = properties[key];
    return typeof value === 'number' && Number.isFinite(value) ? write(value) : '';
  };
  const degrees = (value: number) => `${number(value)}°`;
  const lines: Line[] = [
    [t('fact.when'), when(item)],
    [t('fact.platform'), properties.platform ? platformName(told('platform')) : ''],
    [t('fact.instruments'), told('instruments').toUpperCase()],
    [t('fact.gsd'), measured('gsd', metres)],
    [t('fact.clouds'), measured('eo:cloud_cover', percent)],
    [t('fact.snow'), measured('eo:snow_cover', percent)],
    [t('fact.size'), km2(areaKm2(item.geometry))],
    [t('fact.footprint'), worded('fact.footprint', told('moisson:footprint'))],
    [t('fact.level'), told('processing:level')],
    [t('fact.type'), told('product:type')],
    [t('fact.mode'), told('sar:instrument_mode')],
    [t('fact.polarizations'), told('sar:polarizations')],
    [t('fact.tile'), told('grid:code').replace(/^MGRS-/, '')],
    [t('fact.incidence'), measured('view:incidence_angle', degrees)],
    [t('fact.offNadir'), measured('view:off_nadir', degrees)],
    [t('fact.sun'), measured('view:sun_elevation', degrees)],
    [t('fact.orbit'), orbit(told('sat:orbit_state'), told('sat:relative_orbit'))],
    [t('fact.storage'), storage(properties['moisson:online'], told('moisson:online_as_of'))],
    [t('fact.description'), told('description')],
  ];
  return lines.filter(([, value]) => value !== '');
}

/** Numbers, texts and lists of them as one text. */
export function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ').slice(0, MOST_CHARACTERS);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.trim().slice(0, MOST_CHARACTERS) : '';
}

/** A time of the Item as people write it; "" for what is none. */
export function timeOf(value: unknown): string {
  const parsed = typeof value === 'string' ? new Date(value) : null;
  return parsed && !Number.isNaN(parsed.getTime()) ? date(parsed) : '';
}

function when(item: Item): string {
  const { datetime, start_datetime: start, end_datetime: end } = item.properties;
  if (!datetime && start && end && timeOf(start) !== timeOf(end)) return t('fact.between', { from: timeOf(start), to: timeOf(end) });
  return dateTime(dateOf(item));
}

function orbit(state: string, relative: string): string {
  return [worded('fact.orbit', state), relative && `n° ${relative}`].filter(Boolean).join(', ');
}

function storage(online: unknown, asOf: string): string {
  if (typeof online !== 'boolean') return '';
  return t(online ? 'fact.online' : 'fact.offline', { date: timeOf(asOf) || t('date.unknown') });
}

/** The word for a value that is one of a few; the value itself for others. */
function worded(group: 'fact.footprint' | 'fact.orbit', value: string): string {
  const known: Record<string, string> = {
    'fact.footprint.clipped': t('fact.footprint.clipped'),
    'fact.footprint.approximate': t('fact.footprint.approximate'),
    'fact.orbit.ascending': t('fact.orbit.ascending'),
    'fact.orbit.descending': t('fact.orbit.descending'),
  };
  return known[`${group}.${value}`] ?? value;
}
