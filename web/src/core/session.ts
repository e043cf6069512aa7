/** Signing in: by the organisation's service (OIDC, authorization code with PKCE, RFC 7636) or with a key of the API. Nothing outlives the tab. */

import { type ReadonlySignal, signal } from '@preact/signals';
import type { Me } from './api';
import type { Config } from './config';
import type { Oidc } from './oidc';
import type { Session, SessionState } from './store';

/** What people are told about it: `session.<notice>`. */
export type SessionNotice = 'expired' | 'failed' | 'keyRefused' | 'unavailable';

export interface SignedSession extends Session {
  notice: ReadonlySignal<SessionNotice | null>;
  /** As `fetch`; a 401 to somebody who has signed in signs them out, and says so. */
  fetch: typeof fetch;
  /** Whether the key holds. It is sent as a bearer's, which the API takes too. */
  enterKey: (key: string) => Promise<boolean>;
  dismiss: () => void;
}

const KEY = 'moisson.key';
/** Query of the page that the sign-in service leads back to. */
const BACK = 'moisson.back';
const ANSWERS = ['code', 'state', 'session_state', 'iss', 'error', 'error_description'];
const LONGEST_KEY = 200;

export function createSession(config: Config, page: Window = window): SignedSession {
  const kept = page.sessionStorage;
  const answer = comeBack(page);
  const state = signal<SessionState>({ state: 'anonymous', me: null });
  const notice = signal<SessionNotice | null>(null);
  let oidc: Promise<Oidc> | null = null;

  const service = () => {
    const { signIn } = config;
    if (!signIn) throw new Error('no sign-in service');
    oidc ??= import('./oidc').then(({ createOidc }) => createOidc(signIn, pageAddress(page)));
    return oidc;
  };
  const isKept = () => Object.keys(kept).some((name) => name.startsWith(`oidc.user:${config.signIn?.issuer}`));

  async function forget(why: SessionNotice | null): Promise<void> {
    kept.removeItem(KEY);
    if (config.signIn && (oidc || isKept())) await (await service()).forget();
    notice.value = why;
    state.value = { state: 'anonymous', me: null };
  }

  async function bearer(): Promise<string | null> {
    const key = kept.getItem(KEY);
    if (key) return key;
    if (!config.signIn || !isKept()) return null;
    const found = await (await service()).token();
    if (!found && state.peek().state === 'in') await forget('expired');
    return found;
  }

  /** Asks the API whom it takes the visitor for. */
  async function enter(refused: SessionNotice): Promise<boolean> {
    state.value = { state: 'loading', me: null };
    try {
      const token = await bearer();
      if (!token) return await forget(refused).then(() => false);
      const told = await page.fetch(`${config.base}/me`, { headers: { Accept: 'application/json', Authorization: `Bearer ${token}` } });
      if (told.status === 401) return await forget(refused).then(() => false);
      if (!told.ok) throw new TypeError(`${told.status}`);
      state.value = { state: 'in', me: (await told.json()) as Me };
      return true;
    } catch {
      notice.value = 'unavailable';
      state.value = { state: 'error', me: null };
      return false;
    }
  }

  async function finish(address: string): Promise<void> {
    state.value = { state: 'loading', me: null };
    try {
      await (await service()).finish(address);
    } catch {
      return forget('failed');
    }
    await enter('failed');
  }

  const finishing = answer && config.signIn ? finish(answer) : null;
  if (finishing) void finishing;
  else if (kept.getItem(KEY) || (config.signIn && isKept())) void enter('expired');

  return {
    state,
    notice,
    // Who comes back from signing in is not asked for as a stranger meanwhile.
    token: async () => {
      await finishing;
      return bearer();
    },
    fetch: async (input, init) => {
      const told = await page.fetch(input, init);
      if (told.status === 401 && new Headers(init?.headers).has('Authorization') && state.peek().state === 'in') await forget('expired');
      return told;
    },
    signIn: async () => {
      notice.value = null;
      kept.setItem(BACK, page.location.search);
      try {
        await (await service()).start();
      } catch {
        kept.removeItem(BACK);
        notice.value = 'unavailable';
      }
    },
    signOut: async () => {
      const byService = !kept.getItem(KEY) && config.signIn && isKept() ? await service() : null;
      if (byService) kept.setItem(BACK, page.location.search);
      if (await byService?.end().catch(() => false)) return;
      kept.removeItem(BACK);
      await forget(null);
    },
    enterKey: async (key) => {
      notice.value = null;
      kept.setItem(KEY, key.trim().slice(0, LONGEST_KEY));
      return enter('keyRefused');
    },
    dismiss: () => (notice.value = null),
  };
}

/** The page's own address, as the sign-in service must know it. */
function pageAddress({ location }: Window): string {
  return location.origin + location.pathname;
}

/** Puts the address back to the search that people left, before anything reads it. The service's answer, when there is one. */
function comeBack(page: Window): string | null {
  const { href, pathname, search } = page.location;
  const params = new URLSearchParams(search);
  const isAnswer = params.has('state') && (params.has('code') || params.has('error'));
  const back = page.sessionStorage.getItem(BACK);
  page.sessionStorage.removeItem(BACK);
  if (isAnswer) {
    for (const name of ANSWERS) params.delete(name);
    const rest = params.toString();
    page.history.replaceState(null, '', pathname + (back ?? (rest ? `?${rest}` : '')));
  } else if (back && !search.replace('?', '')) page.history.replaceState(null, '', pathname + back);
  return isAnswer ? href : null;
}
