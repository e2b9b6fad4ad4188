import { harmless } from '../model/harmless.ts';
import { type StructuredLine, structuredLine } from '../model/structured-line.ts';
import type { LogLine } from './api.ts';
import { formatTime } from './human.ts';
import type { paint as Paint } from './output.ts';
import { padText } from './text-width.ts';

const GRAVE = new Set(['error', 'fatal']);
/** A JSON line that claims a time this far from when it came shows it. */
const OTHER_TIME_MS = 5_000;
/** Fields that every line of a logger has, and which say nothing about what it is about. */
const NOISE = new Set(['pid', 'hostname', 'v']);

interface LineFormat {
  readonly now: number;
  readonly paint: typeof Paint;
  /** Where several functions are mixed: cells that their names take. */
  readonly functionWidth?: number | undefined;
  /** JSON lines as they are. */
  readonly raw?: boolean;
}

/** One line of a function's log for people: time, function where several are mixed, text; colour shows what is grave. JSON lines show what they say, then their fields. */
export function formatLogLine(line: LogLine, options: LineFormat): string {
  const { paint } = options;
  const time = paint('dim', formatTime(line.timeMs, options.now));
  const name =
    options.functionWidth === undefined
      ? ''
      : `${paint('cyan', padText(harmless(line.function), options.functionWidth))} `;
  const said = options.raw ? undefined : structuredLine(line.text);
  const text = said === undefined ? harmless(line.text) : harmless(said.message ?? '');
  const shown = GRAVE.has(line.level)
    ? paint('red', text)
    : line.level === 'warn'
      ? paint('yellow', text)
      : line.stream === 'platform'
        ? paint('dim', text)
        : text;
  if (said === undefined) return `${time} ${name}${shown}`;
  const fields = paint('dim', fieldsOf(said, line.timeMs));
  return [
    `${time} ${name}${line.level.toUpperCase().padEnd(5)}`,
    ...(text === '' ? [] : [shown]),
    ...(fields === '' ? [] : [fields]),
  ].join(' ');
}

/** What a JSON line holds besides its message, as `name=value`. */
function fieldsOf({ fields, told, timeMs }: StructuredLine, cameMs: number): string {
  const hidden = new Set(told);
  const shown = Object.entries(fields)
    .filter(([name]) => !hidden.has(name) && !NOISE.has(name))
    .map(([name, value]) => `${harmless(name)}=${valueText(value)}`);
  if (timeMs !== undefined && Math.abs(timeMs - cameMs) > OTHER_TIME_MS) shown.push(`(written ${isoTime(timeMs)})`);
  return shown.join(' ');
}

function valueText(value: unknown): string {
  if (typeof value === 'string' && value !== '' && !/[\s"=]/.test(value)) return harmless(value);
  try {
    return harmless(JSON.stringify(value));
  } catch {
    // It is nested deeper than can be written.
    return '…';
  }
}

function isoTime(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs);
}
