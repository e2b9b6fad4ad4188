import { availableParallelism } from 'node:os';
import type { Clock } from '../model/clock.ts';
import type { FunctionDocument } from '../model/function.ts';
import type { FailureReason, InvocationRequest, Outcome } from '../model/invocation.ts';
import { asProblem, Problem } from '../model/problem.ts';
import { type Journal, LOG_LEVELS, type LogRecord } from '../store/journal.ts';
import { Call, type CallOwner } from './call.ts';
import { cancelled } from './endings.ts';
import type { LogLine } from './printed-lines.ts';
import type { Recorder } from './recorder.ts';
import type { Runner, RunnerOwner } from './runner.ts';
import { Durations, START_COST_MS, sandboxesToStart } from './scaling.ts';
import type { FunctionCounters } from './stats.ts';
import type { Loadable, Supply } from './supply.ts';

/** A sandbox whose running call takes longer than this gets no calls sent ahead. */
const STALL_MS = 5;
/** Longest that a call waits while a sandbox for it is being started. */
const START_WAIT_MS = 60_000;
/** Starts that run side by side without slowing each other down. */
const MAX_STARTING = availableParallelism() * 4;

/** What pools share. */
export interface PoolContext {
  readonly supply: Supply;
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly observeLog?: ((line: LogRecord) => void) | undefined;
  readonly clock: Clock;
  readonly queueWaitMs: number;
  /** A sandbox became idle: the housekeeper looks after it. */
  onIdle(): void;
}

/** The sandboxes that serve one version of a function, and the calls that wait for one. */
export class Pool implements RunnerOwner, CallOwner {
  readonly function: FunctionDocument;
  private readonly context: PoolContext;
  private readonly counters: FunctionCounters;
  private readonly loadable: Loadable;
  private readonly durations = new Durations();
  private readonly runners: Runner[] = [];
  /** Last in, first out: the one used last is warmest, and those below can rest until they are retired. */
  private readonly idle: Runner[] = [];
  private waiting: Call[] = [];
  private starting = 0;
  private running = 0;
  /** Nothing names its version any more. */
  retired = false;
  private stopTimer: (() => void) | undefined;

