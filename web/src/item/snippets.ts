/** Lines that people run elsewhere: an Item by curl and by pystac-client, and its files where they may have them. */

import { downloadPath, downloadsOf, type Item, isReady, itemPath } from '../core/stac';

/** The variable that holds the API key. As a bearer's, for both clients leave it out when another host is redirected to. */
export const KEY_VARIABLE = 'MOISSON_KEY';

export interface Asked {
  /** The API's own address, without slash at its end. */
  api: string;
  /** Who asks shows a key. */
  signedIn: boolean;
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as Python writes it: JSON's form is one of Python's, but for characters beyond the BMP, which both read as they are. */
export function pythonText(text: string): string {
  return JSON.stringify(text);
}

export function curlOf(item: Item, { api, signedIn }: Asked): string {
  const header = signedIn ? ` -H "Authorization: Bearer $${KEY_VARIABLE}"` : '';
  const lines = [`curl -sS${header} ${shellWord(api + itemPath(item))}`];
  const [file] = filesOf(item, signedIn);
  if (file) lines.push(`curl -L${header} -o ${shellWord(fileName(file.key, file.href))} ${shellWord(api + downloadPath(item, file.key))}`);
  return `${lines.join('\n')}\n`;
}

export function pythonOf(item: Item, { api, signedIn }: Asked): string {
  const [file] = filesOf(item, signedIn);
  const lines = [
    `# pip install pystac-client`,
    ...(signedIn ? ['import os', ''] : []),
    ...(file ? ['import requests'] : []),
    'from pystac_client import Client',
    '',
    ...(signedIn ? [`headers = {"Authorization": f"Bearer {os.environ['${KEY_VARIABLE}']}"}`] : []),
    `catalog = Client.open(${pythonText(`${api}/`)}${signedIn ? ', headers=headers' : ''})`,
    `search = catalog.search(collections=[${pythonText(item.collection)}], ids=[${pythonText(item.id)}])`,
    'item = next(search.items())',
    'print(item.datetime, sorted(item.assets))',
  ];
  if (file) {
    lines.push(
      '',
      `address = ${pythonText(api + downloadPath(item, file.key))}`,
      `with requests.get(address${signedIn ? ', headers=headers' : ''}, stream=True, timeout=60) as answer:`,
      '    answer.raise_for_status()',
      `    with open(${pythonText(fileName(file.key, file.href))}, "wb") as file:`,
      '        for chunk in answer.iter_content(1_000_000):',
      '            file.write(chunk)',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Files that the API leads to at once; those that want an account at the archive are had there. */
function filesOf(item: Item, signedIn: boolean): { key: string; href: string }[] {
  const access = item.properties['moisson:access'];
  if (!signedIn || !isReady(item) || access?.download !== 'yes') return [];
  return downloadsOf(item).map(([key, { href }]) => ({ key, href }));
}

/** The file's own name; the asset's where its address has none. Nothing that leads out of a folder. */
function fileName(key: string, href: string): string {
  let last = '';
  try {
    last = decodeURIComponent(new URL(href).pathname.split('/').pop() ?? '');
  } catch {
    // No address: the key is the name.
  }
  const name = (last || key).replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[.-]+/, '').slice(0, 100);
  return name || 'file';
}
