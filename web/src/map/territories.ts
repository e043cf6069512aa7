/** Where people want to look first: boxes in degrees. */

import type { Bbox } from '../core/config';

export const TERRITORIES = {
  metropole: [-5.3, 41.3, 9.7, 51.2],
  guadeloupe: [-61.9, 15.8, -60.95, 16.55],
  martinique: [-61.3, 14.35, -60.75, 14.92],
  guyane: [-54.7, 2.05, -51.5, 5.85],
  reunion: [55.15, -21.45, 55.9, -20.8],
  mayotte: [44.95, -13.05, 45.35, -12.6],
  spm: [-56.5, 46.7, -56.05, 47.2],
  antilles: [-63.2, 17.82, -62.75, 18.15],
  nc: [163.4, -22.9, 168.3, -19.4],
  polynesie: [-155, -28, -134, -7.5],
  wallis: [-178.3, -14.45, -176, -13.1],
  world: [-150, -55, 175, 72],
} satisfies Record<string, Bbox>;

export type Territory = keyof typeof TERRITORIES;
