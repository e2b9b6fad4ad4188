import type { Clock } from '../model/clock.ts';
import type { Outcome } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redactor.ts';
import { decodeResult, encodeFrame, encodeInvoke, type Frame } from '../runtime/frames.ts';
import { FrameType, type Load, type Loaded } from '../runtime/protocol.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Sandbox, SandboxExit } from '../sandbox/sandbox.ts';
import type { RunningCall } from './api.ts';
import type { Call, StartPhases } from './call.ts';
import { DriverConnection, parseBody, parseError } from './driver-connection.ts';
import { ended, failed, protocolBroken, resultTooLarge, stoppedByNode, timedOut } from './endings.ts';
import type { KeptOut } from './hooks.ts';
import { metaOf } from './invoke-meta.ts';
import { Loading } from './loading.ts';
import { MemoryGauge } from './memory-gauge.ts';
import { addToOutbox } from './outbox.ts';
import { type LogLine, PrintedLines } from './printed-lines.ts';
import { redactedError, redactedOutcome } from './redacted-error.ts';

/** What a runner tells the pool that it serves. */
export interface RunnerOwner {
  /** A call ended; the runner has room for another. */
  answered(runner: Runner, call: Call, outcome: Outcome, durationMs: number): void;
  /** A line was logged; `call` is the one it belongs to, where known. */
  logged(runner: Runner, call: Call | undefined, line: LogLine): void;
  /** The sandbox is gone. These calls were sent to it but never started: they are to run elsewhere. */
  gone(runner: Runner, unstarted: Call[]): void;
}

export interface RunnerLimits {
  readonly maxResultBytes: number;
  readonly maxLogBytes: number;
}

/** What a function has besides its code. */
export interface Given {
  /** What it may send to, asked anew each time. */
  grants(): readonly string[];
  /** Absent: no function keeps another one out. */
  readonly keptOut?: KeptOut | undefined;
  /** Of the secrets that it was given. */
  readonly redactor: Redactor | undefined;
}

type RunnerState = 'prewarmed' | 'loading' | 'serving' | 'ending';

/** Room for the frame's fixed parts beside the largest result. */
const FRAME_SLACK_BYTES = 65_536;
/** How long a function may take to notice that nobody waits for it any more. */
const CANCEL_GRACE_MS = 500;
/** What a driver says of a call that runs. */
const ANSWERS: ReadonlySet<number> = new Set([FrameType.chunk, FrameType.emit, FrameType.result, FrameType.error]);

/**
 * A sandbox with its driver connected: loads one function, then runs its calls. It never trusts the peer: the driver
 * shares its process with the function, so every frame may be forged.
 */
export class Runner {
  readonly sandbox: Sandbox;
  readonly runtime: Runtime;
  readonly startedAtMs: number;
  memoryMb: number;
  state: RunnerState = 'prewarmed';
  served = 0;
  /** Monotonic time since when no call is in flight. */
  idleSinceMs: number;
  frozen = false;
  /** Takes no more calls and ends when those it has are done. */
  retiring = false;
  /** In the order sent, which is the order in which the driver starts them. */
  readonly calls = new Map<number, Call>();
  concurrency = 1;
  owner: RunnerOwner | undefined;
  /** What it has loaded. */
  serves: { readonly name: string; readonly version: number } | undefined;
  /** Where its debugger listens, if it has one: then it is never frozen, for a debugger must get answers. */
  debugPort: number | undefined;
  readonly lines: PrintedLines;
  readonly memory: MemoryGauge;
  /** How its start went, for the record of its first call. */
  phases: StartPhases | undefined;
  private timeoutMs = 0;
  private grants: () => readonly string[] = () => [];
  private keptOut: KeptOut | undefined;
  /** Where its function was given secrets. */
  private redactor: Redactor | undefined;
  private readonly clock: Clock;
  private readonly limits: RunnerLimits;
  private readonly onChange: () => void;
  private readonly driver: DriverConnection;
  /** Calls that ended without their driver's answer, which may still come. */
  private readonly givenUp = new Set<number>();
  /** Its interpreter has said that it ends itself because its heap is full. */
  private heapExhausted = false;
  private lastHops = 0;
  private nextNumber = 1;
  private watchdogArmed = false;
  /** The driver has said that it starts nothing more. */
  private abandoned = false;
  /** Why the engine itself ends this sandbox: the outcome of the running call. */
  private sentence: Outcome | undefined;
  private loading: Loading | undefined;

