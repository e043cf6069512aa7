/** The API of the same server: typed answers, errors with a reason, time-outs. */

import type { Geometry } from 'geojson';
import type { Body } from './search';
import { itemPath, type Item, type Link } from './stac';
import { type Layer, parseLayer, type Told } from './config';

export interface ApiErrorFields {
  /** 0: the server could not be reached, or did not answer in time. */
  status: number;
  code: string;
  detail: string;
  parameter?: string | null;
  /** The problem document as it came. */
  problem?: Record<string, unknown>;
}

export class ApiError extends Error implements ApiErrorFields {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly parameter: string | null;
  readonly problem: Record<string, unknown>;

  constructor({ status, code, detail, parameter, problem }: ApiErrorFields) {
    super(detail || code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.parameter = parameter ?? null;
    this.problem = problem ?? {};
  }
}

export interface Page {
  items: Item[];
  matched: number | null;
  exact: boolean;
  /** The body that asks for what comes after. */
  next: Body | null;
  hint: Told | null;
}

export interface Bucket {
  key: string;
  count: number;
}

export interface Counts {
  values: Record<string, number | string | null>;
  buckets: Record<string, Bucket[]>;
}

export interface Collection {
  id: string;
  title?: string;
  description?: string;
  license?: string;
  links: Link[];
  [more: string]: unknown;
}

export interface Archive {
  id: string;
  title: string;
  description: string;
}

export interface Licence {
  id: string;
  stac?: string;
  title: Told;
  confirmed?: boolean;
  links?: Link[];
  [more: string]: unknown;
}

export interface Me {
  class: string;
  organisation: { id: string; name: string } | null;
  person: string | null;
  member: boolean;
  client: string | null;
  signed: string[];
  note: Told | string | null;
  [more: string]: unknown;
}

export interface CoverageShare {
  km2: number;
  share: number;
  beyond_km2?: number;
  beyond_share?: number;
  [more: string]: unknown;
}

export interface CoverageAnswer {
  area_km2: number;
  coverage: { open: CoverageShare; held: CoverageShare; orderable: CoverageShare; covered: CoverageShare; uncovered: CoverageShare };
  uncovered?: Geometry | null;
  scenes?: Record<string, unknown>[];
  [more: string]: unknown;
}

export interface Options {
  signal?: AbortSignal;
}

/** Where and as whom to ask. `token` may renew it first. */
export interface Asking {
  base: string;
  token: () => string | null | Promise<string | null>;
  language: () => string;
  fetch?: typeof fetch;
  /** Milliseconds. */
  timeout?: number;
}

export type Api = ReturnType<typeof createApi>;

const TIMEOUT = 15_000;

export function createApi(asking: Asking) {
  const { base } = asking;

  async function ask<T>(path: string, { signal, body, accept }: Options & { body?: unknown; accept?: string } = {}): Promise<T> {
    const answer = await send(asking, path, { signal, body, accept });
    try {
      return (await answer.json()) as T;
    } catch {
      if (signal?.aborted) throw signal.reason;
      throw new ApiError({ status: answer.status, code: 'not-json', detail: '' });
    }
  }

  return {
    base,
    /** The answer itself, for what is no JSON. Raises ApiError. */
    send: (path: string, options: Options & { body?: unknown; accept?: string } = {}) => send(asking, path, options),
    searchItems: async (body: Body, options?: Options) => pageOf(await ask('/search', { ...options, body })),
    aggregate: async (body: Body, options?: Options) => countsOf(await ask('/aggregate', { ...options, body })),
    item: (named: { collection: string; id: string }, options?: Options) => ask<Item>(itemPath(named), options),
    collections: async (options?: Options) => (await ask<{ collections?: Collection[] }>('/collections', options)).collections ?? [],
    collection: (id: string, options?: Options) => ask<Collection>(`/collections/${encodeURIComponent(id)}`, options),
    archives: async (options?: Options) => (await ask<{ children?: Archive[] }>('/children', options)).children ?? [],
    licences: async (options?: Options) => (await ask<{ licences?: Licence[] }>('/licences', options)).licences ?? [],
    licence: (id: string, options?: Options) => ask<Licence>(`/licences/${encodeURIComponent(id)}`, options),
    coverage: (body: Body, options?: Options) => ask<CoverageAnswer>('/coverage', { ...options, body }),
    draft: (body: Body, options?: Options) => ask<Record<string, unknown>>('/requests/draft', { ...options, body }),
    layers: async (options?: Options): Promise<Layer[]> =>
      ((await ask<{ layers?: unknown[] }>('/map/layers', options)).layers ?? []).map(parseLayer).filter((one) => one !== null),
    me: (options?: Options) => ask<Me>('/me', options),
  };
}

async function send(
  asking: Asking,
  path: string,
  { signal, body, accept }: Options & { body?: unknown; accept?: string },
): Promise<Response> {
  const timeout = AbortSignal.timeout(asking.timeout ?? TIMEOUT);
  const token = await asking.token();
  const headers: Record<string, string> = { Accept: accept ?? 'application/json', 'Accept-Language': asking.language() };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await (asking.fetch ?? fetch)(`${asking.base}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason ?? error;
    throw new ApiError({ status: 0, code: timeout.aborted ? 'timeout' : 'unreachable', detail: '' });
  }
  if (answer.ok) return answer;
  throw await problemOf(answer);
}

/** The problem document of a refusal, as an error. */
async function problemOf(answer: Response): Promise<ApiError> {
  let problem: Record<string, unknown> = {};
  try {
    problem = (await answer.json()) as Record<string, unknown>;
  } catch {
    // A proxy's page, or nothing: the status says enough.
  }
  const text = (name: string) => (typeof problem?.[name] === 'string' ? (problem[name] as string) : '');
  const fields = { status: answer.status, code: text('code') || `http-${answer.status}`, detail: text('detail') };
  return new ApiError({ ...fields, parameter: text('parameter') || null, problem });
}

export function pageOf(answer: Record<string, unknown>): Page {
  const links = (answer.links ?? []) as (Link & { body?: Body })[];
  return {
    items: Array.isArray(answer.features) ? (answer.features as Item[]) : [],
    matched: typeof answer.numberMatched === 'number' ? answer.numberMatched : null,
    exact: answer['moisson:matched'] !== 'estimated',
    next: links.find((link) => link.rel === 'next')?.body ?? null,
    hint: (answer['moisson:hint'] as Told | undefined) ?? null,
  };
}

export function countsOf(answer: Record<string, unknown>): Counts {
  const counts: Counts = { values: {}, buckets: {} };
  type Counted = { name: string; value?: number | string | null; buckets?: { key: string; frequency: number }[] };
  for (const { name, value, buckets } of (answer.aggregations ?? []) as Counted[]) {
    if (buckets) counts.buckets[name] = buckets.map(({ key, frequency }) => ({ key, count: frequency }));
    else counts.values[name] = value ?? null;
  }
  return counts;
}

/** Whether an error only says that somebody asked for something else meanwhile. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
