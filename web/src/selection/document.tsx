/** The draft of a request as a page that one can print. */

import type { Told } from '../core/config';
import { dateTime, date, isKey, km2, language, number, t, told } from '../core/words';
import { Lines } from '../item/lines';
import { type Draft, type DraftLine, type Estimate, money, type Rule, totalText } from './ordering';

export function DraftDocument({ draft, areaName }: { draft: Draft; areaName: string | null }) {
  const { requester } = draft;
  const who = [requester.organisation_name ?? requester.organisation, requester.person].filter(Boolean).join(', ');
  const role = `session.class.${requester.class}`;
  return (
    <div class="draft-document">
      <p class="notice"><bdi>{told(draft.notice)}</bdi></p>
      <Lines
        lines={[
          [t('draft.requester'), [who || t('draft.toFill'), isKey(role) ? t(role) : requester.class].join(' · ')],
          [t('draft.purpose'), draft.purpose ?? t('draft.toFill')],
          [t('area.title'), areaName ?? t('draft.wholeImages')],
          [t('draft.made'), dateTime(new Date(draft.created))],
        ]}
      />
      <section>
        <h3>{t('draft.images')}</h3>
        <Images items={draft.items} />
      </section>
      <section>
        <h3>{t('draft.estimate')}</h3>
        {draft.requests.map((request, i) => <Reckoning key={i} request={request} />)}
        <p class="draft-total"><strong>{draft.requests.length ? `${t('draft.total')} : ${totalText(draft.total)}` : t('draft.nothing')}</strong></p>
        {told(draft.requests[0]?.notice) && <p class="says"><bdi>{told(draft.requests[0]?.notice)}</bdi></p>}
      </section>
      <section>
        <h3>{t('draft.rules')}</h3>
        <dl class="rules">
          <RuleLine label={t('draft.delays')} rule={draft.delays} />
          <RuleLine label={t('draft.deed')} rule={draft.deed} />
          <RuleLine label={t('draft.crisis')} rule={draft.crisis} />
        </dl>
      </section>
    </div>
  );
}

function Images({ items }: { items: DraftLine[] }) {
  return (
    <div class="table-scroll" role="region" tabIndex={0} aria-label={t('draft.images')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('draft.image')}</th>
            <th scope="col">{t('draft.km2')}</th>
            <th scope="col">{t('draft.ordered')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={`${item.collection}/${item.id}`}>
              <th scope="row">
                {productName(item.product)}, {item.acquired ? date(new Date(item.acquired), 'medium') : t('date.unknown')}
                <span class="item-id"><bdi>{item.id}</bdi></span>
                {item.remark && <span class="remark"><bdi>{told(item.remark)}</bdi></span>}
              </th>
              <td class="number">{km2(item.km2)}</td>
              <td class="number">{km2(item.ordered_km2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Reckoning({ request }: { request: Estimate }) {
  const gigabytes = request.size?.gigabytes;
  const texts = [...(request.lines?.[language.value] ?? []), told(request.reason), told(request.ortho?.text)].filter((one): one is string => Boolean(one));
  return (
    <div class="reckoning">
      <h4>{productName(request.product)} · {km2(request.km2)} · {money(request.amount)}</h4>
      <ul>{texts.map((one) => <li key={one}><bdi>{one}</bdi></li>)}</ul>
      <p class="says">
        {typeof gigabytes === 'number' && `${t('draft.size')} : ${number(gigabytes)} ${language.value === 'fr' ? 'Go' : 'GB'} · `}
        {request.tariff && <bdi>{t('draft.tariff', { date: date(new Date(request.tariff.date)) })} · {told(request.tariff.source)}</bdi>}
      </p>
    </div>
  );
}

function RuleLine({ label, rule }: { label: string; rule: Rule | null }) {
  if (!rule) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <bdi>{told(rule.text)}</bdi>
        {!rule.confirmed && ` (${t('draft.unconfirmed')})`}
        <span class="says"> · <bdi>{told(rule.source as Told)}</bdi></span>
      </dd>
    </div>
  );
}

function productName(product: string | null): string {
  const key = `product.${product}`;
  return t(isKey(key) ? (key as 'product.other') : 'product.other');
}
