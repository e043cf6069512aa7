/** What one may do with an image, in two words and a shape. */

import { badgeOf, type Item } from '../core/stac';
import { t } from '../core/words';
import { Symbol } from './symbol';

export function Badge({ item }: { item: Item }) {
  const badge = badgeOf(item);
  return (
    <span class={`badge ${badge}`}>
      <Symbol of={badge} />
      {t(`badge.${badge}`)}
    </span>
  );
}