  constructor(
    sandbox: Sandbox,
    options: { runtime: Runtime; memoryMb: number; clock: Clock; limits: RunnerLimits; onChange: () => void },
  ) {
    this.sandbox = sandbox;
    this.onChange = options.onChange;
    this.runtime = options.runtime;
    this.memoryMb = options.memoryMb;
    this.clock = options.clock;
    this.limits = options.limits;
    this.startedAtMs = options.clock.now();
    this.idleSinceMs = options.clock.monotonicMs();
    this.lines = new PrintedLines(this.clock, { maxLogBytes: this.limits.maxLogBytes, sinceMs: this.startedAtMs });
    this.memory = new MemoryGauge(sandbox, this.clock);
    this.driver = new DriverConnection(sandbox.channel, options.limits.maxResultBytes + FRAME_SLACK_BYTES, {
      onFrame: (frame) => this.received(frame),
      onViolation: (how) => this.violate(how),
      onClose: () => this.end(undefined),
    });
    sandbox.exited.then((exit) => this.finished(exit));
  }

  /** Whether the oldest call has run longer than a very short function would. */
  stalled(nowMs: number, afterMs: number): boolean {
    for (const call of this.calls.values()) return nowMs - call.startedMs > afterMs;
    return false;
  }

  /** The longest chain of functions that a call under way came through; with none under way, that of the last ones. */
  get hops(): number {
    let most: number | undefined;
    for (const { started, request } of this.calls.values()) if (started) most = Math.max(most ?? 0, request.hops ?? 0);
    if (most !== undefined) this.lastHops = most;
    return this.lastHops;
  }

  /** What runs in it now. */
  running(): RunningCall[] {
    const running: RunningCall[] = [];
    for (const call of this.calls.values()) if (call.started) running.push(call);
    return running;
  }

  /** Loads a function. Rejects with `load_failed` (details: type, line, stack) and ends the sandbox where it cannot be loaded, with `sandbox_failed` where it has ended. */
  load(load: Load, loadTimeoutMs: number, given: Given): Promise<Loaded> {
    if (this.state === 'ending')
      return Promise.reject(
        new Problem('sandbox_failed', 'the sandbox ended before it was given the function: try again'),
      );
    this.state = 'loading';
    this.serves = { name: load.function, version: load.version };
    this.concurrency = load.sandboxConcurrency;
    this.grants = given.grants;
    this.keptOut = given.keptOut;
    this.redactor = given.redactor;
    this.lines.redactBy(given.redactor);
    this.debugPort = load.debugPort;
    this.timeoutMs = load.timeoutMs;
    this.onChange();
    this.loading = new Loading(this.clock, loadTimeoutMs, () => {
      this.loading = undefined;
      this.end(undefined);
    });
    this.driver.send(encodeFrame(FrameType.load, 0, JSON.stringify(load)));
    return this.loading.loaded;
  }

  /** Sends a call. The caller has seen that there is room. */
  run(call: Call): void {
    const number = this.nextNumber;
    this.nextNumber = number === 0xffff_ffff ? 1 : number + 1;
    call.number = number;
    this.calls.set(number, call);
    if (this.calls.size <= this.concurrency) this.started(call, this.clock.monotonicMs());
    const { request, idBytes } = call;
    this.driver.send(encodeInvoke(number, idBytes, this.timeoutMs, request.payloadKind, metaOf(call), request.payload));
    if (this.frozen) {
      this.frozen = false;
      this.onChange();
      this.sandbox.thaw().catch(() => this.end(undefined));
    }
    if (!this.watchdogArmed) this.armWatchdog(this.timeoutMs);
  }

  /** Nobody waits for this call any more, or it broke a limit: `outcome` is what it ends with, when the driver answers or after a grace. */
  condemn(call: Call, outcome: Outcome): void {
    if (call.verdict !== undefined || !this.calls.has(call.number)) return;
    call.verdict = outcome;
    this.driver.send(encodeFrame(FrameType.cancel, call.number));
    if (call.started) this.allowGrace(call, outcome);
  }

  /** Ends the sandbox. A call that runs in it ends with `sentence`, or by how the sandbox ended. */
  end(sentence: Outcome | undefined): void {
    this.sentence ??= sentence;
    if (this.state === 'ending') return;
    this.state = 'ending';
    this.onChange();
    this.driver.close();
    void this.sandbox.kill();
  }

