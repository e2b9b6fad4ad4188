import type { Clock } from '../model/clock.ts';
import type { CompletedInvocation, InvocationRequest, Outcome } from '../model/invocation.ts';
import { noFunction } from '../model/no-function.ts';
import { asProblem, Problem } from '../model/problem.ts';
import { contextWithin } from '../model/trace.ts';
import type { KeyValueEntry } from '../store/key-value.ts';
import type { Store } from '../store/store.ts';
import type { Engine, Idempotency, Router } from './api.ts';
import {
  DEFAULT_WINDOW_MS,
  decode,
  encode,
  encodeDone,
  fingerprintOf,
  idempotencySpace,
} from './idempotency-record.ts';
import { outboxRefused } from './send-outbox.ts';

/** How long a claim stands without being extended: so long a key waits after the node that ran it died. */
const CLAIM_MS = 15_000;
const EXTEND_MS = 5_000;
/** How long others wait for a run, beyond the function's timeout. */
const WAIT_SLACK_MS = 60_000;
const FIRST_POLL_MS = 20;
const MAX_POLL_MS = 1_000;
const MAX_KEY_LENGTH = 256;
/** Failures of what never ran: another call with the key may run it. */
const NOT_RUN: ReadonlySet<string> = new Set(['load_failed', 'bad_parameters', 'NodeStoppingError']);

interface IdempotencyOptions {
  readonly engine: Pick<Engine, 'invoke' | 'find'>;
  readonly store: Pick<Store, 'keyValue' | 'commit'>;
  readonly router: Router;
  readonly clock: Clock;
}

/** One key of one function. */
interface Place {
  readonly space: string;
  readonly key: string;
  readonly fingerprint: string;
}

