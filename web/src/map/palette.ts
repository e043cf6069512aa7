/** The map's colours: those of the style sheet, light or dark. */

import { AVAILABILITIES, type Availability } from '../core/search';

export interface Palette {
  land: string;
  water: string;
  border: string;
  coast: string;
  label: string;
  halo: string;
  ink: string;
  paper: string;
  accent: string;
  availability: Record<Availability, string>;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim() || '#888888';
  return {
    land: colour('land'),
    water: colour('water'),
    border: colour('border'),
    coast: colour('coast'),
    label: colour('label'),
    halo: colour('label-halo'),
    ink: colour('ink'),
    paper: colour('panel'),
    accent: colour('accent'),
    availability: Object.fromEntries(AVAILABILITIES.map((one) => [one, colour(one)])) as Record<Availability, string>,
  };
}

/** Calls back when the person's system changes between light and dark. */
export function onScheme(changed: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
