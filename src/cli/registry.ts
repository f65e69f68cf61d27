/**
 * Every command, by name. Adding one is its file in `commands/` and one line here.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import type { Command } from './command.ts';
import { admin, audit, keys } from './commands/access.ts';
import { analyse } from './commands/analyse.ts';
import { backup, restore } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { discover } from './commands/discover.ts';
import { finding, findings } from './commands/findings.ts';
import { listen } from './commands/listen.ts';
import { query } from './commands/query.ts';
import { read } from './commands/read.ts';
import { score } from './commands/score.ts';
import { sensors } from './commands/sensors.ts';
import { simulate } from './commands/simulate.ts';
import { up } from './commands/up.ts';

export const COMMANDS = defineRegistry<Command>()({
  'up': up,
  'read': read,
  'listen': listen,
  'query': query,
  'sensors': sensors,
  'analyse': analyse,
  'findings': findings,
  'finding': finding,
  'discover': discover,
  'simulate': simulate,
  'score': score,
  'keys': keys,
  'admin': admin,
  'audit': audit,
  'backup': backup,
  'restore': restore,
  'completion': completionCommand((): readonly Command[] => Object.values(COMMANDS)),
});
