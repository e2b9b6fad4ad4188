import type { Command } from 'commander';
import { optionsOf } from '../command-line.ts';
import { print, printJson } from '../output.ts';
import { projectVersion } from '../project.ts';

export function define(command: Command): void {
  command.action((_options, self: Command) => {
    const version = projectVersion();
    if (optionsOf(self).json) printJson({ version, node: process.versions.node });
    else print(`fob ${version} (Node.js ${process.versions.node})`);
  });
}
