/** Names of archives and licences: fetched once in each language, and where their pages are. */

import { signal } from '@preact/signals';
import type { Api } from './api';
import type { Told } from './config';
import { language, told } from './words';

const archives = signal<Record<string, Record<string, string>>>({});
const licences = signal<Record<string, Told>>({});
const asked = new Set<string>();

/** An archive's name; its id until that is known. */
export function archiveName(api: Api, id: string): string {
  const lang = language.value;
  once(`archives ${lang}`, async () => {
    const found = await api.archives();
    archives.value = { ...archives.peek(), [lang]: Object.fromEntries(found.map((one) => [one.id, one.title])) };
  });
  return archives.value[lang]?.[id] ?? id;
}

/** A licence's title; its id until that is known. */
export function licenceName(api: Api, id: string): string {
  once('licences', async () => {
    const found = await api.licences();
    licences.value = Object.fromEntries(found.map((one) => [one.id, one.title]));
  });
  return told(licences.value[id]) ?? id;
}

/** The page of a licence, or of all, below `base`. */
export function licencesPath(id?: string): string {
  return `/licences${id ? `/${encodeURIComponent(id)}` : ''}?f=html&language=${language.value}`;
}

function once(name: string, fetch: () => Promise<void>): void {
  if (asked.has(name)) return;
  asked.add(name);
  // A name that cannot be had is its id; the next page asks again.
  fetch().catch(() => undefined);
}
