import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, write } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { messageOf, Problem } from '../model/problem.ts';
import type { Settings } from '../model/settings.ts';

const MAX_FILE_BYTES = 16_777_216;
const KEPT_FILES = 3;
/** Entries that wait for a slow disk; what comes beyond is dropped. */
const MAX_WAITING_BYTES = 4_194_304;

interface NodeLog {
  readonly log: Logger;
  readonly path: string;
  /** Writes what is waiting and closes the file. */
  close(): Promise<void>;
}

/**
 * The node's own log, as JSON lines in `<folder>/node.log`, turned over by size (`node.log.1` is the one before). Entries
 * of level `warn` and above also go to `onWarning`. Throws `data_folder_unusable` where the file cannot be written.
 */
export function openNodeLog(options: {
  folder: string;
  level: Settings['logLevel'];
  onWarning: (line: string) => void;
  maxFileBytes?: number;
}): NodeLog {
  const path = join(options.folder, 'node.log');
  const file = new RotatingFile(path, options.maxFileBytes ?? MAX_FILE_BYTES);
  const warnings: DestinationStream = { write: (line) => options.onWarning(line) };
  const streams = multistream([
    { level: 'trace', stream: file },
    { level: 'warn', stream: warnings },
  ]);
  return { log: pino({ level: options.level, base: null }, streams), path, close: () => file.close() };
}

/** Lines appended to a file in batches, off the event loop, in order. A full disk loses lines and never ends the node. */
class RotatingFile implements DestinationStream {
  private readonly path: string;
  private readonly maxBytes: number;
  private fd: number;
  private bytes: number;
  private waiting: string[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;

  constructor(path: string, maxBytes: number) {
    this.path = path;
    this.maxBytes = maxBytes;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      this.fd = openSync(path, 'a', 0o600);
      this.bytes = fstatSync(this.fd).size;
    } catch (cause) {
      throw new Problem('data_folder_unusable', `the log ${path} cannot be written: ${messageOf(cause)}`, { cause });
    }
  }

  write(line: string): void {
    if (this.fd === -1 || this.waitingBytes > MAX_WAITING_BYTES) return;
    this.waiting.push(line);
    this.waitingBytes += line.length;
    this.writing ??= this.writeAll();
  }

  async close(): Promise<void> {
    await this.writing;
    if (this.fd !== -1) closeSync(this.fd);
    this.fd = -1;
  }

  private async writeAll(): Promise<void> {
    // Entries of one turn of the event loop go into one write.
    await setImmediate();
    while (this.waiting.length > 0) {
      if (this.bytes >= this.maxBytes) this.rotate();
      const batch = Buffer.from(this.waiting.join(''));
      this.waiting = [];
      this.waitingBytes = 0;
      this.bytes += batch.length;
      await new Promise<void>((resolve) => write(this.fd, batch, () => resolve()));
    }
    this.writing = undefined;
  }

  /** `node.log` becomes `node.log.1`, which becomes `node.log.2`; the oldest goes. */
  private rotate(): void {
    try {
      rmSync(`${this.path}.${KEPT_FILES - 1}`, { force: true });
      for (let age = KEPT_FILES - 1; age > 0; age--) renameIfThere(nameOf(this.path, age - 1), nameOf(this.path, age));
      const next = openSync(this.path, 'a', 0o600);
      closeSync(this.fd);
      this.fd = next;
      this.bytes = 0;
    } catch {
      // The old file goes on: a log that is too long is better than none.
    }
  }
}

function nameOf(path: string, age: number): string {
  return age === 0 ? path : `${path}.${age}`;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
