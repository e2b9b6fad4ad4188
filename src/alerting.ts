import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Engine, Events } from './engine/api.ts';
import { FUNCTION_PREFIX } from './engine/catalog.ts';
import type { EventsObserver } from './engine/events/settle.ts';
import type { Measuring } from './measuring.ts';
import type { Clock } from './model/clock.ts';
import type { FunctionVersion, StoredFunction } from './model/function.ts';
import type { FunctionFacts, VersionFacts } from './observe/alerts/ports.ts';
import { openAlerts, type RunningAlerts } from './observe/alerts/stored-alerts.ts';
import { openStatus, type Status } from './observe/status/status.ts';
import { createPoster } from './service/errand/post.ts';
import { createReach } from './service/errand/reach.ts';
import type { InvocationRecord } from './store/journal.ts';
import type { Store } from './store/store.ts';

const CONNECT_TIMEOUT_MS = 30_000;

export interface AlertingOptions {
  readonly store: Store;
  readonly metrics: Measuring;
  /** The engine's, once it is there. */
  engine(): Pick<Engine, 'find' | 'list'>;
  /** The newest versions of a function, the newest first; rejects where there is no such function. */
  versions?(name: string): Promise<readonly FunctionVersion[]>;
  /** The engine's, once it is there. */
  events(): Pick<Events, 'accept'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where this node listens, once it does. */
  ownPort(): number | undefined;
}

/** The alerts of a node, and what they hear of. */
export interface Alerting extends RunningAlerts {
  readonly status: Status;
  /** A schedule fired, so long after its time. */
  scheduleFired(lateMs: number): void;
  /** An invocation ended, or was refused. */
  invocationEnded(record: InvocationRecord): void;
  readonly events: EventsObserver;
}

/** Opens the alerts of a node: over its functions, with what carries messages out of it. */
export async function openAlerting(options: AlertingOptions): Promise<Alerting> {
  const { store, metrics, engine, clock, log } = options;
  const reach = createReach(() => options.ownPort());
  const poster = createPoster(reach);
  const status = await openStatus({ registry: store.registry, journal: store.journal, metrics, clock, log });
  const alerts = await openAlerts({
    store,
    metrics,
    functions: {
      find: (name) => factsOf(engine().find(name)),
      list: () =>
        engine()
          .list()
          .map((stored) => factsOf(stored)!),
      versions: async (name) =>
        options.versions === undefined
          ? servingVersion(engine().find(name))
          : (await options.versions(name)).map(versionOf),
    },
    carriers: {
      post: (what, signal) => poster.post(what, signal),
      async connect(host, port, signal) {
        const refusal = reach.refusal(new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`));
        if (refusal !== undefined) throw new Error(refusal);
        return connection(host, port, reach.lookup(port), signal);
      },
      async sendToFunction(name, { id, type, data }) {
        const event = {
          specversion: '1.0',
          id,
          source: 'fob:alerts',
          type,
          time: new Date(clock.now()).toISOString(),
          datacontenttype: 'application/json',
          data,
        } as const;
        await options.events().accept([{ function: name, content: { kind: 'event', event }, deduplicationId: id }]);
      },
    },
    clock,
    log,
    nodeName: hostname(),
    metricsSurviveRestart: true,
  });
  const unwatch = store.registry.watch(FUNCTION_PREFIX, ({ key }) =>
    alerts.functionChanged(key.slice(FUNCTION_PREFIX.length)),
  );
  return {
    ...alerts,
    status,
    scheduleFired: (lateMs) => status.scheduleFired(lateMs),
    invocationEnded(record) {
      alerts.touch(record.function);
      status.invocation(record);
    },
    start() {
      alerts.start();
      status.start();
    },
    events: {
      started: (waitMs) => status.eventStarted(waitMs),
      ended({ function: name, lane, state }) {
        if (state !== 'dead' && state !== 'expired') return;
        metrics.observer.measure('events.dead', { function: name, trigger: lane }, 'count', 1);
        alerts.touch(name);
      },
    },
    async close() {
      unwatch();
      await alerts.close();
      await status.close();
      poster.close();
    },
  };
}

function factsOf(stored: StoredFunction | undefined): FunctionFacts | undefined {
  if (stored === undefined) return undefined;
  const { name, config, functionCreatedAt } = stored.document;
  const { owner, tags, timeoutMs, memoryMb } = config;
  return { name, owner, tags, timeoutMs, memoryMb, createdAtMs: Date.parse(functionCreatedAt) };
}

/** The version that serves and, by its number alone, the one before. */
function servingVersion(stored: StoredFunction | undefined): VersionFacts[] {
  if (stored === undefined) return [];
  const { version } = stored.document;
  return [versionOf(stored.document), ...(version > 1 ? [{ version: version - 1, createdAtMs: 0 }] : [])];
}

function versionOf({ version, createdAt, origin }: FunctionVersion): VersionFacts {
  return {
    version,
    createdAtMs: Date.parse(createdAt),
    ...(origin !== undefined && { by: origin.by }),
    ...(origin?.git !== undefined && { git: origin.git }),
  };
}

/** A connection to a permitted address. */
function connection(
  host: string,
  port: number,
  lookup: ReturnType<ReturnType<typeof createReach>['lookup']>,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup, signal, timeout: CONNECT_TIMEOUT_MS });
    socket.once('timeout', () => socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
