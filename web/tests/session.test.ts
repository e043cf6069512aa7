import { describe, expect, it } from 'vitest';
import { parseConfig } from '../src/core/config';
import { createSession } from '../src/core/session';

const KEY = 'moi_a_key';
const ME = { class: 'scientist', organisation: { id: 'l', name: 'Laboratoire' }, person: null, member: true, client: null, signed: [], note: null };

/** A tab at an address; `answers` are those of the server, by what is shown to it. */
function tab(address: string, answers: Record<string, () => Response> = {}, kept: Record<string, string> = {}) {
  const url = new URL(address);
  const memory: Record<string, string> = { ...kept };
  Object.defineProperties(memory, {
    getItem: { value: (key: string) => memory[key] ?? null },
    setItem: { value: (key: string, value: string) => void (memory[key] = value) },
    removeItem: { value: (key: string) => void delete memory[key] },
  });
  const page = {
    sessionStorage: memory,
    location: url,
    history: { replaceState: (_: unknown, __: string, to: string) => void (url.href = new URL(to, url).href) },
    fetch: async (_: string, init?: RequestInit) => (answers[new Headers(init?.headers).get('Authorization') ?? ''] ?? (() => Response.json({})))(),
  };
  return { page: page as unknown as Window, memory, url };
}

const config = parseConfig({ base: '' });
const good = { [`Bearer ${KEY}`]: () => Response.json(ME) };
const bad = { [`Bearer ${KEY}`]: () => Response.json({ code: 'invalid-key' }, { status: 401 }) };
const turn = () => new Promise((done) => setTimeout(done, 0));

describe('signing in with a key', () => {
  it('is told whom the server takes the visitor for, and keeps the key in this tab', async () => {
    const { page, memory } = tab('https://m.example.org/map', good);
    const session = createSession(config, page);
    expect(session.state.value.state).toBe('anonymous');
    expect(await session.token()).toBeNull();
    expect(await session.enterKey(` ${KEY}\n`)).toBe(true);
    expect(session.state.value).toEqual({ state: 'in', me: ME });
    expect(memory).toEqual({ 'moisson.key': KEY });
    expect(await session.token()).toBe(KEY);
  });

  it('with one that does not hold is refused in words, and nothing is kept', async () => {
    const { page, memory } = tab('https://m.example.org/map', bad);
    const session = createSession(config, page);
    expect(await session.enterKey(KEY)).toBe(false);
    expect([session.state.value.state, session.notice.value, memory]).toEqual(['anonymous', 'keyRefused', {}]);
  });

  it('lasts as long as the tab', async () => {
    const { page } = tab('https://m.example.org/map', good, { 'moisson.key': KEY });
    const session = createSession(config, page);
    expect(session.state.value.state).toBe('loading');
    await turn();
    expect(session.state.value.state).toBe('in');
    await session.signOut();
    expect([session.state.value.state, await session.token()]).toEqual(['anonymous', null]);
  });

  it('ends with a message when an answer is 401, and the search stays', async () => {
    const { page, url } = tab('https://m.example.org/map?q=spot', good);
    const session = createSession(config, page);
    await session.enterKey(KEY);
    Object.assign(page, { fetch: async () => new Response(null, { status: 401 }) });
    await session.fetch('/search', { headers: { Authorization: `Bearer ${KEY}` } });
    expect([session.state.value.state, session.notice.value, url.search]).toEqual(['anonymous', 'expired', '?q=spot']);
  });

  it('keeps the key when the server cannot be reached', async () => {
    const { page, memory } = tab('https://m.example.org/map', { [`Bearer ${KEY}`]: () => new Response(null, { status: 503 }) });
    const session = createSession(config, page);
    await session.enterKey(KEY);
    expect([session.state.value.state, session.notice.value, memory['moisson.key']]).toEqual(['error', 'unavailable', KEY]);
  });
});

describe('coming back from the sign-in service', () => {
  it('finds the search that was left, before anything reads the address', () => {
    const { page, url } = tab('https://m.example.org/map?code=c&state=s&iss=i', {}, { 'moisson.back': '?q=spot&cloud=20' });
    createSession(config, page);
    expect(url.href).toBe('https://m.example.org/map?q=spot&cloud=20');
  });

  it('without a search takes its own parameters out of the address', () => {
    const { page, url } = tab('https://m.example.org/map?lang=en&error=access_denied&state=s');
    createSession(config, page);
    expect(url.search).toBe('?lang=en');
  });

  it('leaves an address alone that is no answer', () => {
    const { page, url } = tab('https://m.example.org/map?q=code', {}, { 'moisson.back': '?q=old' });
    createSession(config, page);
    expect(url.search).toBe('?q=code');
  });
});
