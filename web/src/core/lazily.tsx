/** Components that are fetched when they are first shown. */

import { type ComponentType, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from './words';

/** The component, and `waiting` until it has come. A fetch that fails can be tried again. */
export function lazily<P extends object>(fetch: () => Promise<ComponentType<P>>, waiting: () => JSX.Element | null): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazily(props: P) {
    const [Shown, setShown] = useState<ComponentType<P> | null>(() => known);
    const [failed, setFailed] = useState(0);
    const [tries, setTries] = useState(0);
    useEffect(() => {
      if (Shown) return;
      let wanted = true;
      fetch().then(
        (component) => {
          known = component;
          if (wanted) setShown(() => component);
        },
        () => wanted && setFailed((n) => n + 1),
      );
      return () => void (wanted = false);
    }, [tries]);
    if (Shown) return <Shown {...props} />;
    if (failed <= tries) return waiting();
    return (
      <div class="notice error" role="alert">
        <p>{t('page.partMissing')}</p>
        <button type="button" onClick={() => setTries(failed)}>
          {t('page.retry')}
        </button>
      </div>
    );
  };
}
