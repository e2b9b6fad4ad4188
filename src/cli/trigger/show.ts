import { targetOf } from '../../model/trigger.ts';
import { formatAgo, formatDuration, formatTime } from '../human.ts';
import { note, paint, print, printPairs, printTable } from '../output.ts';
import type { OptionSchema, TriggerView, TypeView } from './api.ts';
import { flagsOf } from './type-options.ts';

type Format = Parameters<typeof paint>[0];

/** Letters of a value that stays on one line: a terminal of 80 cells, less the names. */
const ONE_LINE = 66;

const STATE_FORMATS: Readonly<Record<string, Format>> = {
  running: 'green',
  connecting: 'yellow',
  failed: 'red',
  paused: 'dim',
};

export function printTriggers(triggers: readonly TriggerView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'NAME', shrinkTo: 30, decorate: (cell) => paint('bold', cell) },
      { title: 'FUNCTION', shrinkTo: 8, dropOrder: 2 },
      { title: 'TYPE', dropOrder: 3 },
      { title: 'SOURCE', shrinkTo: 12 },
      { title: 'STATE', decorate: (cell, value) => paint(STATE_FORMATS[value] ?? 'reset', cell) },
      { title: 'NEXT', dropOrder: 1, hideEmpty: true },
      { title: 'WAITING', align: 'right', dropOrder: 4 },
      { title: 'LAG', align: 'right', dropOrder: 5, hideEmpty: true },
      { title: 'LAST ERROR', shrinkTo: 10, dropOrder: 0, hideEmpty: true },
    ],
    triggers.map((trigger) => [
      trigger.name,
      targetOf(trigger),
      trigger.type,
      trigger.summary,
      trigger.state,
      nextOf(trigger, now),
      String(trigger.waiting),
      trigger.waiting === 0 ? '' : formatDuration(trigger.lagMs),
      trigger.lastError?.message ?? '',
    ]),
  );
}

export function printTrigger(trigger: TriggerView, url: string): void {
  const now = Date.now();
  const { counts, delivery, lastError, next, options, state, path } = trigger;
  const json = (name: string, value: unknown): [string, string][] =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : readable(value)]];
  printPairs([
    ['trigger', `${trigger.name}, created ${formatAgo(Date.parse(trigger.createdAt), now)}`],
    ['function', targetOf(trigger)],
    ['source', `${trigger.type} ${trigger.summary}`],
    ...(path === undefined ? [] : ([['address', `${url}${path}`]] as [string, string][])),
    ['state', state],
    ...(lastError === undefined
      ? []
      : ([['last error', `${lastError.message} (${formatAgo(lastError.atMs, now)})`]] as [string, string][])),
    ...(next === undefined
      ? []
      : ([
          [
            'next',
            next.length === 0 ? 'never' : next.map((atMs) => formatTime(atMs, now).replace(/\.000$/, '')).join('\n'),
          ],
        ] as [string, string][])),
    [
      'events',
      `${counts.accepted} accepted, ${counts.filtered} filtered out, ${counts.delivered} delivered, ${counts.lost} lost since the node started`,
    ],
    [
      'waiting',
      trigger.waiting === 0 ? 'nothing' : `${trigger.waiting}, the oldest for ${formatDuration(trigger.lagMs)}`,
    ],
    ...(trigger.lastEventAtMs === undefined
      ? []
      : ([['last event', `${formatAgo(trigger.lastEventAtMs, now)}`]] as [string, string][])),
    ...json('options', options),
    ...json('filter', trigger.filter),
    ...json('mapping', trigger.mapping),
    ...json('order by', trigger.orderBy),
    ...json('delivery', delivery),
  ]);
  if (counts.lost > 0) note(`what was lost: fob events ${trigger.function} --lane ${trigger.name} --state dead`);
}

/** JSON on one line where that is short, else indented: a line that a terminal breaks cannot be read. */
function readable(value: unknown): string {
  const line = JSON.stringify(value);
  return line.length <= ONE_LINE ? line : JSON.stringify(value, undefined, 2);
}

export function printTypes(types: readonly TypeView[]): void {
  printTable(
    [
      { title: 'TYPE', decorate: (cell) => paint('bold', cell) },
      { title: 'WHAT IT IS', shrinkTo: 30, wraps: true },
      { title: 'OPTIONS', shrinkTo: 20, wraps: true },
    ],
    types.map((type) => [
      type.name,
      type.summary,
      flagsOf(type)
        .map(({ flag }) => flag)
        .join(' '),
    ]),
  );
  note('\nfob trigger types <type> explains the options of one');
}

export function printType(type: TypeView): void {
  print(`${paint('bold', type.name)}: ${type.summary}\n`);
  const required = new Set(type.options.required);
  printPairs(
    flagsOf(type).map(({ flag, name, schema }) => {
      const must = required.has(name) && schema.default === undefined ? 'needed' : undefined;
      const notes = [must, ...notesOf(schema)].filter((each) => each !== undefined);
      return [
        flag,
        [schema.description, notes.length === 0 ? undefined : `(${notes.join(', ')})`].filter(Boolean).join(' '),
      ];
    }),
  );
}

function notesOf(schema: OptionSchema): (string | undefined)[] {
  const { enum: choices, default: fallback, format } = schema;
  return [
    choices === undefined ? undefined : `one of ${choices.join(', ')}`,
    format === 'secret' ? 'secret: @file reads it from a file' : undefined,
    fallback === undefined || fallback === '' ? undefined : `default ${JSON.stringify(fallback)}`,
  ];
}

function nextOf({ next }: TriggerView, now: number): string {
  const first = next?.[0];
  return first === undefined ? '' : `in ${formatDuration(Math.max(0, Math.round((first - now) / 1_000) * 1_000))}`;
}
