import { describe, expect, it } from 'vitest';
import { binsOf, covered, MOST_BINS, periodOf } from '../src/filters/bins';

const months = (from: number, to: number) =>
  Array.from({ length: (to - from + 1) * 12 }, (_, i) => ({
    key: `${from + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`,
    count: 1,
  }));

describe('bars of the timeline', () => {
  it('are months where there are few', () => {
    const bins = binsOf([{ key: '2024-03', count: 5 }, { key: '2024-01', count: 2 }]); // prettier-ignore
    expect(bins).toEqual([
      { first: '2024-01', last: '2024-01', count: 2 },
      { first: '2024-02', last: '2024-02', count: 0 },
      { first: '2024-03', last: '2024-03', count: 5 },
    ]);
  });

  it.each([[2020, 2023], [2014, 2025], [1986, 2025], [1972, 2099]])('from %d to %d are few enough, and lose nothing', (from, to) => {
    const bins = binsOf(months(from, to));
    expect(bins.length).toBeLessThanOrEqual(MOST_BINS);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe((to - from + 1) * 12);
    expect(bins[0]?.first.endsWith('-01')).toBe(true);
  }); // prettier-ignore

  it('do without what is no month', () => {
    expect(binsOf([{ key: '2024-13', count: 1 }, { key: 'x', count: 1 }, { key: '', count: 1 }])).toEqual([]); // prettier-ignore
  });
});

describe('a period', () => {
  const bins = binsOf(months(2014, 2025));

  it('reaches from the first day of a bar to the last day of another, whichever way it is drawn', () => {
    expect(periodOf(bins, 5, 2)).toEqual(periodOf(bins, 2, 5));
    expect(periodOf(bins, 2, 5)).toEqual({ from: '2014-07-01', to: '2015-06-30' });
  });

  it('is open where it reaches an end', () => {
    expect(periodOf(bins, 0, bins.length - 1)).toEqual({ from: null, to: null });
    expect(periodOf(bins, -5, 900)).toEqual({ from: null, to: null });
  });

  it('covers the bars that it was drawn over', () => {
    for (const [one, other] of [[0, 3], [2, 2], [4, bins.length - 1]] as const) expect(covered(bins, periodOf(bins, one, other))).toEqual([one, other]); // prettier-ignore
  });

  it('covers none outside', () => {
    expect(covered(bins, { from: '2030-01-01', to: null })).toBeNull();
    expect(covered([], { from: null, to: null })).toBeNull();
  });
});
