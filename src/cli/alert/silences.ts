import type { Command } from 'commander';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration, parseDurationMs } from '../human.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';
import { alertPath, type SilenceAnswer } from './api.ts';

interface SilenceOptions {
  readonly for?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly tag?: string;
}

/** Silences: what nobody is told of for a while. */
export function defineSilences(command: Command): void {
  command
    .command('silence')
    .summary('tell nobody for a while')
    .description(
      'Silences alerts for a while: they are recorded, and nobody is told. What still fires afterwards is told then.',
    )
    .argument('[what]', "a function, or an alert such as errors@pay; * stands for any part: 'pay-*', 'errors@*'")
    .option('--for <duration>', 'for how long, such as 30m or 2h; at most 30d')
    .option('--reason <text>', 'why; whoever looks sees it')
    .option('--owner <owner>', 'only of functions of this owner')
    .option('--tag <name=value>', 'only of functions with this tag')
    .addHelpText(
      'after',
      examples(
        ['fob alert silence pay --for 2h --reason "moving its database"', ''],
        ['fob alert silence \'lag@*\' --owner team-a --for 1d --reason "known, see the board"', ''],
      ),
    )
    .action(async (what: string | undefined, _options, self: Command) => {
      const { for: duration, reason, owner, tag, json } = optionsOf<SilenceOptions>(self);
      if (duration === undefined) throw new Failure(EXIT.usage, 'say for how long: --for 2h');
      if (reason === undefined || reason === '')
        throw new Failure(EXIT.usage, 'say why: --reason "moving its database"');
      const target =
        what === undefined ? {} : what.includes('@') || what === '*' ? { alert: what } : { function: what };
      const silence = await sendJson<SilenceAnswer>(await clientOf(self), 'POST', alertPath('silences'), {
        ...target,
        ...(owner !== undefined && { owner }),
        ...(tag !== undefined && { tag }),
        forMs: parseDurationMs(duration, '--for'),
        reason,
      });
      if (json) return printJson(silence);
      print(
        `${paint('green', '✔')} silent for ${formatDuration(silence.untilMs - Date.now())}: fob alert unsilence ${silence.id} ends it`,
      );
    });

  command
    .command('silences')
    .summary('list silences')
    .description('Lists silences.')
    .action(async (_options, self: Command) => {
      const { silences } = await (await clientOf(self)).json<{ silences: SilenceAnswer[] }>(
        'GET',
        alertPath('silences'),
      );
      if (optionsOf(self).json) return printJson(silences);
      if (silences.length === 0) return note('no silences; fob alert silence <function> --for 2h --reason … makes one');
      const now = Date.now();
      printTable(
        [
          { title: 'SILENCE' },
          { title: 'WHAT', shrinkTo: 12, decorate: (cell) => paint('bold', cell) },
          { title: 'FOR', align: 'right' },
          { title: 'BY', shrinkTo: 8 },
          { title: 'REASON', shrinkTo: 12 },
        ],
        silences.map((each) => [each.id, whatOf(each), formatDuration(each.untilMs - now), each.by, each.reason]),
      );
    });

  command
    .command('unsilence')
    .summary('end silences')
    .description('Ends silences.')
    .argument('<silences...>', 'their ids; fob alert silences shows them')
    .action(async (ids: string[], _options, self: Command) => {
      const client = await clientOf(self);
      for (const id of ids) {
        await client.json('DELETE', alertPath('silences', id));
        if (!optionsOf(self).json) print(`${paint('green', '✔')} the silence ${id} is over`);
      }
      if (optionsOf(self).json) printJson({ removed: ids });
    });
}

function whatOf({ alert, function: name, owner, tag }: SilenceAnswer): string {
  return [alert, name, owner && `owner ${owner}`, tag && `tag ${tag}`].filter(Boolean).join(', ');
}
