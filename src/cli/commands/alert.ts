import type { Command } from 'commander';
import { defineChannels } from '../alert/channels.ts';
import { defineDefaults } from '../alert/defaults.ts';
import { defineFiring } from '../alert/firing.ts';
import { defineRules } from '../alert/rules.ts';
import { defineSilences } from '../alert/silences.ts';
import { examples } from '../command-line.ts';

export function define(command: Command): void {
  command
    .description('Alerts: what is watched, what fires, and who is told. Every function is watched from the start.')
    .addHelpText(
      'after',
      examples(
        ['fob alert list', 'what fires now'],
        ['fob alert show errors@pay', 'why, and what to do'],
        ['fob alert channel add ops slack https://hooks.slack.com/services/…', ''],
        ['fob alert route default ops', 'who is told, unless a rule says'],
        ["fob alert add pay-slow --function pay --when 'p99(duration) > 2s over 10m' --notify ops", ''],
        ['fob alert silence pay --for 2h --reason "moving its database"', ''],
      ),
    );
  defineFiring(command);
  defineSilences(command);
  defineRules(command);
  defineDefaults(command);
  defineChannels(command);
}
