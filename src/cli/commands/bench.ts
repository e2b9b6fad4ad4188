import { join } from 'node:path';
import type { Command } from 'commander';
import { optionsOf } from '../command-line.ts';
import { runNode } from '../machine/run-node.ts';
import { PROJECT_FOLDER } from '../project.ts';

export function define(command: Command): void {
  command
    .argument('[options...]', 'options of the benchmark: fob bench -- --help lists them')
    .description(
      'Measures fob beside bare node:http, workerd and functions-framework in one run on this machine, and writes ' +
        'bench/RESULTS.md.',
    )
    .allowUnknownOption()
    .action(async (words: string[], _options, self: Command) => {
      const json = optionsOf(self).json ? ['--json'] : [];
      process.exitCode = await runNode([join(PROJECT_FOLDER, 'bench', 'main.ts'), ...json, ...words], {
        // What the script `fob` started this from: nodes are measured as it starts them.
        FOB_BENCH_MAIN: process.argv[1],
      });
    });
}
