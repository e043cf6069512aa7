/** An area from a file: GeoJSON, KML, zipped shapefile. It is read here, and only its outline is sent. */

import { useRef, useState } from 'preact/hooks';
import { type Area, bboxOf } from '../core/area';
import { useStore } from '../core/store';
import { isKey, t } from '../core/words';
import type { Upload } from './upload';

/** What became of a file, as long as the area is the one that it left. */
type Said = { words: string; wrong: boolean; area: Area | null };

export function UploadField() {
  const store = useStore();
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<'idle' | 'reading' | Said>('idle');
  const { area } = store.search.value;

  async function read(file: File | undefined): Promise<void> {
    if (!file) return;
    setState('reading');
    try {
      const { readUpload } = await import('./upload');
      const upload = await readUpload(file);
      store.setArea(upload.area);
      store.wanted.value = [...bboxOf(upload.area)];
      setState({ words: saidOf(upload), wrong: false, area: store.search.peek().area });
    } catch (error) {
      const key = `upload.error.${(error as { fault?: string }).fault ?? ''}`;
      setState({ words: t(isKey(key) ? key : 'upload.error.unreadable'), wrong: true, area: store.search.peek().area });
    }
    if (field.current) field.current.value = '';
  }

  const said = typeof state === 'object' && state.area === area ? state : null;
  return (
    <>
      <button type="button" class="small" disabled={state === 'reading'} title={t('area.fileKinds')} onClick={() => field.current?.click()}>
        {t('area.file')}
      </button>
      <input
        ref={field}
        type="file"
        hidden
        aria-label={t('area.file')}
        accept=".geojson,.json,.kml,.kmz,.zip,application/geo+json,application/vnd.google-earth.kml+xml,application/zip"
        onChange={(event) => void read(event.currentTarget.files?.[0])}
      />
      {said && <p class={said.wrong ? 'problem' : 'says'} role={said.wrong ? 'alert' : 'status'}>{said.words}</p>}
    </>
  );
}

/** What was made of the file. */
function saidOf({ form, polygons, skipped }: Upload): string {
  const said = [t('upload.polygons', { n: polygons })];
  if (form !== 'whole') said.push(t(`upload.${form}`));
  if (skipped) said.push(t('upload.skipped', { n: skipped }));
  return said.join(' ');
}
