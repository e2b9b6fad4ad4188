import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Engine, Events } from './engine/api.ts';
import { ALIAS_PREFIX } from './engine/documents/alias-documents.ts';
import { FUNCTION_PREFIX } from './engine/documents/function-documents.ts';
import type { EventsObserver } from './engine/events/settle.ts';
import type { Releases } from './engine/release/releases.ts';
import type { Measuring } from './measuring.ts';
import type { Clock } from './model/clock.ts';
import type { StoredFunction } from './model/function.ts';
import type { FunctionFacts, VersionFacts } from './observe/alerts/ports.ts';
import { openAlerts, type RunningAlerts } from './observe/alerts/stored-alerts.ts';
import { openStatus, type Status } from './observe/status/status.ts';
import { createPoster } from './service/errand/post.ts';
import { createReach } from './service/errand/reach.ts';
import type { InvocationRecord } from './store/journal.ts';
import type { Store } from './store/store.ts';

const CONNECT_TIMEOUT_MS = 30_000;
/** Older ones are no cause of anything. */
const MAX_VERSIONS = 10;

interface AlertingOptions {
  readonly store: Store;
  readonly metrics: Measuring;
  /** The engine's, once it is there. */
  engine(): Pick<Engine, 'find' | 'list'>;
  releases(): Pick<Releases, 'versions' | 'aliases'>;
  /** The engine's, once it is there. */
  events(): Pick<Events, 'accept'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where this node listens, once it does. */
  ownPort(): number | undefined;
}

/** The alerts of a node, and what they hear of. */
interface Alerting extends RunningAlerts {
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
      versions: (name) => versionsOf(options.releases(), name, engine().find(name)?.document.version),
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
  // What serves by an alias changes what an alert may be of.
  const unwatchAliases = store.registry.watch(ALIAS_PREFIX, ({ key }) =>
    alerts.functionChanged(key.slice(ALIAS_PREFIX.length).split('/')[0]!),
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
      unwatchAliases();
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

/** Versions with when they came to serve last, by themselves or by an alias, and by whom. */
async function versionsOf(
  releases: Pick<Releases, 'versions' | 'aliases'>,
  name: string,
  current: number | undefined,
): Promise<VersionFacts[]> {
  const { versions, moves } = await releases.versions(name);
  const aliases = releases.aliases(name);
  const aliasMoves = aliases.flatMap(({ document }) =>
    document.moves.flatMap((move) => move.versions.map(({ version }) => ({ ...move, version }))),
  );
  return versions.slice(0, MAX_VERSIONS).map(({ version, createdAt, origin, how }) => {
    const came = [...moves, ...aliasMoves].filter((move) => move.version === version);
    const last = came.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
    const by = origin?.by ?? last?.by;
    return {
      version,
      servesBy: [
        ...(version === current ? [''] : []),
        ...aliases
          .filter(({ document }) => document.versions.some((share) => share.version === version && share.weight > 0))
          .map(({ document }) => document.name),
      ],
      createdAtMs: Math.max(Date.parse(createdAt), last === undefined ? 0 : Date.parse(last.at)),
      ...(by !== undefined && { by }),
      ...(how === 'configure' && { settingsOnly: true as const }),
      ...(origin?.message !== undefined && { message: origin.message }),
      ...(origin?.git !== undefined && { git: origin.git }),
    };
  });
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
