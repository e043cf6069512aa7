/** Kilometres around a commune's town: no open data package has the outlines of communes. */

export const RADII: readonly number[] = [2, 5, 10, 20];
export const RADIUS = 5;
