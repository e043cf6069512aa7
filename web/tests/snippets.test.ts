import { describe, expect, it } from 'vitest';
import { otherLinks, webAddress } from '../src/item/addresses';
import { curlOf, pythonOf, shellWord } from '../src/item/snippets';
import { makeItem } from './item';

type Run = (command: string, words: string[], options?: { input: string }) => { toString: () => string };
// Its types would be a package of their own.
const { execFileSync } = (await import('node:child_process' as string)) as { execFileSync: Run };

const API = 'https://moisson.example.org';
const HOSTILE = `a'b"c\\d $(id) \`id\` \n{x} é\u{1f600} </script>`;

describe('lines for a shell', () => {
  it('hold a text as one word, whatever is in it', () => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(HOSTILE)}`]).toString()).toBe(HOSTILE);
  });

  it('show a key only for those who have one, in a header that is not sent on to another host', () => {
    expect(curlOf(makeItem(), { api: API, signedIn: false })).toBe(`curl -sS ${API}/collections/dinamis-pleiades/items/scene-1\n`);
    expect(curlOf(makeItem(), { api: API, signedIn: true })).toContain('-H "Authorization: Bearer $MOISSON_KEY"');
  });

  it('write no file outside of the folder', () => {
    const item = makeItem({ assets: { a: { href: 'https://store.example.org/%2e%2e%2f.bashrc' } } });
    expect(curlOf(item, { api: API, signedIn: true })).toContain(' -o _.bashrc ');
  });
});

describe('lines for Python', () => {
  it.each([makeItem(), makeItem({ id: HOSTILE, collection: HOSTILE, assets: { [HOSTILE]: { href: 'https://a.example.org/x' } } })])('can be read by Python', (item) => {
    for (const signedIn of [false, true]) {
      const code = pythonOf(item, { api: API, signedIn });
      execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
    }
  });

  it('leave the download out of what is had at its archive', () => {
    expect(pythonOf(makeItem({ access: { download: 'with_account' } }), { api: API, signedIn: true })).not.toContain('requests');
  });
});

describe('addresses that others wrote', () => {
  it.each(['javascript:alert(1)', 'data:text/html,x', 's3://a/b', 'file:///etc/passwd', '//x', '', null, 7])('%j is no link', (href) => {
    expect(webAddress(href)).toBeNull();
  });

  it('are shown once, without those of the API itself', () => {
    const link = (rel: string, href: string) => ({ rel, href });
    const links = [link('self', 'https://a/'), link('via', 'https://v/'), link('canonical', 'https://v/'), link('about', 'https://b/'), link('about', 'javascript:1')];
    expect(otherLinks(makeItem({ links }))).toEqual([link('about', 'https://b/')]);
  });
});
