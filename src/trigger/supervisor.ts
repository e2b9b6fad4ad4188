import type { Logger } from 'pino';
import type { Engine, Events, LaneStats } from '../engine/api.ts';
import type { Completed } from '../engine/events/completions.ts';
import type { Clock } from '../model/clock.ts';
import { noFunction } from '../model/no-function.ts';
import { messageOf, Problem } from '../model/problem.ts';
import { parseTarget } from '../model/target.ts';
import { readTrace } from '../model/trace.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Services } from '../service/services.ts';
import type { Store } from '../store/store.ts';
import { absent, type StoredTrigger, TriggerDocuments, type TriggerEntry } from './documents.ts';
import { forgetCursor, Intake, treatmentOf } from './intake.ts';
import { checkedOptions, hideSecrets, keepSecrets, openSecrets, sealSecrets, withDefaults } from './options.ts';
import { refuseSame } from './refuse-same.ts';
import { redeliverDead, replaySource } from './replay.ts';
import { SourceRun } from './source-run.ts';
import type { HookRequest, LocalSourceContext, SourceContext, TriggerType } from './trigger-type.ts';
import type { NewTrigger, TriggerChange, Triggers, TriggerView } from './triggers.ts';
import { tryTrigger } from './try-trigger.ts';
import { loadTypes } from './types.ts';

const MAX_TRIGGERS = 100_000;
const NEXT_TIMES = 5;
/** Next times that a list shows up to a time: of one trigger, and of all together. */
const MAX_NEXT_TIMES = 500;
const MAX_NEXT_TIMES_LISTED = 20_000;
const MAX_NAME_LENGTH = 64;
/** What names a source, such as a bucket, and may be part of a trigger's name. */
const PLAIN_WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/;
/** Whoever changes a trigger waits so long for its source to run; one that is slow goes on by itself. */
const SETTLE_MS = 2_000;

interface TriggersOptions {
  readonly store: Store;
  readonly engine: Pick<Engine, 'find' | 'check' | 'choose' | 'invoke'>;
  readonly events: Events & Completed;
  readonly services: Pick<Services, 'buckets' | 'queues' | 'topics'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to less than 1; spreads what is tried again. */
  readonly random?: () => number;
  /** Hears how long after its time a schedule fired. */
  readonly onScheduleFired?: (lateMs: number) => void;
  /** Other types than the platform's own. */
  readonly types?: ReadonlyMap<string, TriggerType>;
}

/** A trigger whose document this node has seen. */
interface Held {
  readonly intake: Intake;
  run: SourceRun | undefined;
  /** What the source that runs was started with. */
  startedWith: string;
  /** Why it cannot be set going at all. */
  fault?: TriggerView['lastError'];
}

/**
 * Makes the triggers of a node: its sources run as their documents say, from now on. Resolves when those that can be
 * reached at once run.
 */
