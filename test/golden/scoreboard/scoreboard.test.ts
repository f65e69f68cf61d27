/** The engines are as good as committed: seeds 1 and 2 of every scenario, compared with docs/scoreboard.json. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { enginesNamed } from '../../../src/engines/registry.ts';
import { compareScoreboards, renderDrops, renderScoreboard } from '../../../src/simulator/scoreboard.ts';
import { BOARD_PATH, QUICK_SEEDS, committedBoard, scored } from './make.ts';

test('docs/scoreboard.md is what docs/scoreboard.json says', () => {
  const board = committedBoard();
  assert.ok(board, 'docs/scoreboard.json is missing: node dist/test/golden/scoreboard/make.js writes it');
  assert.equal(readFileSync(BOARD_PATH.replace('.json', '.md'), 'utf8'), renderScoreboard(board));
});

test('no engine finds less, later, or with more false alerts than committed', async () => {
  const board = committedBoard();
  assert.ok(board);
  const names = board.quick.totals.map((t) => t.engine).filter((name) => name !== 'all');
  const now = await scored(enginesNamed(names), QUICK_SEEDS, (runs) => { assert.ok(runs.length > 0); });
  const drops = compareScoreboards(board.quick, now);
  assert.equal(drops.length, 0, `worse than docs/scoreboard.json:\n${renderDrops(drops)}`);
});
