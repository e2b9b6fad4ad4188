import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PayloadKind } from '../../model/invocation.ts';
import { decodeEmit, decodeLog, decodeResult, encodeFrame, encodeInvoke, type Frame, FrameDecoder } from '../frames.ts';
import { type DriverError, FrameType, type Load, PROTOCOL_VERSION } from '../protocol.ts';
import type { Interpreter } from '../runtime.ts';

const MAX_FRAME_BYTES = 64 * 1_048_576;

/** The engine's side of one driver, started with its real interpreter and no sandbox. */
export class DriverSession {
  readonly process: ChildProcess;
  readonly channel: Socket;
  readonly exited: Promise<number | null>;
  private readonly received: Frame[] = [];
  private wake: () => void = () => {};
  private closed = false;
  private codeFolder: string | undefined;

  constructor(interpreter: Interpreter) {
    const [program = '', ...options] = interpreter.command(128).map((part) => onHost(part, interpreter));
    this.process = spawn(program, options, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { ...interpreter.environment },
    });
    this.exited = once(this.process, 'exit').then(([code]) => code as number | null);
    this.channel = this.process.stdio[3] as Socket;
    const decoder = new FrameDecoder(MAX_FRAME_BYTES, (frame) => {
      this.received.push({ ...frame, body: Buffer.from(frame.body) });
    });
    this.channel.on('data', (data: Buffer) => {
      decoder.push(data);
      this.wake();
    });
    // A driver that ends with bytes unread resets the connection.
    this.channel.on('error', () => {});
    this.channel.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  send(...frames: Uint8Array[]): void {
    this.channel.write(Buffer.concat(frames));
  }

  /** The next frame, in the order sent. Rejects where the driver closed the connection instead. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.received.shift();
      if (frame !== undefined) return frame;
      if (this.closed) throw new Error('the driver closed the connection');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** The next frame, which must be the answer to a call: its value, or its error. LOG, CHUNK and EMIT frames before it are gathered. */
  async answer(): Promise<Answer> {
    const logs: LogLine[] = [];
    const chunks: Chunk[] = [];
    const emitted: Emitted[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.type === FrameType.log) logs.push({ call: frame.call, ...decodeLog(frame.body) });
      else if (frame.type === FrameType.chunk) chunks.push({ call: frame.call, ...decodeResult(frame.body) });
      else if (frame.type === FrameType.emit) emitted.push({ call: frame.call, ...emittedOf(frame.body) });
      else if (frame.type === FrameType.error) {
        return { call: frame.call, logs, chunks, emitted, error: JSON.parse(frame.body.toString()) as DriverError };
      } else if (frame.type === FrameType.result) {
        return { call: frame.call, logs, chunks, emitted, ...decodeResult(frame.body) };
      } else throw new Error(`a frame of type ${frame.type} where an answer was expected`);
    }
  }

  /** Sends LOAD for files of a fresh folder; returns the frame that answers it. */
  async load(files: Readonly<Record<string, string>>, handler: string, options: Partial<Load> = {}): Promise<Frame> {
    this.send(await this.loadFrame(files, handler, options));
    return this.next();
  }

  async loadFrame(
    files: Readonly<Record<string, string>>,
    handler: string,
    options: Partial<Load> = {},
  ): Promise<Buffer> {
    this.codeFolder = await mkdtemp(join(tmpdir(), 'fob-driver-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.codeFolder, name)), { recursive: true });
      await writeFile(join(this.codeFolder, name), text);
    }
    return encodeFrame(FrameType.load, 0, JSON.stringify({ ...loadOf(this.codeFolder, handler), ...options }));
  }

  /** The file that a test may make for its function to see. */
  path(name: string): string {
    return join(this.codeFolder!, name);
  }

  /** Ends the driver by closing the connection, as the engine does. */
  async close(): Promise<void> {
    this.channel.destroy();
    const killer = this.process;
    if (killer.exitCode === null && killer.signalCode === null) killer.kill('SIGKILL');
    await this.exited;
    if (this.codeFolder !== undefined) await rm(this.codeFolder, { recursive: true, force: true });
  }
}

export interface LogLine {
  readonly call: number;
  readonly stream: number;
  readonly level: number;
  readonly timeMs: number;
  readonly text: string;
}

interface Chunk {
  readonly call: number;
  readonly contentType: string;
  readonly payload: Buffer;
}

interface Emitted {
  readonly call: number;
  readonly meta: Record<string, unknown>;
  readonly content: Buffer;
}

function emittedOf(body: Buffer): { meta: Record<string, unknown>; content: Buffer } {
  const { meta, content } = decodeEmit(body);
  return { meta: meta as Record<string, unknown>, content };
}

/** How a call was answered, with all that came before it. */
export interface Answer {
  readonly call: number;
  readonly logs: readonly LogLine[];
  readonly chunks: readonly Chunk[];
  readonly emitted: readonly Emitted[];
  readonly error?: DriverError;
  readonly durationMs?: number;
  readonly contentType?: string;
  readonly payload?: Buffer;
}

/** An INVOKE with an invocation id made of the call's number. */
export function invoke(call: number, payload: unknown = '', kind: PayloadKind = 'json', meta = ''): Buffer {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return encodeInvoke(call, Buffer.alloc(16, call), 30_000, kind, meta, bytes);
}

/** The JSON value of an answer. */
export function resultOf(answer: Answer): unknown {
  if (answer.payload === undefined) throw new Error(`the call failed: ${JSON.stringify(answer.error)}`);
  return JSON.parse(answer.payload.toString());
}

function loadOf(codeFolder: string, handler: string): Load {
  return {
    protocol: PROTOCOL_VERSION,
    function: 'under-test',
    version: 3,
    handler,
    codeFolder,
    environment: {},
    memoryMb: 128,
    timeoutMs: 30_000,
    sandboxConcurrency: 1,
    maxResultBytes: 6_291_456,
    maxLogBytes: 262_144,
  };
}

/** A path inside the sandbox as the host path that would be mounted there. */
function onHost(path: string, { mounts }: Interpreter): string {
  const mount = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  return mount === undefined ? path : mount.hostPath + path.slice(mount.path.length);
}
