/** What the server tells the page about itself, in `<script type="application/json" id="config">`. */

export type Lang = 'fr' | 'en';
export type Bbox = [number, number, number, number];
export type Told = Record<Lang, string>;

export interface SignIn {
  issuer: string;
  clientId: string;
  scopes: string;
}

/** A layer of tiles that may be switched on; `tiles` is an address with {z}, {x} and {y}. */
export interface Layer {
  id: string;
  title: Told;
  kind: 'wmts' | 'basemap';
  tiles: string;
  bounds: Bbox | null;
  attribution: string;
  minzoom: number;
  maxzoom: number;
  group: string | null;
  year: number | null;
}

export interface Config {
  lang: Lang;
  title: string;
  version: string;
  /** Path before those of the API: "", or "/catalogue". */
  base: string;
  /** The API's whole address, for what people copy. */
  address: string;
  signIn: SignIn | null;
  /** Whether the server fetches pictures of archives. */
  previews: boolean;
  links: { home: string; api: string; licences: string; runs: string | null; code: string | null };
}

type Raw = Record<string, unknown>;

/** The configuration of the page; what is missing has a value that does no harm. */
export function readConfig(page: Document): Config {
  const text = page.getElementById('config')?.textContent;
  return parseConfig(text ? JSON.parse(text) : {});
}

export function parseConfig(raw: Raw): Config {
  const links = (raw.links ?? {}) as Raw;
  return {
    lang: raw.lang === 'en' ? 'en' : 'fr',
    title: string(raw.title) ?? 'Moisson',
    version: string(raw.version) ?? '',
    base: (string(raw.base) ?? '').replace(/\/+$/, ''),
    address: (string(raw.address) ?? '').replace(/\/+$/, ''),
    signIn: signIn(raw.signIn),
    previews: raw.previews !== false,
    links: {
      home: string(links.home) ?? '/',
      api: string(links.api) ?? '/',
      licences: string(links.licences) ?? '/licences',
      runs: string(links.runs),
      code: string(links.code),
    },
  };
}

function signIn(value: unknown): SignIn | null {
  const raw = (value ?? {}) as Raw;
  const issuer = string(raw.issuer);
  const clientId = string(raw.clientId);
  const scopes = Array.isArray(raw.scopes) ? raw.scopes.join(' ') : (string(raw.scopes) ?? 'openid');
  return issuer && clientId ? { issuer, clientId, scopes } : null;
}

/** A layer as GET /map/layers tells it; null for what is none. */
export function parseLayer(value: unknown): Layer | null {
  const raw = (value ?? {}) as Raw;
  const id = string(raw.id);
  const tiles = string(raw.tiles);
  if (!id || !tiles) return null;
  const title = (typeof raw.title === 'object' && raw.title !== null ? raw.title : {}) as Raw;
  const bounds = Array.isArray(raw.bounds) && raw.bounds.length === 4 && raw.bounds.every(Number.isFinite) ? (raw.bounds as Bbox) : null;
  const named = string(title.fr) ?? string(raw.title) ?? id;
  return {
    id,
    tiles,
    bounds,
    title: { fr: named, en: string(title.en) ?? named },
    kind: raw.kind === 'basemap' ? 'basemap' : 'wmts',
    attribution: string(raw.attribution) ?? '',
    minzoom: number(raw.minzoom) ?? 0,
    maxzoom: number(raw.maxzoom) ?? 18,
    group: string(raw.group),
    year: number(raw.year),
  };
}

function string(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