  /** Ends a sandbox that the node has no more use for. */
  stop(): void {
    this.end(stoppedByNode());
  }

  /** Keeps an idle sandbox from costing any CPU, whatever its function left running; the next call thaws it. One that cannot be frozen is not kept. */
  freeze(): void {
    this.frozen = true;
    this.onChange();
    this.sandbox.freeze().catch(() => {
      this.retiring = true;
      if (this.calls.size === 0) this.stop();
    });
  }

  /** A line that did not come through the driver: it belongs to the running call where there is just one. */
  rawLine(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stderr' && this.runtime.heapExhausted?.test(text)) this.heapExhausted = true;
    const [call] = this.concurrency === 1 ? this.calls.values() : [];
    this.owner?.logged(this, call, this.lines.raw(stream, text));
  }

  private started(call: Call, nowMs: number): void {
    call.started = true;
    call.startedMs = nowMs;
    this.lines.callStarted();
    if (this.served++ === 0) {
      call.coldStart = true;
      call.phases = this.phases;
    }
    // Condemned while it was only sent ahead: what ran before it is another's, and was left to run.
    if (call.verdict !== undefined) this.allowGrace(call, call.verdict);
  }

  private allowGrace(call: Call, outcome: Outcome): void {
    this.clock.after(CANCEL_GRACE_MS, () => {
      if (this.calls.get(call.number) === call) this.giveUp(call, outcome);
    });
  }

  private received(frame: Frame): void {
    if (this.givenUp.has(frame.call) && ANSWERS.has(frame.type)) return;
    switch (frame.type) {
      case FrameType.result:
        return this.result(frame);
      case FrameType.error:
        return frame.call === 0 ? this.loadFailed(frame) : this.error(frame);
      case FrameType.log:
        return this.log(frame);
      case FrameType.chunk:
        return this.chunk(frame);
      case FrameType.emit:
        return this.emit(frame);
      case FrameType.loaded:
        return this.loaded(frame);
      default:
        return this.violate(`a frame of unknown type ${frame.type}`);
    }
  }

  private result(frame: Frame): void {
    const call = this.calls.get(frame.call);
    if (call === undefined || !call.started)
      return this.violate(`a result for call ${frame.call}, which is not running`);
    const { contentType, payload, durationMs } = decodeResult(frame.body);
    if (call.resultBytes + payload.length > this.limits.maxResultBytes && call.request.onChunk === undefined) {
      return this.answer(call, resultTooLarge(this.limits.maxResultBytes), durationMs);
    }
    const { chunks, outbox } = call;
    const outcome: Outcome =
      chunks === undefined
        ? { status: 'succeeded', payload, contentType }
        : { status: 'succeeded', payload, contentType: call.chunkType, chunks };
    this.answer(call, outbox === undefined ? outcome : { ...outcome, outbox }, durationMs);
  }

  private error(frame: Frame): void {
    const call = this.calls.get(frame.call);
    if (call === undefined) return this.violate(`an error for call ${frame.call}, which does not exist`);
    const error = parseError(frame);
    this.answer(call, failed(error), error.durationUs / 1_000);
  }

  private loaded(frame: Frame): void {
    const { loading } = this;
    if (loading === undefined) return this.violate('LOADED without LOAD');
    const loaded = parseBody<Loaded>(frame);
    this.loading = undefined;
    this.state = 'serving';
    this.onChange();
    loading.done(loaded);
  }

  private loadFailed(frame: Frame): void {
    const error = parseError(frame);
    if (this.loading === undefined) {
      // The driver is about to end and has answered what ran: the others were never started.
      this.retiring = true;
      this.abandoned = true;
      return;
    }
    this.loading.refused(redactedError(error, this.redactor));
  }

  private chunk(frame: Frame): void {
    const call = this.calls.get(frame.call);
    if (call === undefined || !call.started)
      return this.violate(`a chunk for call ${frame.call}, which is not running`);
    if (call.verdict !== undefined) return;
    const { contentType, payload } = decodeResult(frame.body);
    call.resultBytes += payload.length;
    call.chunkType = contentType;
    call.chunks ??= [];
    if (call.request.onChunk === undefined) {
      if (call.resultBytes > this.limits.maxResultBytes)
        return this.condemn(call, resultTooLarge(this.limits.maxResultBytes));
      // The frame's body is a view into a receive buffer that would otherwise be kept whole.
      call.chunks.push(Buffer.from(payload));
      return;
    }
    const drained = call.request.onChunk(payload, contentType);
    if (drained === undefined) return;
    // The receiver is slower than the function.
    this.driver.pauseUntil(drained);
  }

