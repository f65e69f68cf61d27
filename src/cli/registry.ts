/**
 * Every command, by name. Adding one is its file in `commands/` and one line here.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import type { Command } from './command.ts';
import { analyse } from './commands/analyse.ts';
import { backup, restore } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { finding, findings } from './commands/findings.ts';
import { query } from './commands/query.ts';
import { read } from './commands/read.ts';
import { sensors } from './commands/sensors.ts';

export const COMMANDS = defineRegistry<Command>()({
  'read': read,
  'query': query,
  'sensors': sensors,
  'analyse': analyse,
  'findings': findings,
  'finding': finding,
  'backup': backup,
  'restore': restore,
  'completion': completionCommand((): readonly Command[] => Object.values(COMMANDS)),
});
