import type { Socket } from 'node:net';
import { type Duplex, duplexPair, PassThrough } from 'node:stream';
import type { Check } from '../../model/machine.ts';
import { encodeFrame, FrameDecoder } from '../../runtime/frames.ts';
import { FrameType, type Load, PROTOCOL_VERSION } from '../../runtime/protocol.ts';
import type { Interpreter, Runtime, Runtimes } from '../../runtime/runtime.ts';
import type { Sandbox, SandboxExit, Sandboxes, SandboxSpec, SandboxUsage } from '../../sandbox/sandbox.ts';

/**
 * Sandboxes whose driver is the test itself, over a real stream and the real frames: for what must be tested on a fake
 * clock or in an exact order. Everything else is tested with real sandboxes.
 */
export class ScriptedSandboxes implements Sandboxes {
  readonly name = 'scripted';
  readonly started: ScriptedSandbox[] = [];
  private watchers: (() => void)[] = [];
  /** Set to make starts fail. */
  failure: Error | undefined;
  /** Set to make the placing of code wait for it. */
  placing: Promise<void> = Promise.resolve();

  start(spec: SandboxSpec): Promise<Sandbox> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const sandbox = new ScriptedSandbox(spec, () => this.changed(), this);
    this.started.push(sandbox);
    this.changed();
    return Promise.resolve(sandbox);
  }

  check(): Promise<Check[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await Promise.all(this.started.map((sandbox) => sandbox.kill()));
  }

  /** Resolves as soon as `condition` holds; looked at again after everything that a driver receives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.watchers.push(resolve));
  }

  private changed(): void {
    for (const watcher of this.watchers.splice(0)) watcher();
  }
}

/** One of them; `received` are the call numbers of the INVOKEs that reached its driver. */
class ScriptedSandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly channel: Socket;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: Promise<SandboxExit>;
  readonly canFreeze = true;
  readonly received: number[] = [];
  readonly cancelled: number[] = [];
  readonly connectedPorts: number[] = [];
  load: Load | undefined;
  memoryMb: number;
  frozen = false;
  placed = false;
  /** Set to make freezing and thawing fail. */
  stuck: Error | undefined;
  private readonly driver: NodeJS.ReadWriteStream;
  private readonly changed: () => void;
  private readonly all: ScriptedSandboxes;
  private finish!: (exit: SandboxExit) => void;

  constructor(spec: SandboxSpec, changed: () => void, all: ScriptedSandboxes) {
    this.all = all;
    this.id = spec.id;
    this.spec = spec;
    this.memoryMb = spec.limits.memoryMb;
    this.changed = changed;
    const [engineEnd, driverEnd] = duplexPair();
    // The engine uses only what a Duplex has.
    this.channel = engineEnd as unknown as Socket;
    this.driver = driverEnd;
    this.exited = new Promise((resolve) => {
      this.finish = resolve;
    });
    const decoder = new FrameDecoder(1 << 24, ({ type, call, body }) => {
      if (type === FrameType.load) {
        this.load = JSON.parse(body.toString()) as Load;
        if (this.load.handler !== 'main.never') this.write(encodeFrame(FrameType.loaded, 0, '{}'));
      }
      if (type === FrameType.invoke) this.received.push(call);
      if (type === FrameType.cancel) this.cancelled.push(call);
      this.changed();
    });
    driverEnd.on('data', (data: Buffer) => decoder.push(data));
    this.write(
      encodeFrame(
        FrameType.hello,
        0,
        JSON.stringify({ protocol: PROTOCOL_VERSION, runtime: 'scripted', runtimeVersion: '1' }),
      ),
    );
  }

  /** Answers a call with JSON, having taken `durationMs`. */
  reply(call: number, json: string, durationMs = 0): void {
    const body = Buffer.alloc(6 + json.length);
    body.writeUInt32BE(durationMs * 1_000);
    body.write(json, 6);
    this.write(encodeFrame(FrameType.result, call, body));
  }

  /** Echoes what comes; `port` is remembered. */
  connect(port: number): Promise<Duplex> {
    this.connectedPorts.push(port);
    return Promise.resolve(new PassThrough());
  }

  /** Any bytes at all, as a hostile function might send them. */
  write(bytes: Buffer): void {
    this.driver.write(bytes);
  }

  exit(exit: SandboxExit): void {
    this.channel.destroy();
    this.finish(exit);
  }

  placeCode(): Promise<void> {
    this.placed = true;
    this.changed();
    return this.all.placing;
  }

  placeSocket(): Promise<string> {
    return Promise.resolve('/run/fob/services');
  }

  setMemory(memoryMb: number): Promise<void> {
    this.memoryMb = memoryMb;
    return Promise.resolve();
  }

  freeze(): Promise<void> {
    if (this.stuck !== undefined) return Promise.reject(this.stuck);
    this.frozen = true;
    return Promise.resolve();
  }

  thaw(): Promise<void> {
    if (this.stuck !== undefined) return Promise.reject(this.stuck);
    this.frozen = false;
    return Promise.resolve();
  }

  usage(): Promise<SandboxUsage> {
    return Promise.resolve({ memoryBytes: 0, peakMemoryBytes: 0, cpuMs: 0 });
  }

  kill(): Promise<SandboxExit> {
    this.exit({ reason: 'killed_by_platform' });
    this.changed();
    return this.exited;
  }
}

const interpreter: Interpreter = { version: '1', command: () => ['driver'], environment: {}, mounts: [] };

const scripted: Runtime = {
  name: 'scripted',
  matches: (name) => name === 'scripted',
  fileEndings: ['.s'],
  mainName: 'main',
  resizable: true,
  heapExhausted: /^HEAP FULL/,
  recognise: () => 0,
  locate: () => Promise.resolve(interpreter),
  plan: () => Promise.resolve([]),
  guessHandler: () => Promise.resolve(undefined),
  check: () => Promise.resolve([]),
};

/** One runtime, whose sandboxes can be given another size or cannot. */
export function scriptedRuntimes(resizable: boolean): Runtimes {
  const runtime = { ...scripted, resizable };
  return { all: [runtime], get: () => runtime };
}
