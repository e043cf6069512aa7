import { describe, expect, it } from 'vitest';
import { bytes, date, dateTime, isKey, km2, month, number, percent, told, worded } from '../src/core/words';
import { en } from '../src/core/words.en';
import { fr } from '../src/core/words.fr';

const names = (word: unknown) => [...new Set(JSON.stringify(word).match(/\{\w+\}/g))].sort();

describe('words', () => {
  it('have the same values in both languages', () => {
    for (const [key, word] of Object.entries(fr)) expect([key, names(en[key as keyof typeof en])]).toEqual([key, names(word)]);
  });

  it('are chosen by number, which each language does its own way', () => {
    expect(worded('fr', 'results.count', { n: 0 })).toBe('0 image');
    expect(worded('en', 'results.count', { n: 0 })).toBe('0 images');
    expect(worded('fr', 'results.count', { n: 20_000 })).toMatch(/^20\s000 images$/);
  });

  it('leave what is put into them as it is', () => {
    expect(worded('fr', 'chip.words', { value: '<script>{n}</script>' })).toBe('« <script>{n}</script> »');
  });

  it('are asked for by names that exist', () => {
    expect(isKey('badge.open')).toBe(true);
    for (const other of ['toString', '__proto__', 'badge.stolen']) expect(isKey(other)).toBe(false);
  });
});

it('writes dates and numbers as each language does', () => {
  const at = new Date('2024-03-12T23:42:00Z');
  expect(date(at, 'long', 'fr')).toBe('12 mars 2024');
  expect(date(at, 'long', 'en')).toBe('12 March 2024');
  expect(date(null, 'long', 'fr')).toBe('date inconnue');
  expect(dateTime(at, 'fr')).toContain('23:42 UTC');
  expect(month('2024-03', 'fr')).toBe('mars 2024');
  expect(km2(1234.4, 'fr')).toMatch(/^1\s234\skm²$/);
  expect(km2(0.44, 'en')).toMatch(/^0.4\skm²$/);
  expect(percent(9.6, 'fr')).toMatch(/^10\s%$/);
  expect(number(0.5, {}, 'fr')).toBe('0,5');
  expect(bytes(760_871_224, 'fr')).toMatch(/^760,9\sMo$/);
  expect(bytes(0, 'en')).toMatch(/^0\sB$/);
});

it('takes the other language where one is missing', () => {
  expect(told({ en: 'only' })).toBe('only');
  expect(told(null)).toBeUndefined();
});
