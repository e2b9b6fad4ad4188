import type { Command } from 'commander';
import { durationInWords, sparkline } from '../../observe/alerts/words.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { formatAge, formatAgo, formatDuration, formatTime } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';
import {
  type AlertView,
  alertPath,
  type ChannelAnswer,
  type FiringAnswer,
  paintSeverity,
  type RoutingAnswer,
} from './api.ts';

const DEFAULT_LIMIT = 20;

/** What fires, what fired, and acknowledgement. */
export function defineFiring(command: Command): void {
  command
    .command('list')
    .summary('list what fires now')
    .description('Lists alerts that fire now, the gravest first.')
    .argument('[function]', 'only those of this function')
    .action(async (name: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const query = name === undefined ? '' : `?${new URLSearchParams({ function: name })}`;
      const { alerts } = await client.json<{ alerts: AlertView[] }>('GET', `/v1/alerts${query}`);
      if (optionsOf(self).json) return printJson(alerts);
      if (alerts.length === 0)
        note(`${name === undefined ? 'nothing fires' : `nothing of ${name} fires`}; what did: fob alert history`);
      else {
        printAlerts(alerts);
        note(`why, and what to do: fob alert show ${alerts[0]!.id}`);
      }
      const [{ channels }, routing] = await Promise.all([
        client.json<{ channels: ChannelAnswer[] }>('GET', alertPath('channels')),
        client.json<RoutingAnswer>('GET', alertPath('routing')),
      ]);
      if (channels.length === 0)
        note('nobody is told of alerts: fob alert channel add <name> slack|webhook|email|function …');
      else if (routing.default.length === 0)
        note('alerts of functions without a channel are told to nobody: fob alert route default <channel>');
      for (const { name: channel, lastError } of channels)
        if (lastError !== undefined) note(`the channel ${channel} does not work: ${lastError.message}`);
    });

  command
    .command('show')
    .summary('show an alert: why it fires, and what to do')
    .description('Shows an alert: what, since when, how bad, the likely cause, and what to do.')
    .argument('<alert>', 'such as errors@pay; fob alert list shows them')
    .action(async (id: string, _options, self: Command) => {
      const alert = await (await clientOf(self)).json<AlertView>('GET', alertPath(id));
      if (optionsOf(self).json) return printJson(alert);
      printAlert(alert);
    });

  command
    .command('ack')
    .summary('acknowledge alerts: somebody looks after them')
    .description('Acknowledges alerts: they are not told again while they go on, unless they get worse.')
    .argument('<alerts...>')
    .option('--note <text>', 'what is being done')
    .option('--undo', 'take it back')
    .addHelpText('after', examples(['fob alert ack errors@pay --note "rolling back"', '']))
    .action(async (ids: string[], _options, self: Command) => {
      const { note: text, undo, json } = optionsOf<{ note?: string; undo?: boolean }>(self);
      const client = await clientOf(self);
      const changed: AlertView[] = [];
      for (const id of ids) {
        const path = `${alertPath(id)}/ack`;
        const alert = undo
          ? await client.json<AlertView>('DELETE', path)
          : await sendJson<AlertView>(client, 'POST', path, { ...(text !== undefined && { note: text }) });
        changed.push(alert);
        if (!json)
          print(
            `${paint('green', '✔')} ${id} is ${undo ? 'not acknowledged any more' : `acknowledged by ${alert.acknowledged?.by}`}`,
          );
      }
      if (json) printJson(changed);
    });

  command
    .command('history')
    .summary('list what fired')
    .description('Lists what fired, the newest first. The last 1,000 are kept.')
    .argument('[function]', 'only of this function')
    .option('-n, --limit <n>', `at most so many; default: ${DEFAULT_LIMIT}`, wholeNumber('--limit', 1))
    .action(async (name: string | undefined, _options, self: Command) => {
      const { limit = DEFAULT_LIMIT, json } = optionsOf<{ limit?: number }>(self);
      const query = new URLSearchParams({
        limit: String(Math.min(limit, 1_000)),
        ...(name !== undefined && { function: name }),
      });
      const { firings } = await (await clientOf(self)).json<{ firings: FiringAnswer[] }>(
        'GET',
        `${alertPath('history')}?${query}`,
      );
      if (json) return printJson(firings);
      if (firings.length === 0) return note('nothing fired yet');
      const now = Date.now();
      printTable(
        [
          { title: 'BEGAN' },
          { title: 'LASTED', align: 'right' },
          { title: 'SEVERITY', decorate: paintSeverity },
          { title: 'ALERT', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
          { title: 'WORST', align: 'right' },
          { title: 'LIMIT', align: 'right', dropOrder: 1 },
          { title: 'ACK', shrinkTo: 6, hideEmpty: true, dropOrder: 2 },
          { title: 'LIKELY CAUSE', apartUnder: 60, hideEmpty: true },
        ],
        firings.map((each) => [
          formatTime(each.sinceMs, now).replace(/\.\d+$/, ''),
          each.resolvedMs === undefined ? 'goes on' : durationInWords(each.resolvedMs - each.sinceMs),
          each.severity,
          each.id,
          each.worst,
          each.limit,
          each.acknowledgedBy ?? '',
          each.cause ?? '',
        ]),
      );
    });
}

function printAlerts(alerts: readonly AlertView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'SEVERITY', decorate: paintSeverity },
      { title: 'ALERT', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
      { title: 'SINCE', align: 'right' },
      { title: 'VALUE', align: 'right' },
      { title: 'LIMIT', align: 'right', dropOrder: 1 },
      { title: 'TOLD', shrinkTo: 8, hideEmpty: true, dropOrder: 2 },
      { title: 'LIKELY CAUSE', apartUnder: 60, hideEmpty: true },
    ],
    alerts.map((alert) => [
      alert.severity,
      alert.id,
      formatAge(alert.sinceMs, now),
      alert.value,
      alert.limit,
      alert.silencedUntilMs !== undefined
        ? `silent for ${formatDuration(alert.silencedUntilMs - now)}`
        : alert.acknowledged !== undefined
          ? `${alert.acknowledged.by} has it`
          : '',
      alert.diagnosis?.causes[0]?.text ?? '',
    ]),
  );
}

