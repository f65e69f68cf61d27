/**
 * A source that broke off: thrown behind the last good bytes, so that a reader keeps what came before and says why it ended.
 * @module
 */

/** Compressed data that cannot be unfolded further, a file that shrank, a disk error. The message is a clause without a full stop. */
export class SourceDamaged extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SourceDamaged';
  }
}
