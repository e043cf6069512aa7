/** Where: draw on the map, a name, a file, what the map shows, or four numbers. */

import { useState } from 'preact/hooks';
import { bboxOf, bboxArea } from '../core/area';
import { lazily } from '../core/lazily';
import { useStore } from '../core/store';
import { t } from '../core/words';
import { BboxForm } from './bbox';
import { PlaceField } from './place';
import { UploadField } from './uploading';

const Coverage = lazily(
  () => import('../selection/coverage').then((module) => module.Coverage),
  () => null,
);

export function Area() {
  const store = useStore();
  const [byHand, setByHand] = useState(false);
  const { area } = store.search.value;
  const drawing = store.drawing.value;
  const draw = (kind: 'rectangle' | 'polygon') => {
    store.drawing.value = drawing === kind ? 'none' : kind;
    store.tab.value = 'map';
  };
  return (
    <fieldset class="area">
      <legend>
        <h3>{t('area.title')}</h3>
      </legend>
      {area && (
        <div class="area-set">
          <p>
            <bdi>{area.kind === 'polygon' && area.name ? area.name : t(area.kind === 'bbox' ? 'area.box' : 'area.drawn')}</bdi>
          </p>
          <button type="button" class="quiet small" onClick={() => (store.wanted.value = [...bboxOf(area)])}>
            {t('area.show')}
          </button>
          <button type="button" class="quiet small" onClick={() => store.setArea(null)}>
            {t('area.remove')}
          </button>
        </div>
      )}
      {area && <Coverage />}
      <PlaceField />
      <div class="buttons">
        <button type="button" class="small" aria-pressed={drawing === 'rectangle'} onClick={() => draw('rectangle')}>
          {t('area.rectangle')}
        </button>
        <button type="button" class="small" aria-pressed={drawing === 'polygon'} onClick={() => draw('polygon')}>
          {t('area.polygon')}
        </button>
        <UploadField />
        <button type="button" class="small" aria-expanded={byHand} onClick={() => setByHand(!byHand)}>
          {t('area.byHand')}
        </button>
      </div>
      {byHand && (
        <BboxForm
          bbox={area ? bboxOf(area) : null}
          onSet={(values) => {
            const box = bboxArea(values);
            if (box) {
              store.setArea(box);
              store.wanted.value = [...bboxOf(box)];
            }
            return box !== null;
          }}
        />
      )}
    </fieldset>
  );
}
