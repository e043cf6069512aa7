/** The value `Search`, its form in the page's address, and the body that the API is asked with. */

import { type Area, bboxArea, decode, encode, normalised } from './area';

export type Accessible = '' | 'true' | 'now';
export type Availability = 'open' | 'held' | 'orderable' | 'view' | 'unknown';
export const AVAILABILITIES: readonly Availability[] = ['open', 'held', 'orderable', 'view', 'unknown'];

export interface Search {
  excludeAirbus: boolean;
  accessible: Accessible;
  collapse: boolean;
  archives: string[];
  platforms: string[];
  licences: string[];
  availability: string[];
  /** YYYY-MM-DD, both days included. */
  from: string | null;
  to: string | null;
  /** Percent. */
  cloudMax: number | null;
  /** Metres. */
  gsdMax: number | null;
  q: string;
  area: Area | null;
}

export const EVERYTHING: Search = Object.freeze({
  excludeAirbus: true,
  accessible: '',
  collapse: true,
  archives: [],
  platforms: [],
  licences: [],
  availability: [],
  from: null,
  to: null,
  cloudMax: null,
  gsdMax: null,
  q: '',
  area: null,
});

/** The filters that have counts: a facet's choices are counted without the facet itself. */
export type Facet = 'archives' | 'platforms' | 'licences' | 'availability';
export const FACETS: readonly Facet[] = ['availability', 'archives', 'platforms', 'licences'];

const FIELD: Record<Facet, string> = {
  archives: 'moisson:source',
  platforms: 'platform',
  licences: 'moisson:licence',
  availability: 'moisson:availability',
};
const PARAMETER: Record<Facet, string> = { archives: 'archive', platforms: 'platform', licences: 'licence', availability: 'availability' };

/** The annual coverages are layers of the map, never results. */
const LAYERS = 'coverages';
const MOST_CHOICES = 50;
const LONGEST_CHOICE = 100;
const MOST_WORDS = 200;

type Node = { op: string; args: unknown[] };
export type Body = Record<string, unknown>;

/** Only what differs from EVERYTHING, so that addresses stay short. */
export function toParams(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  if (!search.excludeAirbus) params.set('exclude_airbus', 'false');
  if (search.accessible) params.set('accessible', search.accessible);
  if (!search.collapse) params.set('collapse', 'false');
  for (const facet of FACETS) if (search[facet].length) params.set(PARAMETER[facet], search[facet].join(','));
  if (search.from) params.set('from', search.from);
  if (search.to) params.set('to', search.to);
  if (search.cloudMax !== null) params.set('cloud', String(search.cloudMax));
  if (search.gsdMax !== null) params.set('gsd', String(search.gsdMax));
  if (search.q.trim()) params.set('q', search.q.trim());
  if (search.area?.kind === 'bbox') params.set('bbox', search.area.bbox.join(','));
  if (search.area?.kind === 'polygon') {
    params.set('area', encode(search.area.geometry));
    if (search.area.name) params.set('name', search.area.name);
  }
  return params;
}

/** Wrong values are dropped. */
export function fromParams(params: URLSearchParams): Search {
  const accessible = params.get('accessible');
  const [from, to] = [day(params.get('from')), day(params.get('to'))];
  return {
    excludeAirbus: params.get('exclude_airbus') !== 'false',
    accessible: accessible === 'true' || accessible === 'now' ? accessible : '',
    collapse: params.get('collapse') !== 'false',
    archives: choices(params.get(PARAMETER.archives)),
    platforms: choices(params.get(PARAMETER.platforms)),
    licences: choices(params.get(PARAMETER.licences)),
    availability: choices(params.get(PARAMETER.availability)).filter((one) => AVAILABILITIES.includes(one as Availability)),
    from: from && to && from > to ? null : from,
    to: from && to && from > to ? null : to,
    cloudMax: within(params.get('cloud'), 0, 100),
    gsdMax: within(params.get('gsd'), 0.01, 10_000),
    // The API refuses characters that no text has.
    q: (params.get('q') ?? '').replace(/\p{Cc}/gu, ' ').slice(0, MOST_WORDS).trim(),
    area: areaOf(params),
  };
}

/** What the API is asked: members of POST /search and POST /aggregate. `without` leaves one filter out. */
export function toBody(search: Search, without?: Facet | 'period'): Body {
  const nodes: Node[] = [{ op: '<>', args: [{ property: FIELD.archives }, LAYERS] }];
  for (const facet of FACETS) {
    if (facet !== without && search[facet].length) nodes.push({ op: 'in', args: [{ property: FIELD[facet] }, search[facet]] });
  }
  if (search.cloudMax !== null) nodes.push({ op: '<=', args: [{ property: 'eo:cloud_cover' }, search.cloudMax] });
  if (search.gsdMax !== null) nodes.push({ op: '<=', args: [{ property: 'gsd' }, search.gsdMax] });
  const body: Body = { filter: nodes.length === 1 ? nodes[0] : { op: 'and', args: nodes }, 'filter-lang': 'cql2-json' };
  if (search.excludeAirbus) body.exclude_airbus = true;
  if (search.accessible) body.accessible = search.accessible === 'now' ? 'now' : true;
  if (search.collapse) body.collapse = true;
  if (without !== 'period' && (search.from || search.to)) body.datetime = interval(search.from, search.to);
  const words = phrases(search.q);
  if (words.length) body.q = words;
  if (search.area?.kind === 'bbox') body.bbox = search.area.bbox;
  if (search.area?.kind === 'polygon') body.intersects = search.area.geometry;
  return body;
}

/** How many filters are set beside what the page starts with. */
export function narrowed(search: Search): number {
  const set = [search.accessible, ...FACETS.map((facet) => search[facet].length), search.from || search.to, search.q.trim(), search.area];
  return set.filter(Boolean).length + Number(search.cloudMax !== null) + Number(search.gsdMax !== null);
}

/** Days as the API's interval of times. */
export function interval(from: string | null, to: string | null): string {
  return `${from ? `${from}T00:00:00Z` : '..'}/${to ? `${to}T23:59:59.999Z` : '..'}`;
}

function phrases(q: string): string[] {
  return q
    .split(',')
    .map((phrase) => phrase.trim())
    .filter(Boolean)
    .slice(0, 20);
}

function areaOf(params: URLSearchParams): Area | null {
  const box = params.get('bbox');
  if (box) return bboxArea(box.split(',').map((text) => (text.trim() ? Number(text) : NaN)));
  const geometry = decode(params.get('area') ?? '');
  return geometry ? normalised({ kind: 'polygon', geometry, name: params.get('name') ?? '' }) : null;
}

function choices(text: string | null): string[] {
  const given = (text ?? '').split(',').map((one) => one.trim());
  return [...new Set(given)].filter((one) => one && one.length <= LONGEST_CHOICE).slice(0, MOST_CHOICES);
}

function within(text: string | null, least: number, most: number): number | null {
  if (!text?.trim()) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** A day that exists, of a year with four digits. */
export function day(text: string | null): string | null {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : null;
}
