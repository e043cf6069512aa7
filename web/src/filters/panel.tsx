/** The filters, from what matters most to what few need. */

import { narrowed } from '../core/search';
import { useStore } from '../core/store';
import { t } from '../core/words';
import { Area } from './area';
import { Bound } from './bound';
import { FacetChoices } from './facet';
import { Timeline } from './timeline';
import { Words } from './words';

export function Panel() {
  const store = useStore();
  const search = store.search.value;
  const count = narrowed(search) + Number(!search.excludeAirbus);
  return (
    <form class="filter-form" onSubmit={(event) => event.preventDefault()}>
      <div class="filter-head">
        <h2>{t('page.filters')}</h2>
        <button type="button" class="quiet small" disabled={!count} onClick={store.reset}>
          {t('filters.reset')}
        </button>
      </div>
      <fieldset class="rights">
        <legend class="visually-hidden">{t('filters.rights')}</legend>
        <label class="check main">
          <input
            type="checkbox"
            checked={search.excludeAirbus}
            aria-describedby="exclude-airbus-says"
            onChange={(event) => store.change({ excludeAirbus: event.currentTarget.checked })}
          />
          <span>{t('filters.excludeAirbus')}</span>
        </label>
        <p id="exclude-airbus-says" class="says">
          {t('filters.excludeAirbusSays')}
        </p>
        <label class="check main">
          <input
            type="checkbox"
            checked={search.accessible !== ''}
            aria-describedby="accessible-says"
            onChange={(event) => store.change({ accessible: event.currentTarget.checked ? 'true' : '' })}
          />
          <span>{t('filters.accessible')}</span>
        </label>
        <p id="accessible-says" class="says">
          {t('filters.accessibleSays')}
        </p>
        <label class="check nested">
          <input
            type="checkbox"
            checked={search.accessible === 'now'}
            disabled={search.accessible === ''}
            onChange={(event) => store.change({ accessible: event.currentTarget.checked ? 'now' : 'true' })}
          />
          <span>{t('filters.now')}</span>
        </label>
      </fieldset>
      <Area />
      <Timeline />
      <FacetChoices facet="availability" open />
      <FacetChoices facet="archives" open />
      <FacetChoices facet="platforms" open />
      <Bound name="cloudMax" />
      <Bound name="gsdMax" />
      <Words />
      <FacetChoices facet="licences" />
      <fieldset class="rights">
        <label class="check">
          <input type="checkbox" checked={search.collapse} onChange={(event) => store.change({ collapse: event.currentTarget.checked })} />
          <span>{t('filters.collapse')}</span>
        </label>
      </fieldset>
      <button type="button" class="primary to-results" onClick={() => (store.tab.value = 'results')}>
        {t('filters.show')}
      </button>
    </form>
  );
}
