/**
 * Generated pages say what the code says.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDocs } from '../../scripts/render-docs.ts';
import { projectRoot } from '../needs.ts';

/** Pages that are missing or differ. */
function stale(pages: ReadonlyMap<string, string>): string[] {
  return [...pages].filter(([path, text]) => !existsSync(join(projectRoot, path)) || readFileSync(join(projectRoot, path), 'utf8') !== text).map(([path]) => path);
}

test('the generated pages are current (npm run docs writes them)', () => assert.deepEqual(stale(renderDocs()), []));
test('the rule bites: another text is stale', () => assert.deepEqual(stale(new Map([['docs/errors.md', 'other']])), ['docs/errors.md']));
