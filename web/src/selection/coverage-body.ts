/** The question to POST /coverage, from the search. */

import type { Area } from '../core/area';
import { interval, type Search } from '../core/search';

/** Before it there is next to nothing, and the API wants one end of a period. */
export const FIRST_DAY = '1986-01-01';

/** Members of POST /coverage. */
export function coverageBody({ from, to, cloudMax, gsdMax }: Search, area: Area): Record<string, unknown> {
  return {
    ...(area.kind === 'bbox' ? { bbox: area.bbox } : { geometry: area.geometry }),
    datetime: interval(from ?? (to ? null : FIRST_DAY), to),
    ...(cloudMax === null ? {} : { cloud_cover_max: cloudMax }),
    ...(gsdMax === null ? {} : { gsd_max: gsdMax }),
  };
}
