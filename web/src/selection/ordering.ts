/** Answers of POST /coverage and POST /requests/draft, as far as the page shows them; anything may be missing. */

import type { Told } from '../core/config';
import type { Availability } from '../core/search';
import { language, worded } from '../core/words';

export interface Amount {
  low: string;
  high: string;
  currency: string;
}

export interface Total {
  amount: Amount | null;
  complete: boolean;
}

export interface Estimate {
  product: string | null;
  seller?: string | null;
  km2: number;
  amount: Amount | null;
  reason?: Told | null;
  lines?: Record<'fr' | 'en', string[]> | null;
  tariff?: { date: string; source: Told } | null;
  notice?: Told | null;
  ortho?: { text: Told } | null;
  size?: { gigabytes: number | null } | null;
}

export interface Scene {
  collection: string;
  id: string;
  availability: Availability;
  km2: number;
  adds_km2: number;
  notice?: Told;
}

export interface Rule {
  text: Told;
  confirmed: boolean;
  date: string;
  source: Told;
}

export interface DraftLine {
  collection: string;
  id: string;
  product: string | null;
  acquired: string | null;
  km2: number;
  to_order: boolean;
  ordered_km2: number;
  remark: Told | null;
}

export interface Draft {
  created: string;
  notice: Told;
  requester: { class: string; organisation_name: string | null; organisation: string | null; person: string | null };
  purpose: string | null;
  area: { km2?: number } | null;
  items: DraftLine[];
  requests: Estimate[];
  total: Total;
  delays: Rule;
  deed: Rule;
  crisis: Rule;
}

/** 1 200 €, or a range; the word for what is not known. */
export function money(amount: Amount | null | undefined): string {
  if (!amount) return worded(language.value, 'draft.unknownAmount');
  const [low, high] = [Number(amount.low), Number(amount.high)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return worded(language.value, 'draft.unknownAmount');
  const whole = Number.isInteger(low) && Number.isInteger(high);
  const form = new Intl.NumberFormat(language.value, { style: 'currency', currency: 'EUR', maximumFractionDigits: whole ? 0 : 2 });
  return low === high ? form.format(low) : `${form.format(low)} – ${form.format(high)}`;
}

export function totalText({ amount, complete }: Total): string {
  return amount && !complete ? `${money(amount)} (${worded(language.value, 'draft.more')})` : money(amount);
}

/** The sum of estimates that are alternatives or parts of one answer: the lowest to the highest. */
export function rangeText(requests: readonly Estimate[]): string {
  const known = requests.flatMap(({ amount }) => amount ?? []);
  if (!known.length) return money(null);
  const [low, high] = [Math.min(...known.map((one) => Number(one.low))), Math.max(...known.map((one) => Number(one.high)))];
  return money({ low: String(low), high: String(high), currency: 'EUR' });
}
