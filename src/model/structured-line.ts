/**
 * A log line that is a JSON object says more than a text: how grave it is, what it is about, when it was, and fields. The names
 * are those that loggers use: pino, bunyan, winston, structlog, Python's JSON formatters, Logback, slog, zap, OpenTelemetry.
 */
export interface StructuredLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly level?: LineLevel;
  readonly message?: string;
  /** In milliseconds since the Unix epoch, as the line claims. */
  readonly timeMs?: number;
  /** The names of the fields that say level, message and time. */
  readonly told: readonly string[];
}

type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

const LEVEL_FIELDS = ['level', 'severity', 'lvl', 'levelname', 'log.level', 'loglevel', 'log_level', 'severity_text'];
const MESSAGE_FIELDS = ['msg', 'message', 'event', '@message', 'body'];
const TIME_FIELDS = ['time', 'timestamp', 'ts', '@timestamp', 'datetime', 'asctime', '@t'];

const LEVEL_WORDS: Readonly<Record<string, LineLevel>> = {
  trace: 'trace',
  silly: 'trace',
  finest: 'trace',
  debug: 'debug',
  dbug: 'debug',
  verbose: 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  default: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
  emerg: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
};
/** The numbers of pino and bunyan. */
const LEVEL_NUMBERS: readonly LineLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Seconds, milliseconds, microseconds and nanoseconds since 1970 are told apart by their size. */
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/** What a line says, where it is a JSON object; `undefined` for any other. */
export function structuredLine(text: string): StructuredLine | undefined {
  const fields = fieldsOf(text);
  if (fields === undefined) return undefined;
  const told: string[] = [];
  const first = <T>(names: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const name of names) {
      if (!Object.hasOwn(fields, name)) continue;
      const value = read(fields[name]);
      if (value === undefined) continue;
      told.push(name);
      return value;
    }
    return undefined;
  };
  const level = first(LEVEL_FIELDS, levelOf);
  const message = first(MESSAGE_FIELDS, (value) => (typeof value === 'string' ? value : undefined));
  const timeMs = first(TIME_FIELDS, timeOf);
  return {
    fields,
    told,
    ...(level !== undefined && { level }),
    ...(message !== undefined && { message }),
    ...(timeMs !== undefined && { timeMs }),
  };
}

/** The level that a line says by itself; `undefined` where it says none. */
export function levelOfLine(text: string): LineLevel | undefined {
  const fields = fieldsOf(text);
  if (fields === undefined) return undefined;
  for (const name of LEVEL_FIELDS) {
    const level = Object.hasOwn(fields, name) ? levelOf(fields[name]) : undefined;
    if (level !== undefined) return level;
  }
  return undefined;
}

/** The fields of a line that is a JSON object. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.charCodeAt(0) !== 0x7b) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function levelOf(value: unknown): LineLevel | undefined {
  if (typeof value === 'number')
    return value >= 10 && value < 70 ? LEVEL_NUMBERS[Math.floor(value / 10) - 1] : undefined;
  if (typeof value !== 'string' || value.length > 16) return undefined;
  const word = value.toLowerCase();
  return Object.hasOwn(LEVEL_WORDS, word) ? LEVEL_WORDS[word] : undefined;
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const timeMs =
      value.length <= 40 && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value.replace(',', '.')) : Number.NaN;
    return Number.isNaN(timeMs) ? undefined : timeMs;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined;
  if (value < SECONDS_BELOW) return value * 1e3;
  if (value < MILLISECONDS_BELOW) return value;
  return value < MICROSECONDS_BELOW ? value / 1e3 : value / 1e6;
}
