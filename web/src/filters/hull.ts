/** The outline around positions. */

import type { Position } from 'geojson';

/** Andrew's monotone chain: the convex hull as a closed ring, anticlockwise; null where they lie on a line. */
export function hull(positions: readonly Position[]): Position[] | null {
  const sorted = positions.map(([x = 0, y = 0]): [number, number] => [x, y]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (all: [number, number][]) => {
    const kept: [number, number][] = [];
    for (const position of all) {
      while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), position) <= 0) kept.pop();
      kept.push(position);
    }
    return kept.slice(0, -1);
  };
  const ring = [...half(sorted), ...half(sorted.reverse())];
  return ring.length < 3 ? null : [...ring, ring[0] as Position];
}

function turn([ax, ay]: number[] = [], [bx, by]: number[] = [], [cx, cy]: number[]): number {
  return ((bx ?? 0) - (ax ?? 0)) * ((cy ?? 0) - (ay ?? 0)) - ((by ?? 0) - (ay ?? 0)) * ((cx ?? 0) - (ax ?? 0));
}
