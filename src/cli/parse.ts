/**
 * Words to a command: commander built from the registry, errors as operator's mistakes, help as text.
 * @module
 */
import { Command as Commander, CommanderError, Option } from 'commander';
import { OperatorError } from '../core/errors.ts';
import type { Command, OptionSpec, Options } from './command.ts';

/** What was asked: a command to run, or text to print (help, version). */
export type Parsed =
  | { readonly kind: 'run'; readonly command: Command; readonly args: readonly string[]; readonly options: Options; readonly dataDir: string; readonly json: boolean; readonly quiet: boolean }
  | { readonly kind: 'print'; readonly text: string };

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--data <dir>', about: 'directory that holds everything (default ./data, or NOROSHI_DATA)' },
  { flags: '--json', about: 'one JSON document, or JSON lines for streams, on stdout' },
  { flags: '--quiet', about: 'no messages and no progress bar' },
];

/** Parses argv (without node and script). Throws OperatorError for usage mistakes. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[], version: string, environment: Readonly<Record<string, string | undefined>>): Parsed {
  let chosen: Parsed | null = null, printed = '';
  const write = { writeOut: (text: string) => { printed += text; }, writeErr: () => {} };
  const program = new Commander('noroshi')
    .description('Early warning from network telescopes: observe attacks together, warn each other in seconds.')
    .version(version).exitOverride().configureOutput(write).showHelpAfterError(false)
    .addHelpText('after', '\nStart here:\n  noroshi up                                      the platform with its portal\n  noroshi read capture.pcap --sensor office       a capture into the store\n  noroshi query "port == 23" --by country         who knocks on telnet\n');
  for (const spec of commands) {
    const sub = program.command(`${spec.name}${spec.args ? ` ${spec.args}` : ''}`).description(spec.about).exitOverride().configureOutput(write);
    for (const option of [...spec.options, ...GLOBAL_OPTIONS]) {
      const built = new Option(option.flags, option.about);
      if (option.choices) built.choices([...option.choices]);
      if (option.fallback !== undefined) built.default(option.fallback);
      sub.addOption(built);
    }
    sub.addHelpText('after', `\nExample:\n  ${spec.example}\n`);
    sub.action((...received: unknown[]) => {
      const options = received[received.length - 2] as Options;
      const args = received.slice(0, -2).flat().filter((a): a is string => typeof a === 'string');
      const data = typeof options['data'] === 'string' ? options['data'] : environment['NOROSHI_DATA'] ?? './data';
      chosen = { kind: 'run', command: spec, args, options, dataDir: data, json: options['json'] === true, quiet: options['quiet'] === true };
    });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    if (error.code === 'commander.help') return { kind: 'print', text: printed || program.helpInformation() };
    if (error.code === 'commander.unknownCommand') throw new OperatorError('unknown-command', { name: argv.find((a) => !a.startsWith('-')) ?? '' });
    throw new OperatorError('usage', { message: sentence(error.message) });
  }
  return chosen ?? { kind: 'print', text: program.helpInformation() };
}

function sentence(message: string): string {
  const bare = message.replace(/^error: /, '').trim();
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}${/[.!?)]$/.test(bare) ? '' : '.'}`;
}