/**
 * Calls with a key run once within their window.
 *
 * Who comes first claims the key by compare-and-set, and extends the claim while the run goes on. The result, what the run
 * sent, and the key's record are one commit, which holds only while the claim does: a run that was presumed dead changes
 * nothing, and its caller gets the winner's result.
 *
 * Once a function began to run, its outcome is recorded whatever it is, a failure too (as Stripe does): a repetition must not
 * run it again, for nobody knows what it did before it failed. What never ran (the platform refused it, its code or its
 * parameters do not fit, the node stopped) gives the key free. A result of 1 MiB or more is not kept: a repetition then learns that the call
 * was done, by a `conflict` that names the invocation, and not what it gave.
 */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { engine, store, router, clock } = options;
  const { keyValue } = store;
  /** Runs of this process, so that those who wait here hear of the end at once. */
  const running = new Map<string, Promise<unknown>>();

  async function invoke(
    request: InvocationRequest,
    { key, windowMs = DEFAULT_WINDOW_MS, identity }: Parameters<Idempotency['invoke']>[1],
  ): Promise<CompletedInvocation & { replayed: boolean }> {
    const found = engine.find(request.target);
    if (found === undefined) throw noFunction(request.target);
    if (key.length === 0 || key.length > MAX_KEY_LENGTH || !key.isWellFormed())
      throw new Problem('invalid_request', `an idempotency key has 1 to ${MAX_KEY_LENGTH} characters`);
    const { name, config } = found.document;
    const fingerprint = fingerprintOf(identity ?? request.payload, request.payloadKind, request.contentType);
    const place = { space: idempotencySpace(name), key, fingerprint };
    const untilMs = clock.monotonicMs() + config.timeoutMs + WAIT_SLACK_MS;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
      const entry = await keyValue.get(place.space, key);
      if (entry !== undefined) {
        const replayed = replay(entry, place);
        if (replayed !== undefined) return { ...replayed, replayed: true };
      } else {
        const revision = await claim(place);
        const completed = revision && (await runClaimed(request, place, revision, windowMs));
        if (completed) return { ...completed, replayed: false };
        continue;
      }
      if (clock.monotonicMs() >= untilMs)
        throw new Problem('conflict', `the call with the idempotency key '${key}' has not ended: try again later`);
      const passed = new Promise<void>((resolve) => clock.after(pollMs, resolve));
      await Promise.race([passed, running.get(idOf(place)) ?? passed]);
    }
  }

  /** The revision of the claim; `undefined` where somebody else was faster. */
  function claim(place: Place): Promise<number | undefined> {
    return putRunning(place, 0);
  }

  function putRunning({ space, key, fingerprint }: Place, expectedRevision: number): Promise<number | undefined> {
    const value = encode({ state: 'running', fingerprint });
    const write = keyValue.put(space, key, value, { expectedRevision, expiresAtMs: clock.now() + CLAIM_MS });
    return write.catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'conflict') return undefined;
      throw error;
    });
  }

  async function runClaimed(
    request: InvocationRequest,
    place: Place,
    revision: number,
    windowMs: number,
  ): Promise<CompletedInvocation | undefined> {
    const run = runOnce(request, place, new Claim(revision, place), windowMs);
    const ended = run.catch(() => {});
    running.set(idOf(place), ended);
    try {
      return await run;
    } finally {
      if (running.get(idOf(place)) === ended) running.delete(idOf(place));
    }
  }

  /** Runs, and records how it ended; `undefined` where the claim was lost and the run does not count. */
  async function runOnce(
    request: InvocationRequest,
    { space, key, fingerprint }: Place,
    claimed: Claim,
    windowMs: number,
  ): Promise<CompletedInvocation | undefined> {
    const { onChunk: _, ...whole } = request;
    try {
      let completed = await engine.invoke({ ...whole, keepOutbox: true }).completed;
      if (!didRun(completed.outcome)) {
        await claimed.release();
        return completed;
      }
      const { outcome, report } = completed;
      const outbox = (outcome.status === 'succeeded' && outcome.outbox) || [];
      const { invocationId } = report;
      const trace = contextWithin(invocationId, request.trace, request.delivery?.eventId);
      const origin = { function: report.function, invocationId, hops: request.hops ?? 0, trace };
      const routed = await router.route(outbox, origin).catch((error: unknown) => asProblem(error));
      if (routed instanceof Problem) {
        const refused = outboxRefused(routed);
        if (refused === undefined) throw routed;
        completed = { ...completed, outcome: refused };
      }
      const expectedRevision = await claimed.stop();
      if (expectedRevision === undefined) return undefined;
      const value = encodeDone(fingerprint, completed);
      const options = { expectedRevision, expiresAtMs: clock.now() + windowMs };
      const leaving = routed instanceof Problem ? [] : routed.parts;
      if (!(await store.commit([{ kind: 'put', space, key, value, options }, ...leaving]))) return undefined;
      if (!(routed instanceof Problem)) routed.committed();
      return completed;
    } catch (error) {
      await claimed.release().catch(() => {});
      throw error;
    }
  }

  /** A claim of a key, extended until it is stopped. */
  class Claim {
    private revision: number | undefined;
    private readonly place: Place;
    private stopTimer: () => void = () => {};
    private extending: Promise<void> = Promise.resolve();

    constructor(revision: number, place: Place) {
      this.revision = revision;
      this.place = place;
      this.arm();
    }

    /** Ends the extending; the claim's revision then, `undefined` where it was lost. */
    async stop(): Promise<number | undefined> {
      this.stopTimer();
      await this.extending;
      this.stopTimer();
      return this.revision;
    }

    /** Gives the key free, for nothing was done. */
    async release(): Promise<void> {
      const revision = await this.stop();
      if (revision === undefined) return;
      this.revision = undefined;
      const { space, key } = this.place;
      await keyValue.delete(space, key, revision).catch((error: unknown) => {
        if (!(error instanceof Problem && error.code === 'conflict')) throw error;
      });
    }

    private arm(): void {
      this.stopTimer = clock.after(EXTEND_MS, () => {
        this.extending = this.extend();
      });
    }

    private async extend(): Promise<void> {
      if (this.revision === undefined) return;
      try {
        this.revision = await putRunning(this.place, this.revision);
      } catch {
        // The store fails for now: tried again, as long as the claim stands by itself.
      }
      if (this.revision !== undefined) this.arm();
    }
  }

  return { invoke };
}

/** The recorded outcome; `undefined` where the run goes on. */
function replay({ value }: KeyValueEntry, { key, fingerprint }: Place): CompletedInvocation | undefined {
  const { record, bytes } = decode(value);
  if (record.fingerprint !== fingerprint) {
    throw new Problem(
      'idempotency_conflict',
      `the idempotency key '${key}' was used with another payload; use a new key for a new request`,
    );
  }
  if (record.state !== 'done') return undefined;
  const { report, outcome, kept } = record;
  if (outcome.status !== 'succeeded') return { outcome, report };
  if (!kept) {
    throw new Problem(
      'conflict',
      `the call with the idempotency key '${key}' succeeded as invocation ${report.invocationId}; its result was too large to be kept`,
      { details: { invocationId: report.invocationId } },
    );
  }
  return { outcome: { ...outcome, payload: bytes }, report };
}

function didRun(outcome: Outcome): boolean {
  if (outcome.status === 'failed') return !NOT_RUN.has(outcome.reason);
  return outcome.status === 'succeeded' || !NOT_RUN.has(outcome.error.type);
}

function idOf({ space, key }: Place): string {
  return `${space}/${key}`;
}
