/** The page's words in its language; numbers, dates and sizes as that language writes them. */

import { signal } from '@preact/signals';
import type { Lang } from './config';
import { en } from './words.en';
import { fr } from './words.fr';

export type Key = keyof typeof fr;
/** A text with {names}; or one form for one, another for other numbers. `n` chooses. */
export type Word = string | { one: string; other: string };
export type Values = Record<string, string | number>;

export const language = signal<Lang>('fr');

const WORDS: Record<Lang, Record<Key, Word>> = { fr, en };

/** The word; numbers in it are written as the language does. */
export function t(key: Key, values: Values = {}): string {
  return worded(language.value, key, values);
}

export function worded(lang: Lang, key: Key, values: Values = {}): string {
  const word = WORDS[lang][key];
  const text = typeof word === 'string' ? word : word[form(lang, Number(values.n ?? 0))];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value, {}, lang) : value;
  });
}

/** Whether there is such a word: for names that come from the API. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(fr, key);
}

export function number(value: number, options: Intl.NumberFormatOptions = {}, lang: Lang = language.value): string {
  return cached(`n${lang}${JSON.stringify(options)}`, () => new Intl.NumberFormat(lang, { maximumFractionDigits: 1, ...options })).format(
    value,
  );
}

/** 12 mars 2024; in UTC, as the archives say it. */
export function date(value: Date | null, style: 'long' | 'medium' = 'long', lang: Lang = language.value): string {
  if (!value) return worded(lang, 'date.unknown');
  return cached(`d${lang}${style}`, () => new Intl.DateTimeFormat(locale(lang), { dateStyle: style, timeZone: 'UTC' })).format(value);
}

/** 12 mars 2024, 10:42 UTC. */
export function dateTime(value: Date | null, lang: Lang = language.value): string {
  if (!value) return worded(lang, 'date.unknown');
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${cached(`t${lang}`, () => new Intl.DateTimeFormat(locale(lang), options)).format(value)} UTC`;
}

/** Month and year of a month as 2024-03. */
export function month(value: string, lang: Lang = language.value): string {
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return cached(`m${lang}`, () => new Intl.DateTimeFormat(locale(lang), options)).format(new Date(`${value}-01T00:00:00Z`));
}

/** 1 234 km². */
export function km2(value: number | null, lang: Lang = language.value): string {
  if (value === null) return '';
  return `${number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }, lang)} km²`;
}

/** Metres on the ground. */
export function metres(value: number, lang: Lang = language.value): string {
  return `${number(value, { maximumFractionDigits: 2 }, lang)} m`;
}

export function percent(value: number, lang: Lang = language.value): string {
  return `${number(value, { maximumFractionDigits: 0 }, lang)}${lang === 'fr' ? ' ' : ''}%`;
}

/** A file's size. */
export function bytes(value: number, lang: Lang = language.value): string {
  const units = lang === 'fr' ? ['o', 'ko', 'Mo', 'Go', 'To'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${number(value / 1000 ** step, { maximumFractionDigits: step > 1 ? 1 : 0 }, lang)} ${units[step]}`;
}

/** The text of the page's language, of one that comes in both. */
export function told<T>(both: Partial<Record<Lang, T>> | null | undefined): T | undefined {
  return both?.[language.value] ?? both?.fr ?? both?.en;
}

function locale(lang: Lang): string {
  return lang === 'fr' ? 'fr-FR' : 'en-GB';
}

function form(lang: Lang, n: number): 'one' | 'other' {
  return cached(`p${lang}`, () => new Intl.PluralRules(lang)).select(n) === 'one' ? 'one' : 'other';
}

const made = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}
