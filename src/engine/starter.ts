import type { Clock } from '../model/clock.ts';
import { formatId, newId } from '../model/id.ts';
import { Problem } from '../model/problem.ts';
import { FrameDecoder } from '../runtime/frames.ts';
import { FrameType, type Hello, PROTOCOL_VERSION } from '../runtime/protocol.ts';
import type { Interpreter, Runtime } from '../runtime/runtime.ts';
import type { NetworkAccess, Sandbox, Sandboxes } from '../sandbox/sandbox.ts';
import type { Capacity } from './capacity.ts';
import { RawOutput } from './raw-output.ts';
import { Runner, type RunnerLimits } from './runner.ts';

/** A driver that does not say HELLO within this time never will. */
const HELLO_TIMEOUT_MS = 30_000;
const MAX_HELLO_BYTES = 4_096;
const MAX_PROCESSES = 128;
const MAX_OPEN_FILES = 1_024;
const TMP_MB = 512;

export interface StartOptions {
  readonly memoryMb: number;
  readonly network: NetworkAccess;
  /** Host folder to show at /code from the start; absent for a prewarmed sandbox. */
  readonly codeFolder?: string;
}

/** Starts sandboxes and waits for their drivers: what it returns is ready for LOAD. */
export class Starter {
  private readonly sandboxes: Sandboxes;
  private readonly clock: Clock;
  private readonly limits: RunnerLimits;
  private readonly capacity: Capacity;
  private readonly onChange: () => void;
  private readonly interpreters = new Map<string, Promise<Interpreter>>();
  private closed = false;
  private readonly runners = new Set<Runner>();

  /** `onChange` hears that a sandbox is there, is another than it was, or is gone. */
  constructor(sandboxes: Sandboxes, capacity: Capacity, clock: Clock, limits: RunnerLimits, onChange: () => void) {
    this.sandboxes = sandboxes;
    this.capacity = capacity;
    this.clock = clock;
    this.limits = limits;
    this.onChange = onChange;
  }

  /** All runners whose sandboxes live. */
  all(): ReadonlySet<Runner> {
    return this.runners;
  }

  /**
   * Starts one. The caller has reserved `memoryMb` of the capacity; that goes back when the sandbox ends, or cannot start.
   * Rejects with `sandbox_failed` or `unsupported_runtime`, leaving nothing behind.
   */
  async start(runtime: Runtime, options: StartOptions): Promise<Runner> {
    try {
      return await this.startReserved(runtime, options);
    } catch (error) {
      this.capacity.release(options.memoryMb);
      throw error;
    }
  }

  private async startReserved(runtime: Runtime, options: StartOptions): Promise<Runner> {
    if (this.closed) throw new Problem('unavailable', 'the node is stopping');
    const interpreter = await this.interpreter(runtime);
    const sandbox = await this.sandboxes.start({
      id: formatId(newId()),
      command: interpreter.command(options.memoryMb),
      environment: interpreter.environment,
      mounts: interpreter.mounts,
      ...(options.codeFolder !== undefined && { codeFolder: options.codeFolder }),
      limits: { memoryMb: options.memoryMb, maxProcesses: MAX_PROCESSES, maxOpenFiles: MAX_OPEN_FILES, tmpMb: TMP_MB },
      network: options.network,
    });
    await this.hello(sandbox, runtime);
    const runner = new Runner(sandbox, {
      runtime,
      memoryMb: options.memoryMb,
      clock: this.clock,
      limits: this.limits,
      onChange: this.onChange,
    });
    this.runners.add(runner);
    this.onChange();
    void sandbox.exited.then(() => {
      this.runners.delete(runner);
      this.capacity.release(runner.memoryMb);
      this.onChange();
    });
    if (this.closed) runner.stop();
    this.captureOutput(runner);
    return runner;
  }

  /** Ends every sandbox; later starts are refused. */
  close(): void {
    this.closed = true;
    for (const runner of this.runners) runner.stop();
  }

  private interpreter(runtime: Runtime): Promise<Interpreter> {
    let found = this.interpreters.get(runtime.name);
    if (found === undefined) {
      found = runtime.locate();
      this.interpreters.set(runtime.name, found);
      // An interpreter that is installed later is found without a restart.
      found.catch(() => this.interpreters.delete(runtime.name));
    }
    return found;
  }

  private hello(sandbox: Sandbox, runtime: Runtime): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (problem?: Problem): void => {
        stopTimer();
        sandbox.channel.off('data', onData);
        if (problem === undefined) return resolve();
        void sandbox.kill();
        reject(problem);
      };
      const fail = (why: string, cause?: unknown): void =>
        finish(new Problem('sandbox_failed', `the ${runtime.name} driver did not start: ${why}`, { cause }));
      const stopTimer = this.clock.after(HELLO_TIMEOUT_MS, () => fail(`no greeting within ${HELLO_TIMEOUT_MS} ms`));
      const decoder = new FrameDecoder(MAX_HELLO_BYTES, (frame) => {
        const hello = JSON.parse(frame.body.toString()) as Hello;
        if (frame.type !== FrameType.hello || hello.protocol !== PROTOCOL_VERSION)
          return fail(`it speaks protocol ${hello.protocol}, the engine ${PROTOCOL_VERSION}`);
        finish();
      });
      const onData = (data: Buffer): void => {
        try {
          decoder.push(data);
        } catch (error) {
          fail('its greeting is damaged', error);
        }
      };
      sandbox.channel.on('data', onData);
      void sandbox.exited.then((exit) =>
        fail(`its process ended (${exit.reason} ${exit.code ?? exit.signal ?? ''}): ${firstBytes(sandbox)}`),
      );
    });
  }

  private captureOutput(runner: Runner): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      runner.lines.rawOutput.push(
        new RawOutput(runner.sandbox[stream], {
          maxBytes: this.limits.maxLogBytes,
          clock: this.clock,
          onLine: (text) => runner.rawLine(stream, text),
        }),
      );
    }
  }
}

/** What a driver that failed to start had to say, bounded. */
function firstBytes(sandbox: Sandbox): string {
  const data: unknown = sandbox.stderr.read();
  return Buffer.isBuffer(data) ? data.toString('utf8', 0, 500).trim() : 'it printed nothing';
}
