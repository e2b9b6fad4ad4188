import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { defaultConfig, type FunctionConfig, type StoredFunction } from '../../../model/function.ts';
import { formatId, newId } from '../../../model/id.ts';
import type { InvocationRequest, OutboxItem, Outcome } from '../../../model/invocation.ts';
import { Problem } from '../../../model/problem.ts';
import { parseTarget } from '../../../model/target.ts';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { EventRecord } from '../../../store/journal.ts';
import type { Store } from '../../../store/store.ts';
import type { Engine, NewEvent, Router } from '../../api.ts';
import { createEvents, type RunningEvents } from '../events.ts';

/** What a scripted function does with a run; throwing is the platform's refusal. */
export type Behaviour = (request: InvocationRequest, run: number) => Outcome | Promise<Outcome>;

/** Events over the real store, a clock that only the test moves, and functions that are scripts. */
export interface EventsHarness {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly events: RunningEvents;
  readonly engine: Pick<Engine, 'invoke' | 'find' | 'choose' | 'check'>;
  readonly router: Router;
  /** Every run, in order of its start. */
  readonly runs: InvocationRequest[];
  readonly routed: OutboxItem[];
  readonly records: EventRecord[];
  /** Set to let destinations be missing. */
  routerFailure: Problem | undefined;
  put(name: string, behaviour: Behaviour, config?: Partial<FunctionConfig>): void;
  /** Resolves as soon as it holds; looked at again after every run, record and commit. */
  until(condition: () => boolean): Promise<void>;
  /** Lets everything happen that happens without time passing, by waiting for the store's threads in turn. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

export const DONE: Outcome = { status: 'succeeded', payload: Buffer.from('"done"'), contentType: 'application/json' };
export const FAILED: Outcome = {
  status: 'failed',
  reason: 'exception',
  error: { type: 'Error', message: 'no luck', stack: 'at main.js:1' },
};

/** A result as a function returns it. */
export function returned(value: unknown): Outcome {
  return { status: 'succeeded', payload: Buffer.from(JSON.stringify(value)), contentType: 'application/json' };
}

/** A payload for a function, as a direct call gives it. */
export function payload(name: string, value: unknown, more: Partial<NewEvent> = {}): NewEvent {
  return {
    function: name,
    content: { kind: 'payload', payload: Buffer.from(JSON.stringify(value)), payloadKind: 'json' },
    ...more,
  };
}

/** An event of a trigger's lane. */
export function cloudEvent(name: string, id: string, more: Partial<NewEvent> = {}): NewEvent {
  const event = { specversion: '1.0', id, source: 'test', type: 'test.thing', data: { id } } as const;
  return { function: name, lane: 'trigger', content: { kind: 'event', event }, ...more };
}

export async function createEventsHarness(random: () => number = () => 0.5): Promise<EventsHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'fob-events-'));
  const clock = new FakeClock();
  const store = await openEmbeddedStore({ folder, clock });
  const functions = new Map<string, { stored: StoredFunction; behaviour: Behaviour }>();
  const runs: InvocationRequest[] = [];
  const routed: OutboxItem[] = [];
  const records: EventRecord[] = [];
  let watchers: (() => void)[] = [];
  const changed = (): void => {
    const told = watchers;
    watchers = [];
    for (const watcher of told) watcher();
  };

  const engine: EventsHarness['engine'] = {
    find: (name) => functions.get(parseTarget(name).function)?.stored,
    choose({ target }) {
      const stored = functions.get(target)?.stored;
      if (stored === undefined) throw new Problem('not_found', `${target} leads to nothing`);
      return { document: stored.document, alias: parseTarget(target).qualifier };
    },
    check(target) {
      if (!functions.has(target)) throw new Problem('not_found', `${target} leads to nothing`);
    },
    invoke(request) {
      const invocationId = formatId(newId(clock.now()));
      const run = async () => {
        const fn = functions.get(request.target);
        if (fn === undefined) throw new Problem('not_found', 'there is no such function');
        const place = runs.push(request) - 1;
        changed();
        const outcome = await fn.behaviour(request, place);
        const { version } = fn.stored.document;
        const report = { sandboxId: 's', coldStart: false, queuedMs: 0, durationMs: 1 };
        return { outcome, report: { invocationId, function: request.target, version, ...report } };
      };
      return { invocationId, completed: run().finally(changed), cancel: () => {} };
    },
  };
  const harness = { routerFailure: undefined as Problem | undefined };
  const router: Router = {
    async route(items) {
      if (harness.routerFailure !== undefined) throw harness.routerFailure;
      const parts = items.map(({ destination, body }) => ({
        kind: 'send' as const,
        queue: `routed/${destination}`,
        message: { body },
      }));
      return { parts, committed: () => void routed.push(...items) };
    },
  };
  const journal = Object.create(store.journal, {
    appendEvent: {
      value(record: EventRecord) {
        records.push(record);
        store.journal.appendEvent(record);
        changed();
      },
    },
  }) as Store['journal'];
  const commit: Store['commit'] = (parts) => store.commit(parts).finally(() => setImmediate(changed));
  const events = createEvents({
    store: { queue: store.queue, keyValue: store.keyValue, journal, commit },
    engine,
    router,
    clock,
    log: pino({ level: 'silent' }),
    random,
  });
  await events.start();

  return Object.assign(harness, {
    store,
    clock,
    events,
    engine,
    router,
    runs,
    routed,
    records,
    put(name: string, behaviour: Behaviour, config: Partial<FunctionConfig> = {}) {
      const full = { ...defaultConfig(), runtime: 'node', handler: 'main.handler', ...config };
      const code = {
        form: 'inline' as const,
        sourceDigest: '',
        sourceBytes: 0,
        treeDigest: '',
        fileCount: 1,
        treeBytes: 0,
      };
      const at = { createdAt: '', functionCreatedAt: '' };
      const document = { id: `id-${name}`, name, version: 1, ...at, config: full, code };
      functions.set(name, { stored: { document, revision: 1 }, behaviour });
    },
    async until(condition: () => boolean) {
      while (!condition()) await new Promise<void>((resolve) => watchers.push(resolve));
    },
    async settle() {
      for (let turn = 0; turn < 6; turn++) {
        await store.queue.queues();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async dispose() {
      await events.close(0);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}
