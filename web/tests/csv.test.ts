import { describe, expect, it } from 'vitest';
import { csv, safe } from '../src/selection/csv';

describe('a table as CSV', () => {
  it('quotes every cell, doubles quotes and ends lines with CRLF', () => {
    expect(csv([['a', 'b"c'], [1.5, null], ['d,e', 'f\ng']])).toBe('\ufeff"a","b""c"\r\n"1.5",""\r\n"d,e","f\ng"\r\n');
  });

  it.each(['=1+1', '+cmd', '-2', '@SUM(A1)', '|calc', '\t=1', ' \u200b=1', '＝1', '\n=1'])('lets no spreadsheet take %j for a formula', (text) => {
    expect(safe(text).startsWith("'")).toBe(true);
  });

  it('lets no cell within a cell be taken for one, where semicolons divide', () => {
    expect(safe('harmless;=HYPERLINK(1)')).toBe("harmless;'=HYPERLINK(1)");
  });

  it.each(['DS_PHR1A', 'Pléiades 1A', 'a=b', '2024-05-31', ''])('leaves %j as it is', (text) => {
    expect(safe(text)).toBe(text);
  });
});