export async function createTriggers(options: TriggersOptions): Promise<Triggers> {
  const { store, engine, events, clock, log, random = Math.random } = options;
  const types = options.types ?? (await loadTypes({ ...options, log }));
  const held = new Map<string, Held>();
  /** Changes of one trigger happen one after the other. */
  const underWay = new Map<string, Promise<void>>();
  const enabledOf = new Map<string, readonly Trigger[]>();
  let closing = false;

  const opened = ({ type, options: sealed }: Trigger): Record<string, unknown> => {
    const found = typeOf(types, type);
    return withDefaults(
      found.options,
      openSecrets(found.options, sealed, (text) => store.vault.open(text)),
    );
  };

  /** Nothing where its secrets cannot be opened, which the log tells. */
  const openable = (trigger: Trigger): Record<string, unknown> | undefined => {
    try {
      return opened(trigger);
    } catch (error) {
      log.error({ err: error, trigger: trigger.name }, `a trigger cannot be used: ${messageOf(error)}`);
      return undefined;
    }
  };

  const onChange = (name: string): void => {
    enabledOf.clear();
    if (closing) return;
    const before = underWay.get(name) ?? Promise.resolve();
    const work = before
      .then(() => apply(name))
      .finally(() => {
        if (underWay.get(name) === work) underWay.delete(name);
      });
    underWay.set(name, work);
  };

  /** Makes what runs equal to what the document says now. Never rejects. */
  const apply = async (name: string): Promise<void> => {
    const entry = documents.find(name);
    try {
      if (entry === undefined) await forget(name);
      else await follow(entry);
    } catch (error) {
      const current = held.get(name);
      if (current !== undefined) current.fault = { message: messageOf(error), atMs: clock.now() };
      log.error({ err: error, trigger: name }, 'a trigger could not be set going');
    }
  };

  const forget = async (name: string): Promise<void> => {
    await held.get(name)?.run?.stop();
    held.delete(name);
    await forgetCursor(store, name);
  };

  const follow = async ({ document }: TriggerEntry): Promise<void> => {
    const { trigger, sinceMs } = document;
    const current: Held = held.get(trigger.name) ?? {
      intake: new Intake(trigger, { events, store, clock }),
      run: undefined,
      startedWith: '',
    };
    held.set(trigger.name, current);
    current.intake.use(trigger);
    const startedWith = trigger.enabled ? JSON.stringify([trigger.type, trigger.options, sinceMs]) : '';
    if (startedWith === current.startedWith) return;
    await current.run?.stop();
    current.run = undefined;
    current.startedWith = startedWith;
    delete current.fault;
    if (closing || startedWith === '') return;
    const run = new SourceRun({
      type: typeOf(types, trigger.type),
      clock,
      random,
      log: log.child({ trigger: trigger.name }),
      context: (signal, report) => contextOf(document, current.intake, signal, report),
    });
    current.run = run;
    await run.start();
  };

  const contextOf = (
    { trigger, sinceMs }: StoredTrigger,
    intake: Intake,
    signal: AbortSignal,
    report: LocalSourceContext<Record<string, unknown>>['report'],
  ): LocalSourceContext<Record<string, unknown>> => ({
    get trigger() {
      return documents.find(trigger.name)?.document.trigger ?? trigger;
    },
    options: opened(trigger),
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
  });

  /** Waits until a trigger runs as its document says, but not for ever. */
  const settled = async (name: string): Promise<void> => {
    const work = underWay.get(name);
    if (work === undefined) return;
    let cancel = (): void => {};
    const patience = new Promise<void>((resolve) => {
      cancel = clock.after(SETTLE_MS, resolve);
    });
    await Promise.race([work, patience]);
    cancel();
  };

  /** The function that a target names, and its qualifier, which must lead to something too. */
  const woken = (target: string): Pick<Trigger, 'function' | 'qualifier'> => {
    const found = engine.find(target);
    if (found === undefined) throw noFunction(target, ' to wake');
    const { qualifier } = parseTarget(target);
    if (qualifier !== undefined) engine.check(target);
    return { function: found.document.name, ...(qualifier !== undefined && { qualifier }) };
  };

  const freeName = ({ function: name, type, words = [] }: NewTrigger): string => {
    const word = PLAIN_WORD.test(words[0] ?? '') ? words[0]!.replaceAll('.', '-') : '';
    const base = [name, type, word]
      .filter((part) => part !== '')
      .join('-')
      .slice(0, MAX_NAME_LENGTH - 6);
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? base : `${base}-${count}`;
      if (documents.find(candidate) === undefined) return candidate;
    }
  };

  const viewOf = (
    entry: TriggerEntry,
    lanes: readonly LaneStats[],
    coming: { count: number; untilMs?: number } = { count: NEXT_TIMES },
  ): TriggerView => {
    const { document, revision } = entry;
    const { trigger, createdAt } = document;
    const type = types.get(trigger.type);
    const shown = type === undefined ? {} : hideSecrets(type.options, trigger.options);
    const complete = type === undefined ? {} : withDefaults(type.options, shown);
    const current = held.get(trigger.name);
    const lane = lanes.find((each) => each.lane === trigger.name);
    const lastError = current?.run?.lastError ?? current?.fault;
    const lastEventAtMs = current?.intake.lastEventAtMs;
    const next = trigger.enabled ? type?.next?.(complete, clock.now(), coming.count, coming.untilMs) : undefined;
    return {
      trigger: { ...trigger, options: shown },
      revision,
      createdAt,
      summary: type?.describe(complete) ?? '',
      state: !trigger.enabled ? 'paused' : (current?.run?.state ?? 'failed'),
      counts: {
        accepted: lane?.accepted ?? 0,
        filtered: current?.intake.filtered ?? 0,
        delivered: lane?.delivered ?? 0,
        lost: lane?.lost ?? 0,
      },
      waiting: (lane?.waiting ?? 0) + (lane?.delayed ?? 0),
      lagMs: lane?.oldestAgeMs ?? 0,
      ...(lastError !== undefined && { lastError }),
      ...(lastEventAtMs !== undefined && { lastEventAtMs }),
      ...(next !== undefined && { next }),
      ...(coming.untilMs !== undefined && next?.length === coming.count && { nextCut: true as const }),
      ...(type?.receive !== undefined && type.isCalled?.(complete) !== false && { path: `/hooks/${trigger.name}` }),
    };
  };

  const shown = async (entry: TriggerEntry): Promise<TriggerView> =>
    viewOf(entry, await events.stats(entry.document.trigger.function));

  const found = (name: string): TriggerEntry => {
    const entry = documents.find(name);
    if (entry === undefined) throw absent(name);
    return entry;
  };

  /** What a trigger that runs, or could run, is asked directly. */
  const attended = (name: string, signal: AbortSignal) => {
    const { document } = found(name);
    const current = held.get(name);
    if (current === undefined) throw new Problem('unavailable', `the trigger "${name}" is being set going; try again`);
    const report = (state: TriggerView['state'], error?: string): void => {
      if (error !== undefined && current.run !== undefined)
        current.run.lastError = { message: error, atMs: clock.now() };
      if (current.run !== undefined) current.run.state = state;
    };
    return {
      type: typeOf(types, document.trigger.type),
      trigger: document.trigger,
      intake: current.intake,
      context: contextOf(document, current.intake, signal, report),
    };
  };

  const documents = new TriggerDocuments(store.registry, onChange);
  await documents.load();
  await Promise.all([...underWay.keys()].map(settled));
  for (const type of types.values()) type.ready?.();

  return {
    types: () => [...types.values()],

    async create(wanted) {
      if (documents.count >= MAX_TRIGGERS) {
        throw new Problem('invalid_request', `there are ${MAX_TRIGGERS} triggers already; remove some first`);
      }
      const type = typeOf(types, wanted.type);
      const { words, name, enabled = true, options: given = {}, ...rest } = wanted;
      const fn = woken(wanted.function);
      const own = words === undefined || words.length === 0 ? {} : type.parseWords(words);
      const complete = await checkedOptions(type, keepSecrets(type.options, { ...own, ...given }, undefined));
      treatmentOf(rest);
      if (name === undefined) {
        const all = documents.list().map(({ document }) => document.trigger);
        refuseSame({ ...rest, ...fn, options: complete }, all, openable);
      }
      const trigger: Trigger = {
        ...rest,
        name: name ?? freeName({ ...wanted, function: fn.function }),
        ...fn,
        options: sealSecrets(type.options, complete, (text) => store.vault.seal(text)),
        enabled,
      };
      const nowMs = clock.now();
      const entry = await documents.create({ trigger, createdAt: new Date(nowMs).toISOString(), sinceMs: nowMs });
      await settled(trigger.name);
      return shown(documents.find(trigger.name) ?? entry);
    },

    async update(name, change, expectedRevision) {
      const entry = await documents.update(name, expectedRevision, async (current) => {
        const trigger = await changed(current.trigger, change);
        const isAnother = (trigger.enabled && !current.trigger.enabled) || trigger.options !== current.trigger.options;
        return { ...current, trigger, sinceMs: isAnother ? clock.now() : current.sinceMs };
      });
      await settled(name);
      return shown(documents.find(name) ?? entry);
    },

    async find(name) {
      const entry = documents.find(name);
      return entry && shown(entry);
    },

    async list({ function: fn, type, nextUntilMs } = {}) {
      const wanted = fn === undefined ? undefined : (engine.find(fn)?.document.name ?? fn);
      const entries = documents
        .list()
        .filter(({ document: { trigger } }) => wanted === undefined || trigger.function === wanted)
        .filter(({ document: { trigger } }) => type === undefined || trigger.type === type);
      const functions = [...new Set(entries.map(({ document }) => document.trigger.function))];
      const lanes = new Map(
        await Promise.all(functions.map(async (each) => [each, await events.stats(each)] as const)),
      );
      const share = Math.floor(MAX_NEXT_TIMES_LISTED / Math.max(1, entries.length));
      const coming =
        nextUntilMs === undefined
          ? undefined
          : { count: Math.max(NEXT_TIMES, Math.min(MAX_NEXT_TIMES, share)), untilMs: nextUntilMs };
      return entries.map((entry) => viewOf(entry, lanes.get(entry.document.trigger.function) ?? [], coming));
    },

    async remove(name, expectedRevision) {
      const removed = await documents.remove(name, expectedRevision);
      await settled(name);
      return removed;
    },

    test: (name, how) => {
      const { trigger } = found(name).document;
      return tryTrigger({ type: typeOf(types, trigger.type), trigger, options: opened(trigger), engine }, how);
    },

    async replay(name, { state, ...range }) {
      const ending = new AbortController();
      const { type, trigger, intake, context } = attended(name, ending.signal);
      if (state === 'dead') return redeliverDead(trigger, range, { events, journal: store.journal });
      const id = `replay-${clock.now()}`;
      return replaySource(type, context, range, (batch) => intake.replay(batch, id));
    },

    async receive(name, request) {
      const entry = documents.find(name);
      if (entry === undefined || !entry.document.trigger.enabled) throw noHook(name);
      const { type, context } = attended(name, new AbortController().signal);
      if (type.receive === undefined) throw noHook(name);
      return type.receive(request, withinTrace(context, request));
    },

    enabled(type) {
      const known = enabledOf.get(type);
      if (known !== undefined) return known;
      const triggers = documents
        .list()
        .map(({ document }) => document.trigger)
        .filter((trigger) => trigger.type === type && trigger.enabled)
        .flatMap((trigger) => {
          const options = openable(trigger);
          return options === undefined ? [] : [{ ...trigger, options }];
        });
      enabledOf.set(type, triggers);
      return triggers;
    },

    async close() {
      closing = true;
      documents.close();
      await Promise.all(underWay.values());
      await Promise.all([...held.values()].map(({ run }) => run?.stop()));
      await Promise.all([...types.values()].map((type) => type.close?.()));
    },
  };

  async function changed(current: Trigger, change: TriggerChange): Promise<Trigger> {
    const type = typeOf(types, current.type);
    const { filter, mapping, orderBy, delivery, function: oldFunction, qualifier: oldQualifier, ...old } = current;
    const before = { function: oldFunction, ...(oldQualifier !== undefined && { qualifier: oldQualifier }) };
    const next = {
      filter: change.filter === undefined ? filter : (change.filter ?? undefined),
      mapping: change.mapping === undefined ? mapping : (change.mapping ?? undefined),
      orderBy: change.orderBy === undefined ? orderBy : (change.orderBy ?? undefined),
      delivery: change.delivery === undefined ? delivery : (change.delivery ?? undefined),
    };
    const trigger: Trigger = {
      ...old,
      ...(change.function === undefined ? before : woken(change.function)),
      ...(change.enabled !== undefined && { enabled: change.enabled }),
      ...(next.filter !== undefined && { filter: next.filter }),
      ...(next.mapping !== undefined && { mapping: next.mapping }),
      ...(next.orderBy !== undefined && { orderBy: next.orderBy }),
      ...(next.delivery !== undefined && { delivery: next.delivery }),
    };
    treatmentOf(trigger);
    if (change.options === undefined) return trigger;
    const oldOptions = opened(current);
    const options = await checkedOptions(type, keepSecrets(type.options, change.options, oldOptions));
    // Sealing gives another text each time: what did not change stays as it is.
    if (JSON.stringify(options) === JSON.stringify(oldOptions)) return trigger;
    return { ...trigger, options: sealSecrets(type.options, options, (text) => store.vault.seal(text)) };
  }
}

function typeOf(types: ReadonlyMap<string, TriggerType>, name: string): TriggerType {
  const type = types.get(name);
  if (type !== undefined) return type;
  throw new Problem(
    'not_found',
    `there is no type of trigger "${name.slice(0, 50)}"; there are ${[...types.keys()].join(', ')}`,
  );
}

function noHook(name: string): Problem {
  return new Problem('not_found', `there is no trigger "${name.slice(0, 100)}" that is called by address`);
}

/** What a request brings is a part of the request's trace. */
function withinTrace<T>(context: SourceContext<T>, { headers }: HookRequest): SourceContext<T> {
  const trace = readTrace(headers.traceparent, headers.tracestate);
  if (trace === undefined) return context;
  return {
    ...context,
    accept: (events, options) =>
      context.accept(
        events.map((each) => ({ trace, ...each })),
        options,
      ),
  };
}
