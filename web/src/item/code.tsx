/** An image for other programs: its STAC, curl, Python. */

import { useState } from 'preact/hooks';
import { type Item, itemPath } from '../core/stac';
import { useStore } from '../core/store';
import { t } from '../core/words';
import { Copyable } from './copying';
import { curlOf, pythonOf } from './snippets';

const KINDS = ['stac', 'curl', 'python'] as const;

export function Code({ item }: { item: Item }) {
  const { api, session } = useStore();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('stac');
  const signedIn = session.state.value.state === 'in';
  const asked = { api: new URL(api.base || '/', location.href).href.replace(/\/$/, ''), signedIn };
  const text = { stac: () => JSON.stringify(item, null, 2), curl: () => curlOf(item, asked), python: () => pythonOf(item, asked) }[kind]();
  return (
    <div class="code">
      <div class="buttons" role="group" aria-label={t('item.code')}>
        {KINDS.map((one) => (
          <button type="button" class="small" key={one} aria-pressed={one === kind} onClick={() => setKind(one)}>{t(`code.${one}`)}</button>
        ))}
        {kind === 'stac' && <a href={api.base + itemPath(item)} target="_blank" rel="noopener">GET</a>}
      </div>
      <Copyable text={text} label={t(`code.${kind}`)} />
      {signedIn && kind !== 'stac' && <p class="says">{t('code.key')}</p>}
    </div>
  );
}
