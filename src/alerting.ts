import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Engine, Events } from './engine/api.ts';
import { FUNCTION_PREFIX } from './engine/catalog.ts';
import type { Clock } from './model/clock.ts';
import type { FunctionVersion, StoredFunction } from './model/function.ts';
import type { FunctionFacts, VersionFacts } from './observe/alerts/ports.ts';
import { openAlerts, type RunningAlerts } from './observe/alerts/stored-alerts.ts';
import type { Metrics } from './observe/metrics/metrics.ts';
import { createPoster } from './service/errand/post.ts';
import { createReach } from './service/errand/reach.ts';
import type { Store } from './store/store.ts';

const CONNECT_TIMEOUT_MS = 30_000;

export interface AlertingOptions {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly engine: Pick<Engine, 'find' | 'list'>;
  /** The newest versions of a function, the newest first; rejects where there is no such function. */
  versions(name: string): Promise<readonly FunctionVersion[]>;
  /** The engine's, once it is there. */
  events(): Pick<Events, 'accept'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where this node listens, once it does. */
  ownPort(): number | undefined;
}

/** Opens the alerts of a node: over its functions, with what carries messages out of it. */
export async function openAlerting(options: AlertingOptions): Promise<RunningAlerts> {
  const { store, metrics, engine, clock, log } = options;
  const reach = createReach(() => options.ownPort());
  const poster = createPoster(reach);
  const alerts = await openAlerts({
    store,
    metrics,
    functions: {
      find: (name) => factsOf(engine.find(name)),
      list: () => engine.list().map((stored) => factsOf(stored)!),
      versions: async (name) => (await options.versions(name)).map(versionOf),
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
  });
  const unwatch = store.registry.watch(FUNCTION_PREFIX, ({ key }) =>
    alerts.functionChanged(key.slice(FUNCTION_PREFIX.length)),
  );
  return {
    ...alerts,
    async close() {
      unwatch();
      await alerts.close();
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
