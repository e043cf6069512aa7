/** To a file: the API decides and tells its address, then the browser goes there. */

import type { Api } from '../core/api';
import { downloadPath, type Item } from '../core/stac';
import { webAddress } from './addresses';

/** Begins the download. Raises ApiError, which says why not. */
export async function download(api: Api, item: Item, key: string): Promise<void> {
  const answer = await api.send(`${downloadPath(item, key)}?f=json`);
  const { href } = (await answer.json()) as { href?: unknown };
  const address = webAddress(href);
  if (!address) throw new TypeError('no address');
  const link = document.createElement('a');
  link.href = address;
  link.rel = 'noopener noreferrer';
  // A tab of its own, which the browser closes again: should the store refuse, the page and its selection are still here.
  link.target = '_blank';
  document.body.append(link);
  link.click();
  link.remove();
}
