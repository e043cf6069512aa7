/** « Pourquoi ? »: what one may do with an image, why, and under which conditions. */

import { licenceName, licencesPath } from '../core/licences';
import { accessOf, type Item } from '../core/stac';
import { useStore } from '../core/store';
import { isKey, t, told } from '../core/words';

export function Reason({ item }: { item: Item }) {
  return (
    <details class="reason">
      <summary>{t('reason.why')}</summary>
      <Access item={item} />
    </details>
  );
}

/** The decision in words; also a part of an Item's page. */
export function Access({ item }: { item: Item }) {
  const { api } = useStore();
  const access = accessOf(item);
  const licence = item.properties['moisson:licence'];
  const conditions = told(access?.conditions) ?? [];
  const may = access ? `may.${access.download}` : 'may.no';
  const order = access && access.order !== 'no' ? `order.${access.order}` : null;
  return (
    <div class="access">
      {access && isKey(order ?? may) && <p class="may">{t((order ?? may) as 'may.no')}</p>}
      <p>
        <bdi>{told(access?.reason) ?? t('reason.unknown')}</bdi>
      </p>
      {conditions.length > 0 && (
        <ul>
          {conditions.map((condition) => (
            <li key={condition}>
              <bdi>{condition}</bdi>
            </li>
          ))}
        </ul>
      )}
      {licence && (
        <p>
          {t('reason.licence')}{' '}
          <a href={api.base + licencesPath(licence)}>
            <bdi>{licenceName(api, licence)}</bdi>
          </a>
        </p>
      )}
    </div>
  );
}
