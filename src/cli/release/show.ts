import { sharesText } from '../../model/alias.ts';
import { harmless } from '../../model/harmless.ts';
import type { VersionNumbers } from '../../model/release.ts';
import { formatAge, formatAgo, formatDuration, formatTime } from '../human.ts';
import { paint, print, printPairs, printTable } from '../output.ts';
import type { AliasView, ReleaseView, VersionView } from './api.ts';

type Format = Parameters<typeof paint>[0];

const STATE_FORMATS: Readonly<Record<string, Format>> = {
  running: 'cyan',
  paused: 'yellow',
  promoted: 'green',
  rolled_back: 'red',
  aborted: 'yellow',
};

/** Entries of a release that people are shown. */
const SHOWN_ENTRIES = 12;

export function printVersions(versions: readonly VersionView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'VERSION', align: 'right', decorate: (cell) => paint('bold', cell) },
      { title: 'SERVES', decorate: (cell) => paint('green', cell) },
      { title: 'ALIASES', shrinkTo: 8, hideEmpty: true },
      { title: 'MADE', align: 'right' },
      { title: 'BY', shrinkTo: 6, dropOrder: 2 },
      { title: 'COMMIT', hideEmpty: true, dropOrder: 3 },
      { title: 'PUBLISHED', shrinkTo: 10, hideEmpty: true, dropOrder: 1 },
      { title: 'CODE', dropOrder: 5 },
      { title: 'MESSAGE', shrinkTo: 10, hideEmpty: true, dropOrder: 4 },
    ],
    versions.map(({ version, serves, aliases, createdAt, origin, how, publication, code }) => [
      String(version),
      serves ? 'serves' : '',
      aliases.map(({ alias, weight }) => (weight === 100 ? alias : `${alias} ${weight}%`)).join(', '),
      formatAge(Date.parse(createdAt), now),
      origin?.by ?? '',
      origin?.git === undefined ? '' : `${origin.git.commit.slice(0, 10)}${origin.git.clean ? '' : '+'}`,
      publication === undefined ? '' : publication.description || 'yes',
      code.sha256.slice(0, 8),
      how === 'configure'
        ? ['settings changed', origin?.message].filter(Boolean).join(': ')
        : (origin?.message ?? origin?.git?.subject ?? ''),
    ]),
  );
}

export function printAliases(aliases: readonly AliasView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'ALIAS', decorate: (cell) => paint('bold', cell) },
      { title: 'VERSIONS' },
      { title: 'MOVED', align: 'right' },
      { title: 'BY', shrinkTo: 6 },
      { title: 'STICKS BY', shrinkTo: 8, hideEmpty: true, dropOrder: 2 },
      { title: 'RELEASE', shrinkTo: 10, hideEmpty: true, dropOrder: 1 },
      { title: 'DESCRIPTION', shrinkTo: 8, hideEmpty: true, dropOrder: 3 },
    ],
    aliases.map(({ name, versions, updatedAt, updatedBy, stickyBy, release, description }) => [
      name,
      percentText(versions),
      formatAge(Date.parse(updatedAt), now),
      updatedBy,
      stickyBy ?? '',
      release === undefined ? '' : shortState(release),
      description,
    ]),
  );
}

export function printAlias(alias: AliasView): void {
  const now = Date.now();
  const { release } = alias;
  printPairs([
    ['alias', `${alias.function}:${alias.name}`],
    ['versions', percentText(alias.versions)],
    ...pairIf('description', alias.description),
    ...pairIf('sticks by', alias.stickyBy),
    ['revision', String(alias.revision)],
    ...(release === undefined ? [] : pairIf('release', shortState(release))),
    [
      'moves',
      alias.moves
        .toReversed()
        .map(
          ({ versions, at, by, how }) => `${formatTime(Date.parse(at), now)}  ${sharesText(versions)}  ${how} by ${by}`,
        )
        .join('\n'),
    ],
  ]);
}

