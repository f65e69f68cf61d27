/**
 * Alerts as JSON lines: one message a line, to a file or standard output.
 *
 * The writer is handed in by `cli/`; it resolves when the line is written (for a file: appended whole, so that a reader sees only
 * complete lines). A failure to write is tried later: a full disc is mended by people.
 * @module
 */
import type { AlertSink } from '../../findings/alerts.ts';

export function jsonLinesSink(name: string, write: (line: string) => Promise<void> | void): AlertSink {
  return {
    name,
    async send(message) {
      try { await write(`${JSON.stringify(message)}\n`); } catch (error) {
        return { kind: 'later', reason: error instanceof Error ? error.message : String(error) };
      }
      return { kind: 'delivered' };
    },
  };
}
