import type { Logger } from 'pino';
import type { StoredAlias } from '../../model/alias.ts';
import type { Clock } from '../../model/clock.ts';
import type { Release, ReleaseFailure, ReleaseReport, VersionNumbers } from '../../model/release.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import { alarmed, judge, type Verdict } from './judge.ts';
import { RollingWindow } from './rolling-window.ts';

/** How often a release is judged while nothing fails, and so how soon an alarm is heard. */
const JUDGE_EVERY_MS = 1_000;
/** Calls of the new version after which it is judged at once. */
const JUDGE_EVERY_CALLS = 16;
const MAX_FAILURES = 5;
const MAX_MESSAGE = 500;

/** What a run does to the alias; each resolves once it is on disk, and `false` says that the release is not under way any more. */
export interface ReleaseActions {
  step(release: Release, baseline: VersionNumbers | undefined): Promise<boolean>;
  end(release: Release, state: 'promoted' | 'rolled_back', report: ReleaseReport): Promise<boolean>;
}

interface ReleaseRunOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly actions: ReleaseActions;
  /** Which of these alarms fire now. */
  readonly alarmFiring: (names: readonly string[]) => readonly string[];
}

/**
 * Leads one release through its steps on this node, and back where the new version is worse. It counts by the monotonic clock
 * alone, so that a clock that jumps changes nothing; after a restart of the node, the step begins anew.
 */
export class ReleaseRun {
  private release: Release;
  private readonly options: ReleaseRunOptions;
  private readonly old: RollingWindow;
  private readonly fresh: RollingWindow;
  private readonly failures: ReleaseFailure[] = [];
  private baseline: VersionNumbers | undefined;
  /** When the step began, and how many calls the new version had had by then. */
  private stepMs: number;
  private callsBefore = 0;
  private unjudgedCalls = 0;
  private isActing = false;
  private isOver = false;
  private cancelTimer: () => void = () => {};

  constructor({ document }: StoredAlias, options: ReleaseRunOptions) {
    this.release = document.release!;
    this.options = options;
    const { windowMs } = this.release.rules;
    this.old = new RollingWindow(windowMs);
    this.fresh = new RollingWindow(windowMs);
    this.baseline = this.release.baseline;
    this.stepMs = options.clock.monotonicMs();
    this.arm();
  }

  get id(): string {
    return this.release.id;
  }

  /** The alias says something else of the release now. */
  follow(release: Release): void {
    const began = release.step !== this.release.step || release.state !== this.release.state;
    this.release = release;
    if (!began) return;
    this.stepMs = this.options.clock.monotonicMs();
    this.callsBefore = this.fresh.total;
  }

  /** A call by the alias ended. */
  observe(record: InvocationRecord): void {
    const { from, to } = this.release;
    const isError = failed(record);
    // What a limit refused, or a caller gave up, says nothing about a version.
    if (this.isOver || isError === undefined) return;
    const nowMs = this.options.clock.monotonicMs();
    if (record.version === from) this.old.add(nowMs, record.durationMs, isError);
    if (record.version !== to) return;
    this.fresh.add(nowMs, record.durationMs, isError);
    if (isError) this.remember(record);
    if (isError || ++this.unjudgedCalls >= JUDGE_EVERY_CALLS) this.look();
  }

  /** How both stand. */
  numbers(): { old: VersionNumbers; new: VersionNumbers } {
    const { from, to, rules } = this.release;
    const nowMs = this.options.clock.monotonicMs();
    const old = this.old.numbers(from, nowMs);
    if (old.calls >= rules.minCalls) this.baseline = old;
    return { old: old.calls >= rules.minCalls ? old : (this.baseline ?? old), new: this.fresh.numbers(to, nowMs) };
  }

  /** A report of how it stands, for whoever ends it. */
  report(why: string, more: Pick<ReleaseReport, 'rule' | 'alarms'> = {}): ReleaseReport {
    const failures = this.failures.length === 0 ? {} : { failures: [...this.failures] };
    return { why, ...more, ...this.numbers(), ...failures };
  }

  close(): void {
    this.isOver = true;
    this.cancelTimer();
  }

  private remember({ invocationId, errorType = '', errorMessage = '' }: InvocationRecord): void {
    this.failures.push({ invocationId, type: errorType, message: errorMessage.slice(0, MAX_MESSAGE) });
    if (this.failures.length > MAX_FAILURES) this.failures.shift();
  }

  private arm(): void {
    this.cancelTimer = this.options.clock.after(JUDGE_EVERY_MS, () => {
      this.look();
      if (!this.isOver) this.arm();
    });
  }

  /** Judges, and goes on to the next step where the time of this one is over. */
  private look(): void {
    this.unjudgedCalls = 0;
    if (this.isOver || this.isActing) return;
    const { release } = this;
    const { alarms } = release.rules;
    const firing = alarms.length === 0 ? [] : this.options.alarmFiring(alarms);
    const { old, new: fresh } = this.numbers();
    const verdict = firing.length > 0 ? alarmed(firing) : judge(release.rules, old, fresh);
    if (verdict !== undefined) void this.act(() => this.rollBack(release, verdict, firing));
    else if (this.stepIsOver()) void this.act(() => this.advance(release));
  }

  private stepIsOver(): boolean {
    const { state, everyMs, rules } = this.release;
    if (state !== 'running' || this.options.clock.monotonicMs() - this.stepMs < everyMs) return false;
    return !rules.waitForCalls || this.fresh.total - this.callsBefore >= rules.minCalls;
  }

  private rollBack(release: Release, { rule, why }: Verdict, firing: readonly string[]): Promise<boolean> {
    const alarms = firing.length === 0 ? {} : { alarms: firing };
    return this.options.actions.end(release, 'rolled_back', this.report(why, { rule, ...alarms }));
  }

  private advance(release: Release): Promise<boolean> {
    const { old } = this.numbers();
    if (release.step + 1 < release.steps.length)
      return this.options.actions.step(release, old.calls > 0 ? old : undefined);
    const calls = `${this.fresh.total} calls`;
    const why =
      this.fresh.total >= release.rules.minCalls
        ? `version ${release.to} was not worse than version ${release.from} in any step, with ${calls}`
        : `no step showed version ${release.to} to be worse, but with ${calls} there was little to judge by`;
    return this.options.actions.end(release, 'promoted', this.report(why));
  }

  /** One change at a time; one that the store refused is tried again when it is judged next. */
  private async act(change: () => Promise<boolean>): Promise<void> {
    this.isActing = true;
    try {
      if (!(await change())) this.close();
    } catch (error) {
      this.options.log.error({ err: error, release: this.release.id }, 'a step of a release could not be made');
    } finally {
      this.isActing = false;
    }
  }
}

/** Whether a call failed; `undefined` where how it ended says nothing about its version. */
function failed({ status, reason }: InvocationRecord): boolean | undefined {
  if (status === 'succeeded') return false;
  if (status === 'cancelled') return undefined;
  if (status === 'rejected') return reason === 'sandbox_failed' ? true : undefined;
  return true;
}