  private emit(frame: Frame): void {
    const call = this.calls.get(frame.call);
    if (call === undefined || !call.started)
      return this.violate(`something emitted by call ${frame.call}, which is not running`);
    if (call.verdict !== undefined) return;
    const refusal = addToOutbox(call, frame.body, this.grants(), this.keptOut);
    if (refusal !== undefined) this.condemn(call, refusal);
  }

  private log(frame: Frame): void {
    const call = frame.call === 0 ? undefined : this.calls.get(frame.call);
    const line = this.lines.fromDriver(frame.body, call);
    if (line === undefined) return this.violate('log lines far beyond the limit');
    this.owner?.logged(this, call, line);
  }

  private answer(call: Call, outcome: Outcome, durationMs: number): void {
    this.calls.delete(call.number);
    this.lastHops = call.request.hops ?? 0;
    const nowMs = this.clock.monotonicMs();
    // What the driver claims cannot be more than what passed.
    const ranMs = !call.started ? 0 : Math.min(durationMs, nowMs - call.startedMs);
    if (this.calls.size === 0) this.idleSinceMs = nowMs;
    else this.startNext(nowMs);
    this.memory.lookAgain(nowMs);
    this.owner?.answered(this, call, redactedOutcome(call.verdict ?? outcome, this.redactor), ranMs);
    if (this.retiring && this.calls.size === 0) this.stop();
  }

  /** The driver starts the next call that was sent ahead. */
  private startNext(nowMs: number): void {
    let running = 0;
    for (const call of this.calls.values()) {
      if (++running > this.concurrency) return;
      if (!call.started) this.started(call, nowMs);
    }
  }

  /** One timer for all calls of this sandbox: they have the same timeout, and the oldest expires first. */
  private armWatchdog(delayMs: number): void {
    this.watchdogArmed = true;
    this.clock.after(delayMs, () => {
      this.watchdogArmed = false;
      const nowMs = this.clock.monotonicMs();
      let nextMs = Infinity;
      for (const call of [...this.calls.values()]) {
        if (!call.started) continue;
        const leftMs = call.startedMs + this.timeoutMs - nowMs;
        if (leftMs <= 0) this.giveUp(call, timedOut(this.timeoutMs));
        else nextMs = Math.min(nextMs, leftMs);
      }
      if (nextMs < Infinity && this.state === 'serving' && !this.watchdogArmed) this.armWatchdog(nextMs);
    });
  }

  /** A call that does not end by itself: its sandbox ends, at once if it runs nothing else, else when the others are done. */
  private giveUp(call: Call, outcome: Outcome): void {
    if (this.concurrency === 1) return this.end(!call.started ? undefined : outcome);
    this.retiring = true;
    this.givenUp.add(call.number);
    this.answer(call, outcome, Infinity);
  }

  private violate(how: string): void {
    this.loading?.fail('DriverProtocolError', `the function's process broke the driver protocol while loading: ${how}`);
    this.end(protocolBroken(how));
  }

  private finished(exit: SandboxExit): void {
    this.state = 'ending';
    const calls = [...this.calls.values()];
    this.calls.clear();
    const outcome = this.sentence ?? ended(this.heapExhausted ? { reason: 'out_of_memory' } : exit, this.memoryMb);
    if (this.loading !== undefined) {
      const error = outcome.status === 'succeeded' ? undefined : outcome.error;
      this.loading.fail(error?.type, `loading ended early: ${error?.message}`);
    }
    const nowMs = this.clock.monotonicMs();
    const unstarted = calls.filter((call) => (!call.started || this.abandoned) && call.verdict === undefined);
    for (const call of calls) {
      if (!unstarted.includes(call))
        this.owner?.answered(
          this,
          call,
          redactedOutcome(call.verdict ?? outcome, this.redactor),
          !call.started ? 0 : nowMs - call.startedMs,
        );
    }
    this.owner?.gone(this, unstarted);
  }
}
