import type { Command } from 'commander';
import { collect } from '../command-line.ts';

/** The options that `plan` and `apply` have in common. */
export function addProjectOptions(command: Command): Command {
  return command
    .option('-f, --file <path>', 'the project file, or its folder; default: fob.yaml')
    .option('-e, --env <name>', 'an environment of the file')
    .option('--var <name=value>', 'a variable; may be given again', collect);
}
