/** Items for tests. */

import type { Access, Item, Properties } from '../src/core/stac';

type Given = Omit<Partial<Item>, 'properties'> & { properties?: Properties; access?: Partial<Access> };

export function makeItem({ access, properties, ...given }: Given = {}): Item {
  const decided: Access = {
    audience: 'scientist',
    download: 'yes',
    view: true,
    order: 'no',
    reason: { fr: 'Parce que', en: 'Because' },
    conditions: { fr: [], en: [] },
    ...access,
  };
  return {
    id: 'scene-1',
    collection: 'dinamis-pleiades',
    geometry: { type: 'Polygon', coordinates: [[[1, 43], [2, 43], [2, 44], [1, 44], [1, 43]]] },
    assets: { image: { href: 'https://store.example.org/a/XS.tif', roles: ['data'] } },
    links: [],
    ...given,
    properties: {
      datetime: '2024-05-31T10:42:00Z',
      platform: 'phr1a',
      'moisson:availability': 'held',
      'moisson:licence': 'dsp-pleiades',
      'moisson:source': 'dinamis',
      'moisson:access': decided,
      ...properties,
    },
  };
}