export function printReleases(releases: readonly ReleaseView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'FUNCTION', shrinkTo: 10, decorate: (cell) => paint('bold', cell) },
      { title: 'ALIAS', shrinkTo: 6 },
      { title: 'FROM', align: 'right' },
      { title: 'TO', align: 'right' },
      { title: 'STATE', decorate: (cell, state) => paint(STATE_FORMATS[state.replace(' ', '_')] ?? 'reset', cell) },
      { title: 'NEW GETS', align: 'right', dropOrder: 2 },
      { title: 'STARTED', align: 'right', dropOrder: 1 },
      { title: 'BY', shrinkTo: 6, dropOrder: 3 },
      { title: 'WHY', shrinkTo: 16, dropOrder: 0, hideEmpty: true },
    ],
    releases.map((release) => [
      release.function,
      release.alias,
      String(release.from),
      String(release.to),
      stateText(release),
      `${release.percent}%`,
      formatAge(Date.parse(release.startedAt), now),
      release.startedBy,
      release.report?.why ?? '',
    ]),
  );
}

export function printRelease(release: ReleaseView): void {
  const now = Date.now();
  const { report, rules, startedAt, entries } = release;
  const numbers = report ?? release.numbers;
  printPairs([
    ['release', `version ${release.to} by ${release.function}:${release.alias}, in place of version ${release.from}`],
    ['state', stateText(release)],
    ...pairIf('why', report?.why),
    ['new gets', `${release.percent}% of the calls`],
    ['steps', `${release.steps.map((share) => `${share}%`).join(', ')}; each takes ${formatDuration(release.everyMs)}`],
    [
      'rules',
      [
        `after ${rules.minCalls} calls, over ${formatDuration(rules.windowMs)}`,
        `errors at most ${rules.maxErrorIncrease} percentage points more`,
        `p90 at most ${rules.maxLatencyFactor} times, or ${formatDuration(rules.minLatencyIncreaseMs)} more`,
        ...(rules.waitForCalls ? ['a step waits for that many calls'] : []),
        ...(rules.alarms.length === 0 ? [] : [`alarms: ${rules.alarms.join(', ')}`]),
      ].join('\n'),
    ],
    ['started', `${formatTime(Date.parse(startedAt), now)} by ${release.startedBy}`],
    ...(release.endedAt === undefined
      ? []
      : pairIf(
          'ended',
          `${formatTime(Date.parse(release.endedAt), now)}, after ${formatDuration(Date.parse(release.endedAt) - Date.parse(startedAt))}`,
        )),
  ]);
  if (numbers !== undefined) {
    print('');
    printNumbers(numbers.old, numbers.new);
  }
  if (report?.failures !== undefined) {
    print('');
    print(paint('dim', `failures of version ${release.to}`));
    for (const { invocationId, type, message } of report.failures)
      print(harmless(`${invocationId}  ${type}: ${message}`));
  }
  print('');
  for (const entry of entries.slice(-SHOWN_ENTRIES)) {
    const what = entry.what.replace('_', ' ');
    print(harmless(`${formatTime(Date.parse(entry.at), now)}  ${what}, ${entry.percent}%  (${entry.by})`));
  }
}

function printNumbers(old: VersionNumbers, fresh: VersionNumbers): void {
  printTable(
    [
      { title: '' },
      { title: 'VERSION', align: 'right' },
      { title: 'CALLS', align: 'right' },
      { title: 'FAILED', align: 'right' },
      { title: 'ERRORS', align: 'right' },
      { title: 'P50', align: 'right' },
      { title: 'P90', align: 'right' },
      { title: 'P99', align: 'right' },
    ],
    [['old', old] as const, ['new', fresh] as const].map(
      ([name, { version, calls, errors, errorRate, p50Ms, p90Ms, p99Ms }]) => [
        name,
        String(version),
        String(calls),
        String(errors),
        `${errorRate}%`,
        ...(calls === 0 ? ['-', '-', '-'] : [p50Ms, p90Ms, p99Ms].map(formatDuration)),
      ],
    ),
  );
}

/** `3`, or `3 (90%), 4 (10%)`. */
export function percentText(versions: AliasView['versions']): string {
  if (versions.length === 1) return String(versions[0]!.version);
  return versions.map(({ version, weight }) => `${version} (${weight}%)`).join(', ');
}

function stateText({ state }: ReleaseView): string {
  return state.replace('_', ' ');
}

function shortState(release: ReleaseView): string {
  const { to, state, percent, endedAt } = release;
  const when = endedAt === undefined ? '' : ` ${formatAgo(Date.parse(endedAt), Date.now())}`;
  if (state === 'running' || state === 'paused') return `${to} at ${percent}%, ${state}`;
  return `${to} ${stateText(release)}${when}`;
}

function pairIf(name: string, value: string | undefined): [string, string][] {
  return value === undefined || value === '' ? [] : [[name, value]];
}
