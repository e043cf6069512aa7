import { describe, expect, it } from 'vitest';
import type { Area } from '../src/core/area';
import { EVERYTHING } from '../src/core/search';
import { language } from '../src/core/words';
import { coverageBody } from '../src/selection/coverage-body';
import { money, totalText } from '../src/selection/ordering';

const BOX: Area = { kind: 'bbox', bbox: [1, 43, 2, 44] };

describe('the question how much of an area is covered', () => {
  it('always has one end of a period, which the API wants', () => {
    expect(coverageBody(EVERYTHING, BOX)).toEqual({ bbox: [1, 43, 2, 44], datetime: '1986-01-01T00:00:00Z/..' });
    expect(coverageBody({ ...EVERYTHING, to: '2020-12-31' }, BOX).datetime).toBe('../2020-12-31T23:59:59.999Z');
  });

  it('has the limits of the filters', () => {
    expect(coverageBody({ ...EVERYTHING, from: '2020-01-01', cloudMax: 0, gsdMax: 2 }, BOX)).toMatchObject({ cloud_cover_max: 0, gsd_max: 2 });
  });
});

describe('amounts', () => {
  const amount = (low: string, high: string) => ({ low, high, currency: 'EUR' });
  it.each([
    [amount('1200.00', '1200.00'), '1 200 €'],
    [amount('0.00', '12.50'), '0,00 € – 12,50 €'],
    [null, 'montant non connu'],
    [amount('x', '1'), 'montant non connu'],
  ])('%j is %s', (given, words) => {
    language.value = 'fr';
    expect(money(given).replace(/[\u202f\u00a0]/g, ' ')).toBe(words);
  });

  it('that are not all say so', () => {
    language.value = 'en';
    expect(totalText({ amount: amount('5', '5'), complete: false })).toBe('€5 (what is not known comes on top)');
  });
});
