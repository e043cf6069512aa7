/** The files of an image, and what each needs. */

import { useState } from 'preact/hooks';
import { asApiError } from '../core/results';
import { accessOf, type Asset, downloadsOf, type Item } from '../core/stac';
import { useStore } from '../core/store';
import { bytes, metres, t, told } from '../core/words';
import type { ApiError } from '../core/api';
import type { Told } from '../core/config';
import { GEODES_PORTAL, hostOf, isAtGeodes, webAddress } from './addresses';
import { CopyButton } from './copying';
import { download } from './download';

export function Files({ item }: { item: Item }) {
  const { session } = useStore();
  const files = downloadsOf(item);
  const access = accessOf(item);
  if (!files.length) return <p class="says">{t('files.none')}</p>;
  const [first] = files;
  const signedOut = session.state.value.state === 'anonymous' && access?.download === 'no' && item.properties['moisson:availability'] === 'held';
  return (
    <>
      {access?.download === 'with_account' && first && <AtArchive asset={first[1]} />}
      {signedOut && <p class="says">{t('files.signIn')}</p>}
      <ul class="files">
        {files.map(([key, asset]) => (
          <File key={key} item={item} name={key} asset={asset} />
        ))}
      </ul>
    </>
  );
}

/** Where one goes for what is downloaded at its archive. */
function AtArchive({ asset }: { asset: Asset }) {
  const address = webAddress(asset.href);
  if (isAtGeodes(asset)) {
    return (
      <p class="at-archive">
        {t('files.atGeodes')}{' '}
        <a href={GEODES_PORTAL} target="_blank" rel="noopener noreferrer">{t('files.portal')}</a>
      </p>
    );
  }
  return address ? <p class="at-archive">{t('files.atHost', { host: hostOf(address) })}</p> : null;
}

function File({ item, name, asset }: { item: Item; name: string; asset: Asset }) {
  const size = asset['file:size'];
  const gsd = asset.gsd;
  return (
    <li>
      <div class="file-name">
        <bdi>{asset.title || name}</bdi>
        <span class="says">
          {[kindOf(asset.type), typeof gsd === 'number' ? metres(gsd) : '', typeof size === 'number' && size > 0 ? bytes(size) : ''].filter(Boolean).join(' · ')}
        </span>
      </div>
      <Way item={item} name={name} asset={asset} />
    </li>
  );
}

function Way({ item, name, asset }: { item: Item; name: string; asset: Asset }) {
  const way = accessOf(item)?.download ?? 'no';
  const address = webAddress(asset.href);
  if (way !== 'yes' && way !== 'with_account') return <span class={`way ${way}`}>{t(`files.${way}`)}</span>;
  if (!address) {
    return (
      <span class="way">
        {t('files.notWeb')} <CopyButton text={String(asset.href)} label={t('files.copyAddress')} />
      </span>
    );
  }
  if (way === 'yes') return <Fetch item={item} name={name} />;
  return (
    <span class="way">
      <a class="button" href={address} target="_blank" rel="noopener noreferrer">{t('files.at', { host: isAtGeodes(asset) ? 'GEODES' : hostOf(address) })}</a>{' '}
      <CopyButton text={address} label={t('files.copyAddress')} />
    </span>
  );
}

function Fetch({ item, name }: { item: Item; name: string }) {
  const { api } = useStore();
  const [state, setState] = useState<'idle' | 'asking' | ApiError>('idle');
  const start = async () => {
    setState('asking');
    try {
      await download(api, item, name);
      setState('idle');
    } catch (error) {
      setState(asApiError(error));
    }
  };
  return (
    <span class="way">
      <button type="button" class="primary" disabled={state === 'asking'} onClick={() => void start()}>
        {t(state === 'asking' ? 'files.downloading' : 'files.download')}
      </button>
      {typeof state === 'object' && (
        <span class="problem" role="alert">
          {t('files.failed')} <bdi>{told(state.problem.reason as Told | undefined) ?? state.detail}</bdi>
        </span>
      )}
    </span>
  );
}

/** A media type as people call it. */
function kindOf(type: string | undefined): string {
  const [plain = '', ...more] = (type ?? '').split(';');
  if (more.some((one) => one.includes('geotiff'))) return 'GeoTIFF';
  const known: Record<string, string> = { 'image/tiff': 'TIFF', 'image/jp2': 'JPEG 2000', 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'application/zip': 'ZIP', 'application/json': 'JSON', 'application/xml': 'XML', 'text/xml': 'XML' };
  return known[plain.trim().toLowerCase()] ?? plain.trim().slice(0, 60);
}
