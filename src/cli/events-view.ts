import { isUtf8 } from 'node:buffer';
import { harmless } from '../model/harmless.ts';
import { formatTarget } from '../model/target.ts';
import { formatAge, formatDuration, formatTime } from './human.ts';
import { paint, print, printPairs, printTable } from './output.ts';

/** An event as the API shows it. */
export interface EventView {
  readonly eventId: string;
  readonly function: string;
  /** The version or alias that it is for; absent: what serves. */
  readonly qualifier?: string;
  readonly lane: string;
  readonly state: string;
  readonly attempts: number;
  readonly acceptedAtMs: number;
  readonly dueAtMs?: number;
  readonly endedAtMs?: number;
  readonly invocationId?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: string;
  readonly sourceId?: string;
  readonly event?: unknown;
  readonly payload?: unknown;
  readonly contentType?: string;
}

export interface LaneView {
  readonly function: string;
  readonly lane: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly running: number;
  readonly dead: number;
  readonly oldestAgeMs: number;
  readonly drainMs?: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly lost: number;
}

const COLOURS: Readonly<Record<string, 'green' | 'red' | 'yellow' | 'cyan'>> = {
  delivered: 'green',
  running: 'cyan',
  waiting: 'yellow',
  dead: 'red',
  expired: 'red',
  dropped: 'red',
};

const warning = (cell: string, value: string) => (value === '0' ? cell : paint('red', cell));

/** How lanes stand, one line each. */
export function printLanes(lanes: readonly LaneView[]): void {
  printTable(
    [
      { title: 'FUNCTION', shrinkTo: 8 },
      { title: 'LANE', shrinkTo: 8 },
      { title: 'WAITING', align: 'right' },
      { title: 'DELAYED', align: 'right', dropOrder: 3 },
      { title: 'RUNNING', align: 'right', dropOrder: 4 },
      { title: 'DEAD', align: 'right', decorate: warning },
      { title: 'OLDEST', align: 'right', dropOrder: 2 },
      { title: 'EMPTY IN', align: 'right', dropOrder: 1 },
      { title: 'DELIVERED', align: 'right', dropOrder: 5 },
      { title: 'LOST', align: 'right', dropOrder: 0, decorate: warning },
    ],
    lanes.map((lane) => [
      lane.function,
      lane.lane,
      String(lane.waiting),
      String(lane.delayed),
      String(lane.running),
      String(lane.dead),
      lane.waiting === 0 ? '-' : formatDuration(lane.oldestAgeMs),
      lane.drainMs === undefined || lane.waiting === 0 ? '-' : formatDuration(lane.drainMs),
      String(lane.delivered),
      String(lane.lost),
    ]),
  );
}

/** Events, one line each. */
export function printEvents(events: readonly EventView[], now: number): void {
  printTable(
    [
      { title: 'EVENT' },
      { title: 'LANE', shrinkTo: 6, dropOrder: 3 },
      { title: 'STATE', decorate: (cell, state) => paint(COLOURS[state] ?? 'reset', cell) },
      { title: 'AGE', align: 'right', dropOrder: 1 },
      { title: 'ATTEMPTS', align: 'right', dropOrder: 4 },
      { title: 'NEXT', align: 'right', dropOrder: 2, hideEmpty: true },
      { title: 'ERROR', shrinkTo: 10, dropOrder: 0, hideEmpty: true },
    ],
    events.map((event) => [
      event.eventId,
      event.lane,
      event.state,
      formatAge(event.acceptedAtMs, now),
      String(event.attempts),
      nextOf(event, now),
      errorOf(event),
    ]),
  );
}

/** One event with what is in it. */
export function printEvent(event: EventView, now: number): void {
  const content = event.event ?? readableText(event) ?? event.payload;
  printPairs([
    ['event', event.eventId],
    ['function', formatTarget(event)],
    ['lane', event.lane],
    ['state', event.state],
    ['accepted', formatTime(event.acceptedAtMs, now)],
    ...pair('ended', event.endedAtMs && formatTime(event.endedAtMs, now)),
    ['attempts', String(event.attempts)],
    ...pair('next', event.state === 'waiting' && event.dueAtMs !== undefined && nextOf(event, now)),
    ...pair('source', event.source && `${event.source} ${event.sourceId ?? ''}`),
    ...pair('last run', event.invocationId),
    ...pair('error', errorOf(event)),
  ]);
  if (content === undefined) return;
  print('');
  print(harmless(typeof content === 'string' ? content : JSON.stringify(content, undefined, 2)));
}

/** A payload that is no JSON comes in base64; people are shown the text that it is, where it is one. */
function readableText({ payload, contentType }: EventView): string | undefined {
  if (typeof payload !== 'string' || contentType === 'application/json') return undefined;
  const bytes = Buffer.from(payload, 'base64');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

function nextOf(event: EventView, now: number): string {
  if (event.state !== 'waiting' || event.dueAtMs === undefined) return '-';
  return event.dueAtMs <= now ? 'now' : `in ${formatDuration(event.dueAtMs - now)}`;
}

function errorOf({ reason, message }: EventView): string {
  return [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
}

function pair(name: string, value: string | number | false | undefined): [string, string][] {
  return value ? [[name, String(value)]] : [];
}
