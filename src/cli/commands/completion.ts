/**
 * `noroshi completion`: a script for the shell that completes commands, options and closed choices.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { GLOBAL_OPTIONS } from '../parse.ts';

/** Long names of a command's options: `--from`. */
function words(command: Command): string[] {
  return [...command.options, ...GLOBAL_OPTIONS].map((o) => o.flags.split(/[ ,]/).find((w) => w.startsWith('--')) ?? '').filter((w) => w !== '');
}

export function completionScript(shell: string, commands: readonly Command[]): string {
  const names = commands.map((c) => c.name).join(' ');
  switch (shell) {
    case 'bash':
      return `_noroshi() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=( $(compgen -W "${names}" -- "$cur") ); return; fi
  case "\${COMP_WORDS[1]}:$prev" in
${commands.flatMap((c) => c.options.filter((o) => o.choices).map((o) => `    ${c.name}:${o.flags.split(' ')[0]}) COMPREPLY=( $(compgen -W "${(o.choices ?? []).join(' ')}" -- "$cur") ); return ;;`)).join('\n')}
  esac
  case "$cur" in -*) ;; *) COMPREPLY=( $(compgen -f -- "$cur") ); return ;; esac
  case "\${COMP_WORDS[1]}" in
${commands.map((c) => `    ${c.name}) COMPREPLY=( $(compgen -W "${words(c).join(' ')}" -- "$cur") ) ;;`).join('\n')}
  esac
}
complete -o filenames -F _noroshi noroshi ./noroshi
`;
    case 'zsh':
      return `#compdef noroshi
_noroshi() {
  local -a commands
  commands=(
${commands.map((c) => `    '${c.name}:${c.about.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi
  case "$words[2]" in
${commands.map((c) => `    ${c.name}) _arguments ${words(c).map((w) => `'${w}'`).join(' ')} '*:file:_files' ;;`).join('\n')}
  esac
}
_noroshi "$@"
`;
    case 'fish':
      return [
        ...commands.map((c) => `complete -c noroshi -n __fish_use_subcommand -a ${c.name} -d '${c.about.replaceAll("'", "\\'")}'`),
        ...commands.flatMap((c) => words(c).map((w) => `complete -c noroshi -n '__fish_seen_subcommand_from ${c.name}' -l ${w.slice(2)}`)),
        '',
      ].join('\n');
    default:
      throw new OperatorError('usage', { message: `There is no completion for '${shell}'; there is for bash, zsh and fish.` });
  }
}

/** Built over the list of commands, which holds this one too. */
export function completionCommand(commands: () => readonly Command[]): Command & { readonly name: 'completion' } {
  return {
    name: 'completion', args: '<shell>', data: 'none', about: 'A completion script for bash, zsh or fish.', options: [],
    example: 'noroshi completion bash',
    async run(ctx, args) { await ctx.out(completionScript(args[0] ?? '', commands())); },
  };
}
