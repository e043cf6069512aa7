/** A place by its name: communes, départements, territories. A combobox; the names are fetched when somebody starts to write. */

import { useRef, useState } from 'preact/hooks';
import { bboxOf } from '../core/area';
import { useStore } from '../core/store';
import { t } from '../core/words';
import type { Place } from './places';
import { RADII, RADIUS } from './radius';

type Found = { state: 'idle' | 'loading' | 'error' | 'done'; places: Place[] };
const NONE: Found = { state: 'idle', places: [] };

export function PlaceField() {
  const store = useStore();
  const [found, setFound] = useState<Found>(NONE);
  const [at, setAt] = useState(0);
  const [town, setTown] = useState<Place | null>(null);
  const [km, setKm] = useState(RADIUS);
  const asked = useRef('');
  const field = useRef<HTMLInputElement>(null);
  const open = found.places.length > 0;

  async function look(text: string): Promise<void> {
    asked.current = text.trim();
    if (asked.current.length < 2) return setFound(NONE);
    setFound((before) => ({ ...before, state: 'loading' }));
    try {
      const { findPlaces } = await import('./places');
      const places = await findPlaces(text.trim());
      if (asked.current !== text.trim()) return;
      setAt(0);
      setFound({ state: 'done', places });
    } catch {
      setFound({ state: 'error', places: [] });
    }
  }

  function show(place: Place, radius: number): void {
    const area = place.area(radius);
    if (!area) return;
    store.setArea(area);
    store.wanted.value = [...bboxOf(area)];
  }

  function choose(place: Place | undefined): void {
    if (!place) return;
    show(place, km);
    setTown(place.kind === 'commune' ? place : null);
    asked.current = '';
    setFound(NONE);
    if (field.current) field.current.value = '';
  }

  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt((at + 1) % Math.max(1, found.places.length)),
    ArrowUp: () => setAt((at - 1 + found.places.length) % Math.max(1, found.places.length)),
    Enter: () => choose(found.places[at]),
    Escape: () => setFound(NONE),
  };
  return (
    <div class="place">
      <label for="place">{t('place.label')}</label>
      <input
        id="place"
        ref={field}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        placeholder={t('place.example')}
        aria-expanded={open}
        aria-controls="places"
        aria-autocomplete="list"
        aria-activedescendant={open ? `place-${at}` : undefined}
        onInput={(event) => void look(event.currentTarget.value)}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (!act || (!open && event.key !== 'Enter')) return;
          event.preventDefault();
          act();
        }}
        onBlur={() => setFound(NONE)}
      />
      <ul id="places" role="listbox" aria-label={t('place.label')} hidden={!open}>
        {found.places.map((place, i) => (
          <li
            key={`${place.kind} ${place.code} ${place.name} ${i}`}
            id={`place-${i}`}
            role="option"
            aria-selected={i === at}
            onPointerDown={(event) => {
              event.preventDefault();
              choose(place);
            }}
          >
            <bdi>{place.name}</bdi> <span class="says">{detailOf(place)}</span>
          </li>
        ))}
      </ul>
      {found.state === 'done' && !open && <p class="says" role="status">{t('place.none')}</p>}
      {town && store.search.value.area && (
        <p class="says radius">
          <label>
            {t('place.around', { name: town.name })}{' '}
            <select
              value={km}
              onChange={(event) => {
                const radius = Number(event.currentTarget.value);
                setKm(radius);
                show(town, radius);
              }}
            >
              {RADII.map((one) => <option key={one} value={one}>{t('place.km', { km: one })}</option>)}
            </select>
          </label>{' '}
          {t('place.noOutline')} {t('place.sources')}
        </p>
      )}
      {found.state === 'error' && <p class="problem" role="alert">{t('page.partMissing')}</p>}
    </div>
  );
}

function detailOf({ kind, code, within }: Place): string {
  return kind === 'commune' ? `${within} (${code})` : `${t(`place.${kind}`)} · ${code}`;
}
