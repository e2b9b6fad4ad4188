import type { Command } from 'commander';
import type { ObjectiveState, StatusView, WindowView } from '../../observe/status/objectives.ts';
import { percent } from '../../observe/status/page.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { formatDuration } from '../human.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';

const MARKS = {
  operational: ['green', '● everything works'],
  degraded: ['yellow', '● something is slower or less sure than it should be'],
  down: ['red', '● calls are not run'],
} as const;
const COLOURS: Readonly<Record<ObjectiveState, 'green' | 'yellow' | 'red' | 'dim'>> = {
  good: 'green',
  at_risk: 'yellow',
  failing: 'red',
  unmeasured: 'dim',
};
const WORDS: Readonly<Record<ObjectiveState, string>> = {
  good: 'kept',
  at_risk: 'at risk',
  failing: 'not kept now',
  unmeasured: 'nothing to judge',
};
const STATE_OF = Object.fromEntries(Object.entries(WORDS).map(([state, words]) => [words, state])) as Record<
  string,
  ObjectiveState
>;

export function define(command: Command): void {
  command
    .description(
      'Shows how the platform keeps its own objectives, from what really happened. As a page: /status of the node.',
    )
    .addHelpText('after', examples(['fob status', ''], ['fob status --json', 'for scripts']))
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const status = await client.json<StatusView>('GET', '/v1/status');
      if (optionsOf(self).json) return printJson(status);
      const [colour, words] = MARKS[status.state];
      print(`${paint(colour, words)}  ${paint('dim', `up for ${formatDuration(status.atMs - status.startedAtMs)}`)}`);
      print('');
      printTable(
        [
          { title: 'OBJECTIVE', decorate: (cell) => paint('bold', cell) },
          { title: 'STATE', decorate: (cell, value) => paint(COLOURS[STATE_OF[value] ?? 'unmeasured'], cell) },
          { title: 'TARGET', align: 'right' },
          { title: '1 H', align: 'right' },
          { title: '24 H', align: 'right', dropOrder: 2 },
          { title: '30 D', align: 'right' },
          { title: 'BUDGET LEFT', align: 'right', dropOrder: 1 },
          { title: 'PROMISE', shrinkTo: 16, wraps: true, dropOrder: 3 },
        ],
        status.objectives.map(({ title, state, target, windows, budgetLeft, promise }) => [
          title,
          WORDS[state],
          percent(target, target),
          shareOf(windows['1h'], target),
          shareOf(windows['24h'], target),
          shareOf(windows['30d'], target),
          budgetLeft === undefined ? '-' : `${Math.max(0, Math.round(budgetLeft * 100))}%`,
          promise,
        ]),
      );
      for (const { figure } of status.objectives) if (figure !== undefined) note(figure);
    });
}

function shareOf({ share }: WindowView, target: number): string {
  return share === undefined ? '-' : percent(share, target);
}
