/** Free text: asked for half a second after the last letter, or at once by Enter. */

import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../core/store';
import { t } from '../core/words';

const PAUSE = 500;

export function Words() {
  const { search, change } = useStore();
  const field = useRef<HTMLInputElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const q = search.value.q;
  useEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = q;
  }, [q]);
  useEffect(() => () => clearTimeout(pause.current), []);
  const ask = () => {
    clearTimeout(pause.current);
    const written = field.current?.value.trim() ?? '';
    if (written !== search.peek().q) change({ q: written });
  };
  return (
    <div class="bound">
      <label for="words">
        <h3>{t('filters.words')}</h3>
      </label>
      <input
        id="words"
        type="search"
        ref={field}
        maxLength={200}
        defaultValue={q}
        placeholder={t('filters.wordsExample')}
        autocomplete="off"
        spellcheck={false}
        onInput={() => {
          clearTimeout(pause.current);
          pause.current = setTimeout(ask, PAUSE);
        }}
        onKeyDown={(event) => event.key === 'Enter' && ask()}
        onBlur={ask}
      />
    </div>
  );
}