  constructor(fn: FunctionDocument, loadable: Loadable, counters: FunctionCounters, context: PoolContext) {
    this.function = fn;
    this.loadable = loadable;
    this.counters = counters;
    this.context = context;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  get empty(): boolean {
    return this.runners.length + this.starting + this.waiting.length + this.running === 0;
  }

  /** `alias` named the version, where one did; `id` is the invocation's, where it has one already. */
  submit(request: InvocationRequest, alias?: string, id?: Buffer): Call {
    const { clock } = this.context;
    const call = new Call(request, this.function, this, clock.now(), clock.monotonicMs(), alias, id);
    this.context.recorder.active++;
    const runner =
      this.running < this.function.config.maxConcurrency && this.waiting.length === 0
        ? this.pick(call.acceptedMs)
        : undefined;
    if (runner !== undefined) {
      this.dispatch(runner, call);
    } else if (this.waiting.length >= this.function.config.maxConcurrency) {
      this.refuse(call, 'too many calls of this function are waiting already');
    } else {
      this.waiting.push(call);
      this.grow();
    }
    return call;
  }

  cancel(call: Call): void {
    const place = call.number === 0 ? this.waiting.indexOf(call) : -1;
    if (place !== -1) {
      this.waiting.splice(place, 1);
      this.context.recorder.end(call, cancelled(), undefined, 0);
      return;
    }
    for (const runner of this.runners)
      if (runner.calls.get(call.number) === call) return runner.condemn(call, cancelled());
  }

  /** A sandbox with the function loaded, started where there is none; for a debugger. Rejects as a start does. */
  async anyRunner(): Promise<Runner> {
    const serving = this.runners.find((runner) => runner.state === 'serving' && !runner.retiring);
    if (serving !== undefined) return serving;
    await this.startOne();
    const started = this.runners.find((runner) => runner.state === 'serving');
    if (started !== undefined) return started;
    throw new Problem('sandbox_failed', `no sandbox of ${this.function.name} could be started; its log says why`);
  }

  /** This version no longer serves: its sandboxes end as they become idle; calls that it has accepted finish. */
  retire(): void {
    this.retired = true;
    this.releaseIfRetired();
  }

  /** Room was made elsewhere, or time has passed: waiting calls may go on. */
  pump(): void {
    const nowMs = this.context.clock.monotonicMs();
    while (this.waiting.length > 0 && this.running < this.function.config.maxConcurrency) {
      const runner = this.pick(nowMs);
      if (runner === undefined) break;
      this.dispatch(runner, this.waiting.shift()!);
    }
    this.grow();
  }

  answered(runner: Runner, call: Call, outcome: Outcome, durationMs: number): void {
    this.running--;
    this.counters.inFlight--;
    if (outcome.status === 'succeeded' || outcome.status === 'failed') this.durations.add(durationMs);
    this.context.recorder.end(call, outcome, runner, durationMs);
    if (this.waiting.length > 0) this.pump();
    if (runner.calls.size === 0 && runner.state === 'serving' && !runner.retiring) {
      this.idle.push(runner);
      if (this.retired) this.releaseIfRetired();
      else this.context.onIdle();
    }
  }

  logged(runner: Runner, call: Call | undefined, line: LogLine): void {
    const record: LogRecord = {
      timeMs: line.timeMs,
      function: this.function.name,
      version: this.function.version,
      ...(call !== undefined && { invocationId: call.invocationId }),
      sandboxId: runner.sandbox.id,
      stream: line.stream,
      level: LOG_LEVELS[line.level] ?? 'info',
      text: line.text,
    };
    this.context.journal.appendLog(record);
    this.context.observeLog?.(record);
  }

  gone(runner: Runner, unstarted: Call[]): void {
    remove(this.runners, runner);
    remove(this.idle, runner);
    this.running -= unstarted.length;
    this.counters.inFlight -= unstarted.length;
    for (const call of unstarted) {
      call.number = 0;
      call.started = false;
    }
    this.waiting = [...unstarted, ...this.waiting];
    this.pump();
  }

  /** A sandbox with room for one more call: of a very short function the busy one, so that its calls travel together, else the idle one used last. */
  private pick(nowMs: number): Runner | undefined {
    const room =
      this.function.config.sandboxConcurrency > 1 ? this.function.config.sandboxConcurrency : this.durations.sendAhead;
    if (room > 1) {
      for (const runner of this.runners) {
        const held = runner.calls.size;
        if (
          held > 0 &&
          held < room &&
          runner.state === 'serving' &&
          !runner.retiring &&
          (held < runner.concurrency || !runner.stalled(nowMs, STALL_MS))
        )
          return runner;
      }
    }
    let runner = this.idle.pop();
    while (runner !== undefined && runner.state !== 'serving') runner = this.idle.pop();
    return runner;
  }

  private dispatch(runner: Runner, call: Call): void {
    this.running++;
    this.counters.began();
    runner.run(call);
  }

  private grow(): void {
    if (this.waiting.length === 0) return;
    const { maxConcurrency, sandboxConcurrency } = this.function.config;
    const nowMs = this.context.clock.monotonicMs();
    let missing = sandboxesToStart({
      waiting: this.waiting.length,
      oldestWaitMs: nowMs - this.waiting[0]!.acceptedMs,
      // One that takes no more calls must not keep another from starting in its place.
      serving: this.runners.filter((runner) => !runner.retiring).length,
      starting: this.starting,
      sandboxConcurrency,
      averageMs: this.durations.averageMs,
      maxSandboxes: Math.ceil(maxConcurrency / sandboxConcurrency),
      maxStarting: MAX_STARTING,
    });
    while (missing-- > 0 && this.context.supply.makeRoomFor(this.loadable)) void this.startOne();
    this.armTimer(nowMs);
  }

  private async startOne(): Promise<void> {
    this.starting++;
    try {
      const { runner } = await this.context.supply.acquire(this.loadable, (unloaded) => {
        unloaded.owner = this;
      });
      this.starting--;
      this.runners.push(runner);
      if (runner.state !== 'serving') return this.gone(runner, []);
      this.idle.push(runner);
      this.pump();
      this.releaseIfRetired();
      if (runner.calls.size === 0) this.context.onIdle();
    } catch (error) {
      this.starting--;
      this.startFailed(asProblem(error));
    }
  }

  /** A start that failed would fail again for the same reason: those who wait for it hear why. One that lacked room is tried again. */
  private startFailed(problem: Problem): void {
    if (problem.code === 'throttled' || (this.runners.length > 0 && problem.code !== 'load_failed')) return this.grow();
    const { recorder } = this.context;
    for (const call of this.waiting.splice(0)) {
      if (problem.code !== 'load_failed') recorder.refuse(call, problem);
      else {
        const type = String(problem.details?.type ?? 'Error');
        const reason: FailureReason = 'load_failed';
        recorder.end(
          call,
          {
            status: 'failed',
            reason,
            error: { type, message: problem.message, stack: String(problem.details?.stack ?? '') },
          },
          undefined,
          0,
        );
      }
    }
  }

  /** While calls wait, looks again when a wait has become longer than a start, and refuses those that have waited too long. */
  private armTimer(nowMs: number): void {
    if (this.stopTimer !== undefined || this.waiting.length === 0) return;
    const limitMs = this.starting > 0 ? START_WAIT_MS : this.context.queueWaitMs;
    const oldestMs = nowMs - this.waiting[0]!.acceptedMs;
    const delayMs = Math.max(1, Math.min(limitMs - oldestMs, START_COST_MS));
    this.stopTimer = this.context.clock.after(delayMs, () => {
      this.stopTimer = undefined;
      this.expire();
      this.pump();
    });
  }

  private expire(): void {
    const { clock, queueWaitMs } = this.context;
    const limitMs = this.starting > 0 ? START_WAIT_MS : queueWaitMs;
    const nowMs = clock.monotonicMs();
    while (this.waiting.length > 0 && nowMs - this.waiting[0]!.acceptedMs >= limitMs) {
      this.refuse(this.waiting.shift()!, `no place became free within ${limitMs} ms`);
    }
  }

  private refuse(call: Call, why: string): void {
    this.context.recorder.refuse(
      call,
      new Problem('throttled', `${this.function.name} is busy: ${why}; try again shortly, or raise maxConcurrency`, {
        details: { retryAfterMs: 1_000 },
      }),
    );
  }

  private releaseIfRetired(): void {
    if (!this.retired || this.waiting.length > 0) return;
    for (const runner of [...this.runners]) if (runner.calls.size === 0) runner.stop();
  }
}

function remove<T>(list: T[], item: T): void {
  const place = list.indexOf(item);
  if (place !== -1) list.splice(place, 1);
}
