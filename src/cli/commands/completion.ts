import type { Command } from 'commander';
import { examples } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { print } from '../output.ts';

/** Each asks `fob __complete` with the words so far, the last one unfinished, and takes one candidate a line. */
const SCRIPTS = {
  bash: `_fob_complete() {
  local word="\${COMP_WORDS[COMP_CWORD]}" candidates
  candidates="$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" || return
  if [ -z "$candidates" ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
  COMPREPLY=($(compgen -W "$candidates" -- "$word"))
}
complete -o filenames -F _fob_complete fob ./fob`,
  zsh: `#compdef fob ./fob
_fob() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,$CURRENT]}" 2>/dev/null)}")
  if [[ -z "\${candidates[1]}" ]]; then _files; else compadd -- "\${candidates[@]}"; fi
}
compdef _fob fob ./fob`,
  fish: `function __fob_complete
  set -l words (commandline -opc) (commandline -ct)
  command $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c fob -f -a '(__fob_complete)'
complete -c fob -n '__fish_seen_subcommand_from deploy backup restore' -F`,
};

export function define(command: Command): void {
  command
    .argument('<shell>', `one of ${Object.keys(SCRIPTS).join(', ')}`)
    .description(
      'Prints a script that completes commands, options, and the names of functions, which the node is asked for.',
    )
    .addHelpText(
      'after',
      examples(
        ['source <(fob completion bash)', 'in ~/.bashrc'],
        ['source <(fob completion zsh)', 'in ~/.zshrc'],
        ['fob completion fish > ~/.config/fish/completions/fob.fish', ''],
      ),
    )
    .action((shell: string) => {
      if (!Object.hasOwn(SCRIPTS, shell)) {
        throw new Failure(EXIT.usage, `"${shell}" is none of ${Object.keys(SCRIPTS).join(', ')}`);
      }
      print(SCRIPTS[shell as keyof typeof SCRIPTS]);
    });
}
