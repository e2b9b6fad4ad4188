import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { formatId, newId } from '../../../model/id.ts';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import { createPoster } from '../../../service/errand/post.ts';
import { createReach } from '../../../service/errand/reach.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import type { Store } from '../../../store/store.ts';
import type { FunctionFacts, VersionFacts } from '../ports.ts';
import { openAlerts, type RunningAlerts } from '../stored-alerts.ts';
import { SimpleMetrics } from './simple-metrics.ts';

export const LOOK_MS = 10_000;

/** Ids only grow within a process: each bench begins on a day of its own, after all that those before it made. */
const DAY_MS = 86_400_000;
let benches = 0;

/** Alerts over a real store, with a clock that tests move and metrics of what they let happen. */
export interface AlertBench {
  readonly clock: FakeClock;
  readonly metrics: SimpleMetrics;
  readonly alerts: RunningAlerts;
  readonly store: Store;
  readonly functions: Map<string, FunctionFacts>;
  readonly versions: Map<string, VersionFacts[]>;
  /** Events that were sent to functions. */
  readonly sent: { name: string; event: { id: string; type: string; data: unknown } }[];
  /** An invocation ended. */
  call(name: string, more?: Partial<InvocationRecord>): InvocationRecord;
  addFunction(name: string, more?: Partial<FunctionFacts>): void;
  /** Time passes, look by look. */
  pass(ms: number): Promise<void>;
  /** As after the end of the node, in the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startAlertBench(): Promise<AlertBench> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-alerts-'));
  const clock = new FakeClock(Date.UTC(2026, 0, 1) + benches++ * DAY_MS);
  const log = pino({ level: 'silent' });
  const metrics = new SimpleMetrics(() => clock.now());
  const functions = new Map<string, FunctionFacts>();
  const versions = new Map<string, VersionFacts[]>();
  const sent: AlertBench['sent'] = [];
  const poster = createPoster(createReach(() => undefined));
  const open = async () => {
    const store = await openEmbeddedStore({ folder, clock, log });
    const alerts = await openAlerts({
      store,
      metrics,
      functions: {
        find: (name) => functions.get(name),
        list: () => [...functions.values()],
        versions: async (name) => versions.get(name) ?? [],
      },
      carriers: {
        post: (what, signal) => poster.post(what, signal),
        connect: (host, port) =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect({ host, port }, () => resolve(socket)).once('error', reject);
          }),
        async sendToFunction(name, event) {
          sent.push({ name, event });
        },
      },
      clock,
      log,
      nodeName: 'test-node',
    });
    alerts.start();
    return { store, alerts };
  };
  let { store, alerts } = await open();
  const endAll = async (): Promise<void> => {
    await alerts.close();
    await store.close();
  };

  return {
    clock,
    metrics,
    functions,
    versions,
    sent,
    get alerts() {
      return alerts;
    },
    get store() {
      return store;
    },
    call(name, more = {}) {
      const startedAtMs = clock.now();
      const record: InvocationRecord = {
        invocationId: formatId(newId(startedAtMs)),
        function: name,
        version: 1,
        door: 'fob',
        status: 'succeeded',
        startedAtMs,
        queuedMs: 0,
        durationMs: 5,
        coldStart: false,
        sandboxId: 's',
        payloadBytes: 10,
        resultBytes: 10,
        ...more,
      };
      metrics.records.push(record);
      store.journal.appendInvocation(record);
      alerts.touch(name);
      return record;
    },
    addFunction(name, more = {}) {
      const facts = { name, owner: '', tags: {}, timeoutMs: 30_000, memoryMb: 128, createdAtMs: clock.now(), ...more };
      functions.set(name, facts);
      alerts.functionChanged(name);
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= LOOK_MS) {
        clock.advance(Math.min(left, LOOK_MS));
        // The timer has looked; this waits until what that changed is settled.
        await alerts.look();
      }
    },
    async restart() {
      await endAll();
      ({ store, alerts } = await open());
    },
    async close() {
      await endAll();
      poster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
