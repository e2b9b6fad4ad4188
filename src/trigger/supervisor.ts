import type { Logger } from 'pino';
import type { Engine, Events } from '../engine/api.ts';
import type { Completed } from '../engine/events/completions.ts';
import type { Clock } from '../model/clock.ts';
import { Problem } from '../model/problem.ts';
import { readTrace } from '../model/trace.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Services } from '../service/services.ts';
import type { Store } from '../store/store.ts';
import { absent, TriggerDocuments, type TriggerEntry } from './documents.ts';
import { KnownTypes } from './known-types.ts';
import { changedTrigger, newTrigger } from './make-trigger.ts';
import { redeliverDead, replaySource } from './replay.ts';
import { Sources } from './sources.ts';
import type { HookRequest, SourceContext, TriggerType } from './trigger-type.ts';
import type { Triggers, TriggerView } from './triggers.ts';
import { tryTrigger } from './try-trigger.ts';
import { loadTypes } from './types.ts';
import { comingOf, viewOf } from './view.ts';

const MAX_TRIGGERS = 100_000;

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

/**
 * Makes the triggers of a node: its sources run as their documents say, from now on. Resolves when those that can be
 * reached at once run.
 */
export async function createTriggers(options: TriggersOptions): Promise<Triggers> {
  const { store, engine, events, clock, log, random = Math.random } = options;
  const types = new KnownTypes(options.types ?? (await loadTypes({ ...options, log })), { vault: store.vault, log });
  const enabledOf = new Map<string, readonly Trigger[]>();
  const sources = new Sources({ types, store, events, clock, log, random, find: (name) => documents.find(name) });
  const documents = new TriggerDocuments(store.registry, (name) => {
    enabledOf.clear();
    sources.changed(name);
  });
  const all = (): Trigger[] => documents.list().map(({ document }) => document.trigger);

  const shown = async (entry: TriggerEntry): Promise<TriggerView> => {
    const { name, function: fn } = entry.document.trigger;
    const lanes = await events.stats(fn);
    return viewOf(entry, { types, held: sources.of(name), lanes, nowMs: clock.now() });
  };

  const found = (name: string): TriggerEntry => {
    const entry = documents.find(name);
    if (entry === undefined) throw absent(name);
    return entry;
  };

  await documents.load();
  await sources.allSettled();
  for (const type of types.list()) type.ready?.();

  return {
    types: () => types.list(),

    async create(wanted) {
      if (documents.count >= MAX_TRIGGERS) {
        throw new Problem('invalid_request', `there are ${MAX_TRIGGERS} triggers already; remove some first`);
      }
      const trigger = await newTrigger(wanted, {
        types,
        engine,
        others: all,
        isTaken: (name) => documents.find(name) !== undefined,
      });
      const nowMs = clock.now();
      const entry = await documents.create({ trigger, createdAt: new Date(nowMs).toISOString(), sinceMs: nowMs });
      await sources.settled(trigger.name);
      return shown(documents.find(trigger.name) ?? entry);
    },

    async update(name, change, expectedRevision) {
      const entry = await documents.update(name, expectedRevision, async (current) => {
        const trigger = await changedTrigger(current.trigger, change, { types, engine });
        const isAnother = (trigger.enabled && !current.trigger.enabled) || trigger.options !== current.trigger.options;
        return { ...current, trigger, sinceMs: isAnother ? clock.now() : current.sinceMs };
      });
      await sources.settled(name);
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
      const coming = comingOf(entries.length, nextUntilMs);
      const nowMs = clock.now();
      return entries.map((entry) => {
        const { name, function: each } = entry.document.trigger;
        return viewOf(entry, { types, held: sources.of(name), lanes: lanes.get(each) ?? [], nowMs, coming });
      });
    },

    async remove(name, expectedRevision) {
      const removed = await documents.remove(name, expectedRevision);
      await sources.settled(name);
      return removed;
    },

    test: (name, how) => {
      const { trigger } = found(name).document;
      return tryTrigger({ type: types.get(trigger.type), trigger, options: types.opened(trigger), engine }, how);
    },

    async replay(name, { state, ...range }) {
      const entry = found(name);
      const { trigger } = entry.document;
      const { intake, context } = sources.attended(entry);
      if (state === 'dead') return redeliverDead(trigger, range, { events, journal: store.journal });
      const id = `replay-${clock.now()}`;
      return replaySource(types.get(trigger.type), context, range, (batch) => intake.replay(batch, id));
    },

    async receive(name, request) {
      const entry = documents.find(name);
      if (entry === undefined || !entry.document.trigger.enabled) throw noHook(name);
      const type = types.get(entry.document.trigger.type);
      const { context } = sources.attended(entry);
      if (type.receive === undefined) throw noHook(name);
      return type.receive(request, withinTrace(context, request));
    },

    enabled(type) {
      const known = enabledOf.get(type);
      if (known !== undefined) return known;
      const triggers = all()
        .filter((trigger) => trigger.type === type && trigger.enabled)
        .flatMap((trigger) => {
          const opened = types.openable(trigger);
          return opened === undefined ? [] : [{ ...trigger, options: opened }];
        });
      enabledOf.set(type, triggers);
      return triggers;
    },

    async close() {
      documents.close();
      await sources.close();
      await Promise.all(types.list().map((type) => type.close?.()));
    },
  };
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
