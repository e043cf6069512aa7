/** Addresses in Items, which others wrote: what may be a link, and what it is called. */

import type { Asset, Item, Link } from '../core/stac';

const LONGEST = 8192;
/** Links of the API itself, and those that the page shows in places of their own. */
const OWN = new Set(['self', 'parent', 'collection', 'root', 'license', 'via', 'next', 'prev', 'alternate']);
const GEODES = 'geodes-portal.cnes.fr';
export const GEODES_PORTAL = 'https://geodes.cnes.fr/';

/** An http or https address; null for anything else, such as a script. */
export function webAddress(href: unknown): string | null {
  if (typeof href !== 'string' || href.length > LONGEST) return null;
  try {
    const address = new URL(href);
    return address.protocol === 'https:' || address.protocol === 'http:' ? address.href : null;
  } catch {
    return null;
  }
}

export function hostOf(href: string): string {
  return new URL(href).host;
}

/** Whether a file lies at GEODES, where people sign in before they download. */
export function isAtGeodes(asset: Asset): boolean {
  const address = webAddress(asset.href);
  return address !== null && hostOf(address) === GEODES;
}

/** The archive's own record of it. */
export function recordOf(item: Item): (Link & { href: string }) | null {
  return list(item.links).find((link) => link.rel === 'via' && webAddress(link.href)) ?? null;
}

/** Links worth showing: not the API's own; references to other Items are shown as copies. */
export function otherLinks(item: Item): Link[] {
  const shown = new Set([recordOf(item)?.href]);
  return list(item.links).filter((link) => {
    if (OWN.has(link.rel) || webAddress(link.href) === null || isItem(link) || shown.has(link.href)) return false;
    shown.add(link.href);
    return true;
  });
}

function isItem({ rel, type }: Link): boolean {
  return rel === 'related' && type === 'application/geo+json';
}

function list(links: unknown): Link[] {
  return Array.isArray(links) ? links.filter((one: unknown): one is Link => one !== null && typeof one === 'object') : [];
}
