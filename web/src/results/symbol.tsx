/** The sign of an availability: a shape beside its colour, in the list, the legend and on the map. */

import type { Availability } from '../core/search';

/** Paths in a square of 16, and whether they are filled. The map draws the same ones. */
export const SHAPES: Record<Availability, { path: string; filled: boolean }> = {
  open: { path: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11Z', filled: true },
  held: { path: 'M3 3H13V13H3Z', filled: true },
  orderable: { path: 'M8 1.8 14.2 8 8 14.2 1.8 8Z', filled: false },
  view: { path: 'M8 2.5 14 13H2Z', filled: false },
  unknown: { path: 'M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5', filled: false },
};

/** Dashes of footprints' outlines, in widths of the line. */
export const DASHES: Record<Availability, number[] | null> = {
  open: null,
  held: null,
  orderable: [3, 2],
  view: [1, 1.5],
  unknown: [4, 1.5, 1, 1.5],
};

export function Symbol({ of }: { of: Availability }) {
  const { path, filled } = SHAPES[of];
  return (
    <svg class={`symbol ${of}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={path} class={filled ? 'filled' : 'hollow'} />
    </svg>
  );
}
