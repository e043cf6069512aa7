/** Bars of the timeline: months put together into at most as many bars as can be seen and reached. */

import type { Bucket } from '../core/api';

export interface Bin {
  /** First and last month, `2024-03`. */
  first: string;
  last: string;
  count: number;
}

export interface Period {
  from: string | null;
  to: string | null;
}

/** Months a bar, from fine to coarse. */
const WIDTHS = [1, 3, 12, 24, 60, 120];
export const MOST_BINS = 48;

/** Bars without gaps from the first month to the last; the bars' width is a whole part of a year, or years. */
export function binsOf(months: readonly Bucket[]): Bin[] {
  const known = months.map(({ key, count }) => ({ at: numberOf(key), count })).filter(({ at }) => Number.isFinite(at));
  if (!known.length) return [];
  const first = Math.min(...known.map(({ at }) => at));
  const last = Math.max(...known.map(({ at }) => at));
  const width = WIDTHS.find((months) => Math.floor(last / months) - Math.floor(first / months) < MOST_BINS) ?? 120;
  const start = Math.floor(first / width);
  const bins = Array.from({ length: Math.floor(last / width) - start + 1 }, (_, i): Bin => {
    const from = (start + i) * width;
    return { first: nameOf(from), last: nameOf(from + width - 1), count: 0 };
  });
  for (const { at, count } of known) {
    const bin = bins[Math.floor(at / width) - start];
    if (bin) bin.count += count;
  }
  return bins;
}

/** The days of the bars from one to another, in whatever order; open where they reach the first or the last bar. */
export function periodOf(bins: readonly Bin[], one: number, other: number): Period {
  const [low, high] = [Math.max(0, Math.min(one, other)), Math.min(bins.length - 1, Math.max(one, other))];
  const [from, to] = [bins[low], bins[high]];
  return {
    from: low > 0 && from ? `${from.first}-01` : null,
    to: high < bins.length - 1 && to ? lastDay(to.last) : null,
  };
}

/** Which bars a period covers, as indices of the first and the last; null where it covers none. */
export function covered(bins: readonly Bin[], { from, to }: Period): [number, number] | null {
  const low = from ? bins.findIndex((bin) => bin.last >= from.slice(0, 7)) : 0;
  const high = to ? bins.findLastIndex((bin) => bin.first <= to.slice(0, 7)) : bins.length - 1;
  return low >= 0 && high >= low ? [low, high] : null;
}

function numberOf(month: string): number {
  const [year, of] = [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
  return of >= 1 && of <= 12 ? year * 12 + of - 1 : NaN;
}

function nameOf(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}

function lastDay(month: string): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + 1, 0);
  return at.toISOString().slice(0, 10);
}
