import type { Socket } from 'node:net';
import { type Frame, FrameDecoder, FrameError } from '../runtime/frames.ts';
import type { DriverError } from '../runtime/protocol.ts';

const FAILURE_REASONS: readonly DriverError['reason'][] = [
  'exception',
  'bad_parameters',
  'bad_result',
  'result_too_large',
  'load_failed',
  'cancelled',
];

const MAX_TYPE = 256;

interface DriverConnectionEvents {
  onFrame(frame: Frame): void;
  /** The peer sent what the protocol does not allow. Nothing more is read. */
  onViolation(how: string): void;
  onClose(): void;
}

/** The engine's end of a driver socket: frames out in batches, frames in one by one. */
export class DriverConnection {
  private readonly channel: Socket;
  private outgoing: Buffer[] = [];
  private closed = false;

  /** `onFrame` may throw `FrameError`, which counts as a violation. */
  constructor(channel: Socket, maxFrameBytes: number, events: DriverConnectionEvents) {
    this.channel = channel;
    const decoder = new FrameDecoder(maxFrameBytes, (frame) => {
      if (!this.closed) events.onFrame(frame);
    });
    channel.on('data', (data: Buffer) => {
      if (this.closed) return;
      try {
        decoder.push(data);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        events.onViolation(error.message);
      }
    });
    channel.on('error', () => events.onClose());
    channel.on('close', () => events.onClose());
  }

  /** Gathers the frames of one turn of the event loop into one write: it halves the driver's share of the cost. */
  send(frame: Buffer): void {
    if (this.outgoing.push(frame) === 1) setImmediate(() => this.flush());
  }

  /** Reads nothing more until the promise has settled, which holds the function back. */
  pauseUntil(drained: Promise<void>): void {
    this.channel.pause();
    void drained.catch(() => {}).then(() => this.channel.resume());
  }

  close(): void {
    this.closed = true;
    this.channel.destroy();
  }

  private flush(): void {
    const frames = this.outgoing;
    this.outgoing = [];
    if (!this.channel.writable) return;
    this.channel.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }
}

/** The JSON object in a frame's body. Throws `FrameError` where there is none. */
export function parseBody<T extends object>(frame: Frame): T {
  let value: unknown;
  try {
    value = JSON.parse(frame.body.toString());
  } catch {
    throw new FrameError('a frame whose body should be JSON and is not');
  }
  if (typeof value !== 'object' || value === null) throw new FrameError('a frame whose body should be a JSON object');
  return value as T;
}

/** An error frame is as little to be trusted as any other: every field is made what it should be. */
export function parseError(frame: Frame): DriverError {
  const raw = parseBody<Record<string, unknown>>(frame);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    reason: FAILURE_REASONS.find((known) => known === raw.reason) ?? 'exception',
    type: typeOf(text(raw.type)),
    message: text(raw.message),
    stack: text(raw.stack),
    durationUs: typeof raw.durationUs === 'number' && raw.durationUs > 0 ? raw.durationUs : 0,
    ...(typeof raw.line === 'number' && { line: raw.line }),
  };
}

/** The name of a class; a function may call an error whatever it likes, and that stands in every list of failures. */
function typeOf(given: string): string {
  return given.slice(0, MAX_TYPE).replace(/\s+/g, ' ').trim() || 'Error';
}
