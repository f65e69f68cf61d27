/**
 * A sentence in pieces: plain words, weighty words, a port that is a handle, and the one thing that needs a human.
 * @module
 */
export type Segment = string | { readonly b: string } | { readonly hot: string } | { readonly port: string };

/** The same sentence as plain text, for titles and screen readers. */
export function plain(segments: readonly Segment[]): string {
  return segments.map((s) => (typeof s === 'string' ? s : 'b' in s ? s.b : 'hot' in s ? s.hot : s.port)).join('');
}
