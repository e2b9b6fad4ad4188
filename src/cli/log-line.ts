import type { LogLine } from './api.ts';
import { formatTime } from './human.ts';
import type { paint as Paint } from './output.ts';
import { harmless, padText } from './text-width.ts';

const GRAVE = new Set(['error', 'fatal']);

/** One line of a function's log for people: time, function where several are mixed, text; colour shows what is grave. */
export function formatLogLine(
  line: LogLine,
  options: { now: number; paint: typeof Paint; functionWidth?: number | undefined },
): string {
  const { paint } = options;
  const time = paint('dim', formatTime(line.timeMs, options.now));
  const name =
    options.functionWidth === undefined ? '' : `${paint('cyan', padText(line.function, options.functionWidth))} `;
  const text = harmless(line.text);
  const shown = GRAVE.has(line.level)
    ? paint('red', text)
    : line.level === 'warn'
      ? paint('yellow', text)
      : line.stream === 'platform'
        ? paint('dim', text)
        : text;
  return `${time} ${name}${shown}`;
}
