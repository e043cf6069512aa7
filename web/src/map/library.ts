/** MapLibre in its build for strict policies: its worker is a file of ours, and nothing is made into a script at run time. */

import maplibre from 'maplibre-gl/dist/maplibre-gl-csp.js';
import worker from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url';

let prepared = false;

export function library(): typeof maplibre {
  if (!prepared) {
    maplibre.setWorkerUrl(new URL(worker, document.baseURI).href);
    // The worker starts while the drawing surface is made.
    maplibre.prewarm();
  }
  prepared = true;
  return maplibre;
}
