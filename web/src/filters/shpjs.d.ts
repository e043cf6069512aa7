/** shpjs brings no types; only what the page uses. */
declare module 'shpjs' {
  import type { Geometry } from 'geojson';
  export function parseShp(shp: DataView, prj?: string): (Geometry | null)[];
}
