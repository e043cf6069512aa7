/** The image as its archive shows it, by way of our own server, to whoever may look at it. */

import { useEffect, useState } from 'preact/hooks';
import { type Item, thumbnailOf, viewPath } from '../core/stac';
import { useStore } from '../core/store';
import { t } from '../core/words';

export function Preview({ item }: { item: Item }) {
  const { api, config, session } = useStore();
  const key = config.previews ? thumbnailOf(item, 'overview') : null;
  const who = session.state.value.state;
  const [source, setSource] = useState<string | null>(null);
  useEffect(() => {
    if (!key || who === 'loading') return;
    const stop = new AbortController();
    let address = '';
    // An <img> cannot show who asks.
    api
      .send(viewPath(item, key), { signal: stop.signal, accept: 'image/*' })
      .then((answer) => answer.blob())
      .then((picture) => {
        if (!stop.signal.aborted) setSource((address = URL.createObjectURL(picture)));
      })
      .catch(() => undefined);
    return () => {
      stop.abort();
      setSource(null);
      if (address) URL.revokeObjectURL(address);
    };
  }, [item, key, who]);
  return source ? <img class="preview" src={source} alt={t('item.preview')} onError={() => setSource(null)} /> : null;
}
