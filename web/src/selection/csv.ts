/** Tables as text: RFC 4180, and nothing in them that a spreadsheet would take for a formula. */

// Whatever spaces and marks stand before it; full-width signs count too.
const FORMULA = /^[\s\u0000-\u001f\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠]|^[\t\r\n]/;
// Where semicolons divide a table, as in French, one within a cell may be taken for its end.
const NEXT_CELL = /(?<=[^\s;])([;\t\r\n][\s"']*)(?=[=+\-@|%＝＋－＠])/g;

/** Rows of cells, quoted, with CRLF; a byte order mark first, by which spreadsheets know it for UTF-8. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

function cell(value: string | number | null): string {
  if (value === null) return '""';
  const text = typeof value === 'number' ? String(value) : safe(value);
  return `"${text.replaceAll('"', '""')}"`;
}

/** A text that no spreadsheet takes for a formula. */
export function safe(value: string): string {
  const text = value.replace(NEXT_CELL, "$1'");
  return FORMULA.test(text) ? `'${text}` : text;
}
