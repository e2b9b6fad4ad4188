import type { Clock } from '../model/clock.ts';
import type { Redactor } from '../model/redactor.ts';
import { decodeLog } from '../runtime/frames.ts';
import { LOG_LEVELS } from '../store/journal.ts';
import type { RawOutput } from './raw-output.ts';

/** How far past its own log limit a driver may go before it counts as hostile. */
const FLOOD_FACTOR = 4;
const FLOOD_SLACK_BYTES = 65_536;
/** Places in LOG_LEVELS. */
const LEVEL_INFO = LOG_LEVELS.indexOf('info');
const LEVEL_ERROR = LOG_LEVELS.indexOf('error');

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Index into LOG_LEVELS. */
  readonly level: number;
  readonly timeMs: number;
  readonly text: string;
}

/** What a sandbox's function prints, as lines that may be kept: one line each, of a time that can be, without its secrets. */
export class PrintedLines {
  /** What its processes print past the driver. */
  readonly rawOutput: RawOutput[] = [];
  private readonly clock: Clock;
  private readonly maxLogBytes: number;
  private readonly sinceMs: number;
  private redactor: Redactor | undefined;
  /** Text that belongs to no call, since a call started last. */
  private readonly outside = { logBytes: 0 };

  /** `sinceMs`: when the sandbox started; it can have printed nothing before. */
  constructor(clock: Clock, options: { maxLogBytes: number; sinceMs: number }) {
    this.clock = clock;
    this.maxLogBytes = options.maxLogBytes;
    this.sinceMs = options.sinceMs;
  }

  /** Where the function was given secrets: from here on no line tells them. */
  redactBy(redactor: Redactor | undefined): void {
    this.redactor = redactor;
    for (const output of this.rawOutput) output.redactor = redactor;
  }

  /** A call starts: what belongs to none counts anew. */
  callStarted(): void {
    for (const output of this.rawOutput) output.reset();
    this.outside.logBytes = 0;
  }

  /** A line from the driver, counted with its call; `undefined` where a driver goes far beyond the limit that it was told. */
  fromDriver(body: Buffer, call: { logBytes: number } | undefined): LogLine | undefined {
    const { stream, level, timeMs, text } = decodeLog(body);
    const counted = call ?? this.outside;
    counted.logBytes += body.length;
    if (counted.logBytes > this.maxLogBytes * FLOOD_FACTOR + FLOOD_SLACK_BYTES) return undefined;
    // A driver sends line by line; one that does not must not make one record look like several.
    const line = text.includes('\n') ? text.replace(/[\r\n]+/g, ' ') : text;
    return {
      stream: stream === 2 ? 'stderr' : 'stdout',
      level,
      timeMs: this.plausible(timeMs),
      text: this.redactor === undefined ? line : this.redactor.redact(line),
    };
  }

  /** A line that did not come through the driver. */
  raw(stream: 'stdout' | 'stderr', text: string): LogLine {
    return { stream, level: stream === 'stderr' ? LEVEL_ERROR : LEVEL_INFO, timeMs: this.clock.now(), text };
  }

  /** A time that the driver claims, if the line can have been printed then; else now. */
  private plausible(timeMs: number): number {
    const nowMs = this.clock.now();
    return timeMs >= this.sinceMs && timeMs <= nowMs ? timeMs : nowMs;
  }
}
