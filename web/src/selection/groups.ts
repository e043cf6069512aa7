/** What is to be done with each image of a selection. */

import { accessOf, type Item } from '../core/stac';

export type Group = 'ready' | 'sign' | 'ask' | 'order' | 'none';
export const GROUPS: readonly Group[] = ['ready', 'sign', 'ask', 'order', 'none'];

export function groupOf(item: Item): Group {
  const access = accessOf(item);
  if (item.properties['moisson:availability'] === 'orderable') return access && access.order !== 'no' ? 'order' : 'none';
  switch (access?.download) {
    case 'yes':
    case 'with_account':
      return 'ready';
    case 'after_signing':
      return 'sign';
    case 'on_request':
      return 'ask';
    default:
      return 'none';
  }
}