function printAlert(alert: AlertView): void {
  const now = Date.now();
  const { diagnosis, acknowledged, silencedUntilMs } = alert;
  print(
    `${paintSeverity(alert.severity.toUpperCase(), alert.severity)} ${paint('bold', alert.id)}${alert.state === 'resolved' ? ' is over' : ''}`,
  );
  const bars =
    diagnosis === undefined || diagnosis.history.every((value) => value === null)
      ? ''
      : `\n${sparkline(diagnosis.history)}  the hour before`;
  const causes = diagnosis?.causes.filter(({ kind }) => kind !== 'error' || diagnosis.error === undefined) ?? [];
  const error = diagnosis?.error;
  printPairs([
    ['what', `${alert.condition}${alert.description === undefined ? '' : `\n${alert.description}`}`],
    ['since', `${formatTime(alert.sinceMs, now)}, ${formatAgo(alert.sinceMs, now)}`],
    ['how bad', `${alert.value} now, ${alert.worst} at worst, limit ${alert.limit}${bars}`],
    ...(alert.owner === undefined ? [] : [['owner', alert.owner] as const]),
    ...(acknowledged === undefined
      ? []
      : [
          [
            'acknowledged',
            `by ${acknowledged.by} ${formatAgo(acknowledged.atMs, now)}${acknowledged.note === undefined ? '' : `: ${acknowledged.note}`}`,
          ] as const,
        ]),
    ...(silencedUntilMs === undefined
      ? []
      : [['silent', `for ${formatDuration(silencedUntilMs - now)} more`] as const]),
    ...causes.map(({ text }, at) => [at === 0 ? 'likely' : 'also', text] as const),
    ...(error === undefined
      ? []
      : [
          [
            'error',
            [
              `${error.type}${error.message === '' ? '' : `: ${error.message}`}`,
              ...(error.place === undefined ? [] : [error.place]),
              `in ${error.count} of ${error.of} failures, for example invocation ${error.invocationId} of version ${error.version}`,
              ...error.log.map((line) => `| ${line}`),
            ].join('\n'),
          ] as const,
        ]),
  ]);
  if (diagnosis === undefined || diagnosis.commands.length === 0) return;
  print('');
  printPairs(diagnosis.commands.map(({ title, command }) => [title.toLowerCase(), command] as const));
}
