/**
 * A growing buffer with a limit: what a reader holds of an unfinished line or object.
 *
 * Beyond `limit` bytes only the first `kept` stay, and `overlong` says so. Cost: amortised O(1) a byte (doubling).
 * @module
 */

export class HeldBytes {
  private buffer = new Uint8Array(1_024);
  private readonly limit: number;
  private readonly kept: number;
  length = 0;
  overlong = false;

  constructor(limit: number, kept: number) {
    this.limit = limit;
    this.kept = kept;
  }

  get empty(): boolean {
    return this.length === 0 && !this.overlong;
  }

  push(piece: Uint8Array): void {
    if (this.overlong || piece.length === 0) return;
    if (this.length + piece.length > this.limit) {
      const room = this.kept - this.length;
      if (room > 0) this.append(piece.subarray(0, room));
      this.length = Math.min(this.length, this.kept);
      this.overlong = true;
      return;
    }
    this.append(piece);
  }

  private append(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
      grown.set(this.buffer.subarray(0, this.length));
      this.buffer = grown;
    }
    this.buffer.set(piece, this.length);
    this.length = needed;
  }

  /** What is held (valid until the next push), and starts afresh. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    this.overlong = false;
    return bytes;
  }
}
