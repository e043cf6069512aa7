/** Signing in and out: by the organisation's service, or with a key. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { SignedSession } from './core/session';
import { useStore } from './core/store';
import { isKey, t } from './core/words';

export function SignIn() {
  const session = useStore().session as SignedSession;
  const { state, me } = session.state.value;
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const notice = session.notice.value;
  const name = me?.person ?? me?.organisation?.name ?? '';

  useEffect(() => {
    if (state === 'in') setOpen(false);
  }, [state]);
  useEffect(() => {
    if (notice) setOpen(true);
  }, [notice]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => !place.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  if (state === 'in') {
    return (
      <>
        {name && (
          <span class="who wide-only" title={t('page.signedIn', { name })}>
            <bdi>{name}</bdi>
          </span>
        )}
        <button type="button" class="quiet" onClick={() => void session.signOut()}>
          {t('page.signOut')}
        </button>
      </>
    );
  }
  return (
    <div
      class="sign-in"
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button type="button" class="primary" ref={button} aria-expanded={open} disabled={state === 'loading'} onClick={() => setOpen(!open)}>
        {t('page.signIn')}
      </button>
      {open && <Ways session={session} />}
    </div>
  );
}

function Ways({ session }: { session: SignedSession }) {
  const { config } = useStore();
  const field = useRef<HTMLInputElement>(null);
  const notice = session.notice.value;
  const said = notice && `session.${notice}`;
  return (
    <div class="popover">
      {said && isKey(said) && (
        <p class="problem" role="alert">
          {t(said)}
        </p>
      )}
      <p class="says">{t('page.anonymous')}</p>
      {config.signIn && (
        <button type="button" class="primary" onClick={() => void session.signIn()}>
          {t('page.signInBy')}
        </button>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = field.current?.value.trim();
          if (key) void session.enterKey(key);
        }}
      >
        <label for="api-key">{t('page.key')}</label>
        <input id="api-key" ref={field} type="password" autocomplete="off" spellcheck={false} maxLength={200} placeholder="moi_…" />
        <button type="submit">{t('page.keyUse')}</button>
      </form>
    </div>
  );
}
