/** The search went wrong: what happened in plain words, what the server said, and a way to try again. */

import { useStore } from '../core/store';
import type { ApiError } from '../core/api';
import { type Key, t } from '../core/words';

export function Failure({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const { config, session, reset } = useStore();
  const mustSignIn = error.status === 401;
  return (
    <div class="notice error failure" role="alert">
      <p class="strong">{t('error.title')}</p>
      <p>{t(wordsOf(error))}</p>
      {error.detail && (
        <details>
          <summary>{t('error.detail')}</summary>
          <p class="server-says">
            <bdi>{error.detail}</bdi>
          </p>
        </details>
      )}
      <div class="buttons">
        <button type="button" class="primary" onClick={onRetry}>
          {t('page.retry')}
        </button>
        {error.status === 400 && (
          <button type="button" onClick={reset}>
            {t('filters.reset')}
          </button>
        )}
        {mustSignIn && config.signIn && (
          <button type="button" onClick={() => void session.signIn()}>
            {t('page.signIn')}
          </button>
        )}
      </div>
    </div>
  );
}

/** The plain words for a refusal or a failure. */
export function wordsOf({ status, code }: ApiError): Key {
  if (code === 'timeout') return 'error.timeout';
  if (status === 0) return 'error.unreachable';
  if (status === 401) return 'error.signIn';
  if (status === 403) return 'error.forbidden';
  if (status === 404) return 'error.gone';
  if (status === 400 || status === 413) return 'error.refused';
  return status === 503 || status === 502 || status === 504 ? 'error.busy' : 'error.server';
}
