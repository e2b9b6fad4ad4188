import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../model/clock.ts';
import type { Redactor } from '../model/redactor.ts';

const MAX_LINE_BYTES = 65_536;
/** Beyond what is kept, output is read and dropped at most at this rate, so that a flood costs the node little. */
const DROP_BYTES_PER_PAUSE = 1_048_576;
const PAUSE_MS = 5;

/**
 * Lines that processes in a sandbox write past the driver (native code, child processes), bounded: `maxBytes` until
 * `reset`, then nothing but a note of it at once, and another of how much it was.
 */
export class RawOutput {
  /** Of a function that was given secrets: applied to whole lines, before long ones are cut. */
  redactor: Redactor | undefined;
  private pending = '';
  /** A character may come in two pieces. */
  private readonly decoder = new StringDecoder('utf8');
  private keptBytes = 0;
  private droppedBytes = 0;
  private readonly maxBytes: number;
  private readonly onLine: (text: string) => void;

  constructor(stream: Readable, options: { maxBytes: number; clock: Clock; onLine: (text: string) => void }) {
    this.maxBytes = options.maxBytes;
    this.onLine = options.onLine;
    let unpaused = 0;
    stream.on('data', (data: Buffer) => {
      if (this.keptBytes < this.maxBytes) return this.take(data);
      if (this.droppedBytes === 0) this.sayFull();
      this.droppedBytes += data.length;
      unpaused += data.length;
      if (unpaused < DROP_BYTES_PER_PAUSE) return;
      unpaused = 0;
      stream.pause();
      options.clock.after(PAUSE_MS, () => stream.resume());
    });
    stream.on('error', () => {});
    stream.on('end', () => this.reset());
  }

  /** Another invocation begins: what it writes counts anew. */
  reset(): void {
    this.flush();
    if (this.droppedBytes > 0) this.note(`${this.droppedBytes} more bytes dropped`);
    this.keptBytes = 0;
    this.droppedBytes = 0;
  }

  /** What has no end yet gets none any more. */
  private sayFull(): void {
    this.flush();
    this.note('what follows is dropped, and counted');
  }

  private note(what: string): void {
    this.onLine(`[fob] output limit of ${this.maxBytes} bytes reached: ${what}`);
  }

  private flush(): void {
    const rest = this.pending + this.decoder.end();
    this.pending = '';
    if (rest !== '') this.emit(rest);
  }

  private take(data: Buffer): void {
    this.keptBytes += data.length;
    const lines = (this.pending + this.decoder.write(data)).split('\n');
    this.pending = lines.pop()!;
    for (const line of lines) this.emit(line);
    if (this.pending.length > MAX_LINE_BYTES) {
      // What may be the beginning of a secret waits for its end.
      const pending = this.redactor?.redactWhole(this.pending) ?? this.pending;
      const end = Math.max(0, pending.length - (this.redactor?.longest ?? 0));
      if (end > 0) this.emit(pending.slice(0, end));
      this.pending = pending.slice(end);
    }
  }

  private emit(whole: string): void {
    const line = this.redactor === undefined ? whole : this.redactor.redactWhole(whole);
    for (let start = 0; start === 0 || start < line.length; start += MAX_LINE_BYTES)
      this.onLine(line.slice(start, start + MAX_LINE_BYTES));
  }
}
