import type { Logger } from 'pino';
import type { Events } from '../engine/api.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf, Problem } from '../model/problem.ts';
import type { Store } from '../store/store.ts';
import type { StoredTrigger, TriggerEntry } from './documents.ts';
import { forgetCursor, Intake } from './intake.ts';
import type { KnownTypes } from './known-types.ts';
import { SourceRun } from './source-run.ts';
import type { LocalSourceContext } from './trigger-type.ts';
import type { TriggerView } from './triggers.ts';

/** Whoever changes a trigger waits so long for its source to run; one that is slow goes on by itself. */
const SETTLE_MS = 2_000;

type Context = LocalSourceContext<Record<string, unknown>>;

interface SourcesOptions {
  readonly types: KnownTypes;
  readonly store: Store;
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to less than 1; spreads what is tried again. */
  readonly random: () => number;
  /** A trigger's document as it stands. */
  readonly find: (name: string) => TriggerEntry | undefined;
}

/** A trigger whose document this node has seen. */
export interface Held {
  readonly intake: Intake;
  run: SourceRun | undefined;
  /** What the source that runs was started with. */
  startedWith: string;
  /** Why it cannot be set going at all. */
  fault?: TriggerView['lastError'];
}

/** What runs of the triggers: one source each, kept as its document says. */
export class Sources {
  private readonly options: SourcesOptions;
  private readonly held = new Map<string, Held>();
  /** Changes of one trigger happen one after the other. */
  private readonly underWay = new Map<string, Promise<void>>();
  private closing = false;

  constructor(options: SourcesOptions) {
    this.options = options;
  }

  of(name: string): Held | undefined {
    return this.held.get(name);
  }

  /** A trigger's document was made, changed or removed: what runs will follow. */
  changed(name: string): void {
    if (this.closing) return;
    const before = this.underWay.get(name) ?? Promise.resolve();
    const work = before
      .then(() => this.apply(name))
      .finally(() => {
        if (this.underWay.get(name) === work) this.underWay.delete(name);
      });
    this.underWay.set(name, work);
  }

  /** Waits until a trigger runs as its document says, but not for ever. */
  async settled(name: string): Promise<void> {
    const work = this.underWay.get(name);
    if (work === undefined) return;
    let cancel = (): void => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.options.clock.after(SETTLE_MS, resolve);
    });
    await Promise.race([work, patience]);
    cancel();
  }

  async allSettled(): Promise<void> {
    await Promise.all([...this.underWay.keys()].map((name) => this.settled(name)));
  }

  /** What a trigger that runs, or could run, is asked directly. Throws `unavailable` where it is not there yet. */
  attended({ document }: TriggerEntry): { readonly intake: Intake; readonly context: Context } {
    const { name } = document.trigger;
    const current = this.held.get(name);
    if (current === undefined) throw new Problem('unavailable', `the trigger "${name}" is being set going; try again`);
    const report: Context['report'] = (state, error) => {
      if (current.run === undefined) return;
      if (error !== undefined) current.run.lastError = { message: error, atMs: this.options.clock.now() };
      current.run.state = state;
    };
    const { intake } = current;
    // What answers at once has nothing to be ended.
    return { intake, context: this.contextOf(document, intake, new AbortController().signal, report) };
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.underWay.values());
    await Promise.all([...this.held.values()].map(({ run }) => run?.stop()));
  }

  /** Makes what runs equal to what the document says now. Never rejects. */
  private async apply(name: string): Promise<void> {
    const { find, clock, log } = this.options;
    const entry = find(name);
    try {
      if (entry === undefined) await this.forget(name);
      else await this.follow(entry);
    } catch (error) {
      const current = this.held.get(name);
      if (current !== undefined) current.fault = { message: messageOf(error), atMs: clock.now() };
      log.error({ err: error, trigger: name }, 'a trigger could not be set going');
    }
  }

  private async forget(name: string): Promise<void> {
    await this.held.get(name)?.run?.stop();
    this.held.delete(name);
    await forgetCursor(this.options.store, name);
  }

  private async follow({ document }: TriggerEntry): Promise<void> {
    const { types, store, events, clock, log, random } = this.options;
    const { trigger, sinceMs } = document;
    const current: Held = this.held.get(trigger.name) ?? {
      intake: new Intake(trigger, { events, store, clock }),
      run: undefined,
      startedWith: '',
    };
    this.held.set(trigger.name, current);
    current.intake.use(trigger);
    const startedWith = trigger.enabled ? JSON.stringify([trigger.type, trigger.options, sinceMs]) : '';
    if (startedWith === current.startedWith) return;
    await current.run?.stop();
    current.run = undefined;
    current.startedWith = startedWith;
    delete current.fault;
    if (this.closing || startedWith === '') return;
    const run = new SourceRun({
      type: types.get(trigger.type),
      clock,
      random,
      log: log.child({ trigger: trigger.name }),
      context: (signal, report) => this.contextOf(document, current.intake, signal, report),
    });
    current.run = run;
    await run.start();
  }

  private contextOf(
    { trigger, sinceMs }: StoredTrigger,
    intake: Intake,
    signal: AbortSignal,
    report: Context['report'],
  ): Context {
    const { types, clock, log, find } = this.options;
    return {
      get trigger() {
        return find(trigger.name)?.document.trigger ?? trigger;
      },
      options: types.opened(trigger),
      clock,
      log: log.child({ trigger: trigger.name }),
      signal,
      accept: (given, accept) => intake.accept(given, accept),
      prepare: (given, accept) => intake.prepare(given, accept),
      quarantine: (event, reason) => intake.quarantine(event, reason),
      prepareQuarantine: (given, reason) => intake.prepareQuarantine(given, reason),
      cursor: { load: () => intake.loadCursor(), save: (value) => intake.saveCursor(value) },
      report,
      sinceMs,
    };
  }
}
