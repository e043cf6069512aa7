/** The header: name, selection, language, signing in. */

import { licencesPath } from './core/licences';
import { useStore } from './core/store';
import { language, number, t } from './core/words';
import { SignIn } from './signing-in';

export function Header() {
  const { config, session, basket, basketOpen } = useStore();
  const { me } = session.state.value;
  const other = language.value === 'fr' ? 'en' : 'fr';
  const count = basket.value.length;
  return (
    <header class="header">
      <h1>
        <Mark />
        <span class="brand">{config.title}</span>
      </h1>
      <nav class="header-links" aria-label={t('page.links')}>
        <a class="wide-only" href={config.base + licencesPath()}>
          {t('page.licences')}
        </a>
        {config.links.runs && me?.class === 'operator' && (
          <a class="wide-only" href={config.links.runs}>
            {t('page.runs')}
          </a>
        )}
        <button type="button" class="quiet" aria-expanded={basketOpen.value} onClick={() => (basketOpen.value = !basketOpen.value)}>
          {t('page.basket')}
          <span class={count ? 'pill full' : 'pill'}>{number(count)}</span>
        </button>
        <button type="button" class="quiet" lang={other} onClick={() => (language.value = other)}>
          <span class="phone-only">{other.toUpperCase()} </span>
          <span class="wide-text">{t('page.language')}</span>
        </button>
        <SignIn />
      </nav>
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M12 22V8M12 12c-4 0-6-2-6-6 4 0 6 2 6 6Zm0 0c4 0 6-2 6-6-4 0-6 2-6 6Zm0 6c-4 0-6-2-6-6 4 0 6 2 6 6Zm0 0c4 0 6-2 6-6-4 0-6 2-6 6ZM12 7c-1.8-1.5-1.8-4 0-5.5 1.8 1.5 1.8 4 0 5.5Z" />
    </svg>
  );
}
