/**
 * Tables for people on a terminal: columns aligned, numbers to the right, outside text made harmless.
 * @module
 */

/** Replaces control characters (terminal escapes sent by attackers) with a visible dot. */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}

/** Width on a terminal: wide East Asian characters count two. */
function width(text: string): number {
  let w = 0;
  for (const char of text) w += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1;
  return w;
}

/** Rows as text with a header line and a rule below it. Numbers are grouped by thousands. */
export function table(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : harmless(cell ?? '–'))));
  const widths = header.map((title, c) => Math.max(width(title), ...cells.map((row) => width(row[c] ?? ''))));
  const numeric = header.map((_, c) => rows.length > 0 && rows.every((row) => typeof row[c] === 'number' || row[c] === null));
  const format = (row: readonly string[]) => row.map((cell, c) => {
    const pad = ' '.repeat(Math.max(0, (widths[c] ?? 0) - width(cell)));
    return numeric[c] ? pad + cell : cell + pad;
  }).join('  ').trimEnd();
  return [format(header), widths.map((w) => '─'.repeat(w)).join('  '), ...cells.map(format)].join('\n') + '\n';
}
