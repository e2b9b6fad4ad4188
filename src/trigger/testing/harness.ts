import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openBacking } from '../../backing.ts';
import type { Engine, Router } from '../../engine/api.ts';
import { createEvents, type RunningEvents } from '../../engine/events/events.ts';
import type { Clock } from '../../model/clock.ts';
import { defaultConfig, type FunctionConfig, type StoredFunction } from '../../model/function.ts';
import { formatId, newId } from '../../model/id.ts';
import type { InvocationRequest, Outcome } from '../../model/invocation.ts';
import { parseTarget } from '../../model/target.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { RunningServices } from '../../service/create-services.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Store } from '../../store/store.ts';
import { createTriggers } from '../supervisor.ts';
import type { TriggerType } from '../trigger-type.ts';
import type { Triggers } from '../triggers.ts';

/** Triggers over the real store, services and events, a clock that only the test moves, and functions that are scripts. */
export interface TriggerHarness {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly services: RunningServices;
  readonly events: RunningEvents;
  readonly triggers: Triggers;
  /** What functions were given, in order of the runs' starts, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read payloads of every shape
  readonly got: any[];
  readonly requests: InvocationRequest[];
  /** Set to let the store refuse commits. */
  commitFailure: Error | undefined;
  add(name: string, config?: Partial<FunctionConfig>, outcome?: (run: number) => Outcome): void;
  removeFunction(name: string): void;
  /** Resolves as soon as it holds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets everything happen that happens without time passing, by waiting for the store's threads in turn. */
  settle(): Promise<void>;
  /** Moves time on in small steps and lets things happen in between. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Sets the clock on the wall by so much, while time goes on as before. */
  setClock(byMs: number): void;
  /** Ends the node and starts it again over what it kept, `downMs` later. */
  restart(downMs?: number): Promise<void>;
  dispose(): Promise<void>;
}

const SUCCEEDED: Outcome = { status: 'succeeded', payload: Buffer.from('"done"'), contentType: 'application/json' };
export const FAILED: Outcome = {
  status: 'failed',
  reason: 'exception',
  error: { type: 'Error', message: 'no luck', stack: '' },
};

export async function createTriggerHarness(
  options: { startMs?: number; types?: readonly TriggerType[] } = {},
): Promise<TriggerHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'fob-triggers-'));
  const time = new FakeClock(options.startMs);
  let skewMs = 0;
  const clock: Clock = {
    now: () => time.now() + skewMs,
    monotonicMs: () => time.monotonicMs(),
    after: (delayMs, callback) => time.after(delayMs, callback),
  };
  const log = pino({ level: 'silent' });
  const functions = new Map<string, { stored: StoredFunction; outcome: (run: number) => Outcome }>();
  const requests: InvocationRequest[] = [];
  const got: unknown[] = [];
  const engine: Pick<Engine, 'invoke' | 'find' | 'choose' | 'check'> = {
    find: (target) => functions.get(parseTarget(target).function)?.stored,
    choose({ target }) {
      const { document } = functions.get(parseTarget(target).function)!.stored;
      return { document, alias: parseTarget(target).qualifier };
    },
    check: () => {},
    invoke(request) {
      const invocationId = formatId(newId(clock.now()));
      const run = async () => {
        const place = requests.push(request) - 1;
        got.push(JSON.parse(Buffer.from(request.payload).toString()));
        const report = { sandboxId: 's', coldStart: false, queuedMs: 0, durationMs: 1, version: 1 };
        const outcome = functions.get(request.target)!.outcome(place);
        return { outcome, report: { invocationId, function: request.target, ...report } };
      };
      return { invocationId, completed: run(), cancel: () => {} };
    },
  };
  const router: Router = { route: async () => ({ parts: [], committed: () => {} }) };
  const types = options.types && new Map(options.types.map((type) => [type.name, type]));

  const open = async () => {
    const real = await openEmbeddedStore({ folder, clock });
    const store: Store = Object.create(real, {
      commit: {
        value: (parts: Parameters<Store['commit']>[0]) =>
          harness.commitFailure === undefined ? real.commit(parts) : Promise.reject(harness.commitFailure),
      },
    });
    const services = await openBacking({ folder, store, clock, log, ownPort: () => undefined });
    const events = createEvents({ store, engine, router, clock, log, random: () => 0.5 });
    const triggers = await createTriggers({
      store,
      engine,
      events,
      services,
      clock,
      log,
      random: () => 0.5,
      ...(types !== undefined && { types }),
    });
    await events.start();
    return { store, services, events, triggers };
  };
  const close = async (): Promise<void> => {
    await node.triggers.close();
    await node.events.close(0);
    await node.services.close();
    await node.store.close();
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 12; turn++) {
      await node.store.queue.queues();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const harness = { commitFailure: undefined as Error | undefined };
  let node = await open();
  return Object.defineProperties(
    Object.assign(harness, {
      clock: time,
      got,
      requests,
      add(name: string, config: Partial<FunctionConfig> = {}, outcome: (run: number) => Outcome = () => SUCCEEDED) {
        const full = { ...defaultConfig(), runtime: 'node', handler: 'main.callme', ...config };
        const code = {
          form: 'inline',
          sourceDigest: '',
          sourceBytes: 0,
          treeDigest: '',
          fileCount: 1,
          treeBytes: 0,
        } as const;
        const at = { createdAt: '', functionCreatedAt: '' };
        const document = { id: `id-${name}`, name, version: 1, ...at, config: full, code };
        functions.set(name, { stored: { document, revision: 1 }, outcome });
      },
      removeFunction: (name: string) => void functions.delete(name),
      async until(condition: () => boolean | Promise<boolean>) {
        while (!(await condition())) await settle();
      },
      settle,
      async pass(ms: number, stepMs = 1_000) {
        for (let left = ms; left > 0; left -= stepMs) {
          time.advance(Math.min(left, stepMs));
          await settle();
        }
      },
      setClock(byMs: number) {
        skewMs += byMs;
      },
      async restart(downMs = 0) {
        await close();
        time.advance(downMs);
        node = await open();
      },
      async dispose() {
        await close();
        rmSync(folder, { recursive: true, force: true });
      },
    }),
    {
      store: { get: () => node.store },
      services: { get: () => node.services },
      events: { get: () => node.events },
      triggers: { get: () => node.triggers },
    },
  ) as unknown as TriggerHarness;
}
