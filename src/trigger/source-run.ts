import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import { backOffMs } from '../model/pause.ts';
import { messageOf } from '../model/problem.ts';
import type { LocalSourceContext, RunningSource, TriggerType } from './trigger-type.ts';
import type { TriggerView } from './triggers.ts';

const BACK_OFF = { firstMs: 1_000, maxMs: 60_000 };
/** A source that does not let go for so long is left behind. */
const STOP_MS = 10_000;

interface SourceRunOptions {
  readonly type: TriggerType;
  /** Makes the context of a source that ends when the signal aborts. */
  readonly context: (
    signal: AbortSignal,
    report: LocalSourceContext<Record<string, unknown>>['report'],
  ) => LocalSourceContext<Record<string, unknown>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to less than 1; spreads the next attempts. */
  readonly random: () => number;
}

/** One source that runs, or is started again and again until it does. */
export class SourceRun {
  state: TriggerView['state'] = 'connecting';
  lastError: TriggerView['lastError'];
  private readonly options: SourceRunOptions;
  private readonly ending = new AbortController();
  private readonly context: LocalSourceContext<Record<string, unknown>>;
  private source: RunningSource | undefined;
  private attempts = 0;
  private hasReported = false;
  private cancelRetry = (): void => {};
  private starting: Promise<void> = Promise.resolve();

  constructor(options: SourceRunOptions) {
    this.options = options;
    this.context = options.context(this.ending.signal, (state, error) => this.report(state, error));
  }

  /** Resolves when the first attempt to start is over, however it went. */
  start(): Promise<void> {
    this.starting = this.attempt();
    return this.starting;
  }

  /** Resolves when the source has let go, or was left behind because it does not. */
  async stop(): Promise<void> {
    const { clock, log } = this.options;
    this.ending.abort();
    this.cancelRetry();
    let cancel = (): void => {};
    const patience = new Promise<'late'>((resolve) => {
      cancel = clock.after(STOP_MS, () => resolve('late'));
    });
    const ended = this.starting.then(() => this.letGo());
    if ((await Promise.race([ended, patience])) === 'late') log.warn('a source did not stop; it is left behind');
    cancel();
  }

  private async attempt(): Promise<void> {
    const { type, clock, log, random } = this.options;
    if (type.start === undefined) {
      this.state = 'running';
      return;
    }
    try {
      this.hasReported = false;
      this.source = await type.start(this.context);
      this.attempts = 0;
      // What the source said of itself meanwhile goes before.
      if (!this.hasReported) this.state = 'running';
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.report('failed', messageOf(error));
      log.warn({ err: error }, 'a source could not be started; trying again');
      this.cancelRetry = clock.after(backOffMs(this.attempts++, { ...BACK_OFF, random }), () => {
        this.starting = this.attempt();
      });
    }
  }

  private async letGo(): Promise<void> {
    const { source } = this;
    this.source = undefined;
    await source
      ?.stop()
      .catch((error: unknown) => this.options.log.warn({ err: error }, 'a source did not stop cleanly'));
  }

  private report(state: 'running' | 'connecting' | 'failed', error?: string): void {
    if (this.ending.signal.aborted) return;
    this.state = state;
    this.hasReported = true;
    if (error !== undefined) this.lastError = { message: error, atMs: this.options.clock.now() };
  }
}
