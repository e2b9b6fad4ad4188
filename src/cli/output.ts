import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { styleText } from 'node:util';
import { harmless, harmlessJson } from '../model/harmless.ts';
import { type Column, renderPairs, renderTable } from './table.ts';
import { cutText } from './text-width.ts';

/**
 * Everything that the command line prints goes through here: results to standard output, all else to standard error.
 *
 * No text of a stranger reaches a terminal as it is, whoever forgets to make it harmless: what is printed is, but for our own
 * colours. Those are marked with what nobody can guess until they are printed.
 */

type Format = Parameters<typeof styleText>[0];

/** Decorates text for standard output; plain text where that is no terminal, or `NO_COLOR` is set. */
export const paint = (format: Format, text: string) => painted(format, text, process.stdout);
/** Decorates text for standard error. */
export const paintError = (format: Format, text: string) => painted(format, text, process.stderr);

const ESCAPE = '\x1b';
const MARK = `\x01${randomBytes(9).toString('base64url')}`;
const PLACE = '.';

function painted(format: Format, text: string, stream: NodeJS.WriteStream): string {
  const [before, after] = styleText(format, PLACE, { stream }).split(PLACE) as [string, string];
  return before.replaceAll(ESCAPE, MARK) + text + after.replaceAll(ESCAPE, MARK);
}

/** Text as it may reach a terminal: harmless, and with the colours that it was given here. */
export function forTerminal(text: string): string {
  return text.split(MARK).map(harmless).join(ESCAPE);
}

/** A reader that went away (`fob list | head -1`) ends the command quietly. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}

/** One line, or several, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${forTerminal(text)}\n`);
}

/** A letter may come in two pieces. */
const decoder = new StringDecoder('utf8');

/** Content to standard output: bytes as they are, and on a terminal as harmless text. Resolves when they were taken. */
export function printBytes(bytes: Uint8Array): Promise<void> {
  const shown = process.stdout.isTTY ? harmless(decoder.write(Buffer.from(bytes))) : bytes;
  return new Promise((resolve, reject) => {
    process.stdout.write(shown, (error) => (error ? reject(error) : resolve()));
  });
}

/** A value as JSON to standard output: indented for people on a terminal, one line in a pipe. */
export function printJson(value: unknown): void {
  print(harmlessJson(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)));
}

/** One line, or several, to standard error. */
export function note(text: string): void {
  process.stderr.write(`${forTerminal(text)}\n`);
}

/** A failure as JSON to standard error, which keeps standard output for results. */
export function noteJson(value: unknown): void {
  note(harmlessJson(JSON.stringify(value)));
}

export function warn(text: string): void {
  note(`${paintError('yellow', 'warning:')} ${text}`);
}

/** A failure and what to do about it. */
export function printFailure(message: string, hint?: string): void {
  note(`${paintError('red', 'error:')} ${message}`);
  if (hint !== undefined) note(hint);
}

/** Cells of the terminal that standard output is, or `undefined` where it is none. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
}

export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  const safe = rows.map((row) => row.map(harmless));
  const lines = renderTable(columns, safe, { width: terminalWidth(), decorateTitle: (title) => paint('dim', title) });
  print(lines.join('\n'));
}

export function printPairs(pairs: readonly (readonly [string, string])[]): void {
  const safe = pairs.map(([name, value]) => [name, harmless(value)] as const);
  print(renderPairs(safe, { width: terminalWidth(), decorateName: (name) => paint('dim', name) }).join('\n'));
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;

/** What takes long, step by step, on standard error: a spinner on a terminal, plain lines elsewhere. */
export class Progress {
  private readonly quiet: boolean;
  private readonly animated = process.stderr.isTTY === true;
  private title: string | undefined;
  private frame = 0;
  private timer: NodeJS.Timeout | undefined;

  /** `quiet` prints nothing at all, for `--json`. */
  constructor(options: { quiet?: boolean } = {}) {
    this.quiet = options.quiet ?? false;
  }

  /** The step before is done; this one begins. */
  step(title: string): void {
    this.finish('done');
    this.title = title;
    if (this.quiet) return;
    if (!this.animated) {
      note(`${title} ...`);
      return;
    }
    this.timer = setInterval(() => this.draw(), FRAME_MS);
    this.timer.unref();
    this.draw();
  }

  /** The step that is under way got further; only a terminal shows it. */
  update(title: string): void {
    if (this.animated && this.title !== undefined) this.title = title;
  }

  /** A line that stays, such as what was guessed or a build's output. */
  line(text: string): void {
    if (this.quiet) return;
    this.clear();
    note(text);
    if (this.title !== undefined) this.draw();
  }

  /** The last step is done. */
  done(): void {
    this.finish('done');
  }

  /** The last step failed; the failure itself is printed by whoever reports it. */
  fail(): void {
    this.finish('failed');
  }

  private finish(state: 'done' | 'failed'): void {
    if (this.title === undefined) return;
    clearInterval(this.timer);
    const title = this.title;
    this.title = undefined;
    if (this.quiet || !this.animated) return;
    this.clear();
    note(`${state === 'done' ? paintError('green', '✔') : paintError('red', '✘')} ${title}`);
  }

  private draw(): void {
    if (!this.animated || this.quiet || this.title === undefined) return;
    this.frame = (this.frame + 1) % SPINNER.length;
    const width = (process.stderr.columns || 80) - 3;
    process.stderr.write(
      `\r\x1b[K${forTerminal(`${paintError('cyan', SPINNER[this.frame]!)} ${cutText(harmless(this.title), width)}`)}`,
    );
  }

  private clear(): void {
    if (this.animated && !this.quiet) process.stderr.write('\r\x1b[K');
  }
}
