/** Switches of the layers that come from elsewhere: backgrounds, and the annual coverages by year. */

import { useState } from 'preact/hooks';
import type { Layer } from '../core/config';
import { useStore } from '../core/store';
import { t, told } from '../core/words';

export function Layers({ failed }: { failed: ReadonlySet<string> }) {
  const { offered, layers, offer } = useStore();
  const [wrong, setWrong] = useState(false);
  const known = offered.value ?? [];
  const backgrounds = known.filter(({ kind }) => kind === 'basemap');
  const groups = grouped(known.filter(({ kind }) => kind === 'wmts'));
  const ask = async () => {
    if (offered.peek()) return;
    try {
      await offer();
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  const on = layers.value;
  /** One of a kind at a time: they hide one another. */
  const choose = (of: readonly Layer[], id: string) =>
    (layers.value = [...on.filter((one) => !of.some((other) => other.id === one)), ...(id ? [id] : [])]);
  const hosts = [...new Set(known.map(({ tiles }) => hostOf(tiles)).filter(Boolean))];
  return (
    <details class="layers" onToggle={(event) => event.currentTarget.open && void ask()}>
      <summary>{t('map.layers')}</summary>
      <div class="layers-body">
        {!known.length && <p class="says">{t(wrong ? 'page.partMissing' : offered.value ? 'map.none' : 'page.loading')}</p>}
        {backgrounds.length > 0 && (
          <fieldset>
            <legend class="visually-hidden">{t('map.layers')}</legend>
            <Choice
              name="background"
              checked={!backgrounds.some(({ id }) => on.includes(id))}
              words={t('map.offline')}
              onChoose={() => choose(backgrounds, '')}
            />
            {backgrounds.map((layer) => (
              <Choice
                key={layer.id}
                name="background"
                checked={on.includes(layer.id)}
                words={told(layer.title) ?? layer.id}
                onChoose={() => choose(backgrounds, layer.id)}
              />
            ))}
          </fieldset>
        )}
        {groups.length > 0 && <p class="strong">{t('map.coverages')}</p>}
        {groups.map(([group, of]) => (
          <label key={group}>
            {groupName(group, of)}
            <select value={of.find(({ id }) => on.includes(id))?.id ?? ''} onChange={(event) => choose(of, event.currentTarget.value)}>
              <option value="">{t('map.none')}</option>
              {of.map((layer) => (
                <option key={layer.id} value={layer.id}>
                  {layer.year ?? told(layer.title)}
                </option>
              ))}
            </select>
          </label>
        ))}
        {on.some((id) => failed.has(id)) && (
          <p class="problem" role="alert">
            {t('map.layerFailed')}
          </p>
        )}
        {hosts.length > 0 && <p class="says">{t('map.thirdParty', { host: hosts.join(', ') })}</p>}
      </div>
    </details>
  );
}

function Choice({ name, checked, words, onChoose }: { name: string; checked: boolean; words: string; onChoose: () => void }) {
  return (
    <label class="check">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span>{words}</span>
    </label>
  );
}

/** By group, each with its newest year first. */
function grouped(layers: readonly Layer[]): [string, Layer[]][] {
  const groups = new Map<string, Layer[]>();
  for (const layer of layers) groups.set(layer.group ?? '', [...(groups.get(layer.group ?? '') ?? []), layer]);
  return [...groups].map(([group, of]) => [group, of.sort((a, b) => (b.year ?? 0) - (a.year ?? 0))]);
}

function groupName(group: string, [first]: Layer[]): string {
  const title = told(first?.title) ?? group;
  return title.replace(/[\s·:,–-]*\b(19|20)\d\d\b[\s·:,–-]*/g, ' ').trim() || group;
}

function hostOf(address: string): string {
  try {
    return new URL(address.replace(/[{}]/g, ''), document.baseURI).host;
  } catch {
    return '';
  }
}
