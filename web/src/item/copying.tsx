/** A text to take elsewhere: shown, and copied by a button. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../core/words';

export function Copyable({ text, label }: { text: string; label: string }) {
  const shown = useRef<HTMLPreElement>(null);
  const { state, copy } = useCopy(() => text, shown);
  return (
    <div class="copyable">
      <pre ref={shown} tabIndex={0} role="region" aria-label={label}><code>{text}</code></pre>
      <button type="button" class="small" onClick={() => void copy()}>{t(state === 'copied' ? 'code.copied' : 'code.copy')}</button>
      <span role="status" class={state === 'select' ? 'says' : 'visually-hidden'}>
        {state === 'copied' ? t('code.copied') : state === 'select' ? t('code.select') : ''}
      </span>
    </div>
  );
}

/** A button that copies a text which is not shown. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { state, copy } = useCopy(() => text, null);
  return (
    <button type="button" class="quiet small" onClick={() => void copy()}>
      {state === 'copied' ? t('code.copied') : label}
    </button>
  );
}

/** Browsers copy on https and this machine only; elsewhere the text is selected. */
function useCopy(text: () => string, shown: { current: HTMLElement | null } | null) {
  const [state, setState] = useState<'idle' | 'copied' | 'select'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const later = setTimeout(() => setState('idle'), 4000);
    return () => clearTimeout(later);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch {
      if (shown?.current) getSelection()?.selectAllChildren(shown.current);
      setState('select');
    }
  };
  return { state, copy };
}
