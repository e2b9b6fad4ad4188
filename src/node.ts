import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { openAlerting } from './alerting.ts';
import { openBacking } from './backing.ts';
import { CONSOLE_FOLDER } from './console-folder.ts';
import { createBindings } from './door/binding/bindings.ts';
import type { DoorServer } from './door/server.ts';
import { createDeployer, type Deployment } from './engine/deploy/deployer.ts';
import { Dispatcher } from './engine/dispatcher.ts';
import { forgetRemoved } from './engine/documents/removed-functions.ts';
import { createEvents, type RunningEvents } from './engine/events/events.ts';
import { createIdempotency } from './engine/idempotency.ts';
import { createReleases } from './engine/release/create-releases.ts';
import type { Releases } from './engine/release/releases.ts';
import { outboxSender } from './engine/send-outbox.ts';
import { openGovernance } from './governing.ts';
import { openAccess, openOperatorSocket } from './identity.ts';
import { openMeasuring } from './measuring.ts';
import { type Clock, clockAhead, systemClock } from './model/clock.ts';
import { messageOf, Problem } from './model/problem.ts';
import { repeat } from './model/repeat.ts';
import type { Settings } from './model/settings.ts';
import { BYTES_PER_MB } from './model/units.ts';
import { pulsePool } from './pool-pulse.ts';
import { retentionLimits } from './retention.ts';
import { createRuntimes } from './runtime/index.ts';
import { createSandboxes } from './sandboxes.ts';
import { openAccessKeys } from './service/access/stored-access-keys.ts';
import { openRepositories } from './service/repository/stored-repositories.ts';
import { createRouter } from './service/router.ts';
import { openEmbeddedStore } from './store/embedded/store.ts';
import { openTracing } from './tracing.ts';
import { createTriggers } from './trigger/supervisor.ts';

const RETENTION_EVERY_MS = 600_000;
const GARBAGE_EVERY_MS = 3_600_000;
/** Share of the machine's memory that sandboxes may have, where the settings leave it open. */
const MEMORY_SHARE = 0.7;

/** One node, running. */
interface RunningNode {
  readonly url: string;
  /** Lets invocations in flight finish, then ends everything. May be called twice. */
  close(): Promise<void>;
  /** Resolves when the node has ended. */
  readonly closed: Promise<void>;
}

export interface NodeOptions {
  readonly log: Logger;
  readonly clock?: Clock;
  /** Hears what is being done, for people who wait. */
  readonly onProgress?: (title: string) => void;
}

/**
 * Wires one node and starts it. Rejects with a `Problem` where it cannot run (`data_folder_locked`,
 * `data_folder_unusable`, `sandbox_failed`, a port that is taken …) and leaves nothing behind then.
 */
export async function startNode(settings: Settings, options: NodeOptions): Promise<RunningNode> {
  const { log, clock = systemClock, onProgress = () => {} } = options;
  const startedAtMs = clock.now();
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  // What has been started, to be ended in the opposite order.
  const endings: (() => Promise<void>)[] = [];
  const endAll = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse())
      await end().catch((error: unknown) => log.error({ err: error }, 'a part of the node did not end cleanly'));
  };

  const regularly = (intervalMs: number, what: string, work: () => Promise<unknown>) =>
    repeat(clock, intervalMs, work, (error) => log.error({ err: error }, `${what} failed`));

  try {
    // What each needs of another that is made after it.
    const late: {
      engine?: Dispatcher;
      deployment?: Deployment;
      events?: RunningEvents;
      releases?: Releases;
      server?: DoorServer;
      port?: number;
    } = {};
    const stopPulse = pulsePool();
    endings.push(async () => stopPulse());
    onProgress('opening the store');
    const store = await openEmbeddedStore({ folder: settings.data, clock, log });
    endings.push(() => store.close());
    const aheadMs = clockAhead(clock);
    // Without the functions nobody would know whose lines are kept for longer.
    const retain = async (): Promise<void> => {
      if (late.engine === undefined) return;
      const limits = retentionLimits(settings, late.engine.list(), aheadMs());
      await store.journal.retain(limits);
      await forgetRemoved(store.registry, clock.now() - limits.maxAgeMs);
    };
    endings.push(regularly(RETENTION_EVERY_MS, 'removing old records', retain));
    const { recordings } = store;
    const recorded = () => ({
      maxAgeMs: settings.recordingsMaxAgeMs + aheadMs(),
      maxBytes: settings.recordingsMaxBytes,
    });
    endings.push(regularly(RETENTION_EVERY_MS, 'removing old recordings', () => recordings.retain(recorded())));

    const measuring = await openMeasuring({ store, settings, clock, log, version: packageJson.version });
    endings.push(() => measuring.close());

    onProgress('starting sandboxes');
    const sandboxes = await createSandboxes(settings.sandbox, { folder: settings.data, log });
    endings.push(() => sandboxes.close());
    const runtimes = createRuntimes();

    const governance = await openGovernance({
      ...{ store, clock, log, runtimes: runtimes.all.map(({ name }) => name) },
      engine: () => late.engine,
      events: () => late.events,
    });
    endings.push(() => governance.close());
    const accessKeys = await openAccessKeys({ registry: store.registry, vault: store.vault, clock, log });
    endings.push(() => accessKeys.close());
    const functionOf = (nameOrId: string) => late.engine?.find(nameOrId);
    const ownerOfRole = (name: string) => governance.executionRoles.find(name)?.owner;
    const access = await openAccess({ store, settings, clock, log, functionOf, ownerOfRole });
    endings.push(() => access.close());
    const repositories = await openRepositories({ folder: settings.data, store, clock, log });
    endings.push(() => repositories.close());
    const services = await openBacking({ folder: settings.data, store, clock, log, ownPort: () => late.port });
    endings.push(() => services.close());
    const tracing = openTracing({ journal: store.journal, settings, version: packageJson.version, clock, log });
    endings.push(() => tracing.close());
    const router = tracing.watched(createRouter({ ...services, events: () => late.events!, now: () => clock.now() }));

    const alerting = await openAlerting({
      store,
      metrics: measuring,
      engine: () => late.engine!,
      events: () => late.events!,
      releases: () => late.releases!,
      clock,
      log,
      ownPort: () => late.port,
    });
    endings.push(() => alerting.close());

    const codeCacheFolder = join(settings.data, 'code');
    await mkdir(codeCacheFolder, { recursive: true, mode: 0o711 });
    // The dispatcher runs what the deployment built, and the deployment tries what it built in the dispatcher.
    const dispatcher = await Dispatcher.open({
      registry: store.registry,
      journal: store.journal,
      recordings,
      sandboxes,
      runtimes,
      code: {
        folder: (digest) => late.deployment!.codeFolder(digest),
        forget: (digest) => late.deployment!.forgetCode(digest),
      },
      settings,
      memoryBudgetMb: settings.memoryBudgetMb || Math.floor((totalmem() / BYTES_PER_MB) * MEMORY_SHARE),
      clock,
      sendOutbox: outboxSender({ store, router }),
      observe(record) {
        measuring.observer.observe(record);
        governance.quotas.observe(record);
        alerting.invocationEnded(record);
        tracing.ended(record);
      },
      observeLog: (line) => measuring.own.printed(line),
      observeThrottle: (name, version) => measuring.observer.throttled(name, version),
      secrets: governance.secrets,
      grantsOf: governance.executionRoles.grantsOf,
      keptOut: access.identity.keptOut,
      admission: governance.quotas.admission,
      bindings: createBindings({
        runFolder: join(settings.data, 'run'),
        keys: accessKeys,
        grantsOf: governance.executionRoles.grantsOf,
        observer: tracing.calls,
        serve: (req, res) => late.server!.serveFunction(req, res),
      }),
    });
    late.engine = dispatcher;
    endings.push(() => dispatcher.drain(settings.drainMs));
    const { admission } = governance.quotas;
    const events = createEvents({
      store,
      engine: dispatcher,
      router,
      clock,
      log,
      admission,
      observe: alerting.events,
    });
    late.events = events;
    endings.push(() => events.close(settings.drainMs));
    // A function with dead events is watched, however long it has not been called.
    await measuring.measure({ dispatcher, events, onDead: alerting.touch });
    const idempotency = createIdempotency({ store, engine: dispatcher, router, clock });
    const deployment = await createDeployer({
      registry: store.registry,
      blobs: store.blobs,
      runtimes,
      sandboxes,
      settings,
      clock,
      tryLoad: (candidate) => dispatcher.tryLoad(candidate),
      admit: governance.admit,
      codeCacheFolder,
    });
    late.deployment = deployment;
    const { catalog, watches } = dispatcher;
    const { registry, blobs } = store;
    const releases = await createReleases({
      registry,
      blobs,
      catalog,
      watches,
      clock,
      log,
      alarmFiring: (names) => alerting.firing(names),
      onActed: ({ function: name, alias, release: { from, to, entries } }) =>
        access.audit.record({
          actor: 'release',
          action: 'function:release',
          subject: `function:${name}`,
          details: { alias, from, to, ...entries.at(-1) },
        }),
    });
    late.releases = releases;
    endings.push(async () => releases.close());

    const collect = (): Promise<unknown> => deployment.collectGarbage(dispatcher.treesInUse());
    endings.push(regularly(GARBAGE_EVERY_MS, 'removing unused code', collect));

    // The doors are the largest part of the code: they are loaded while the first sandboxes boot.
    onProgress('opening the doors');
    const prewarmed = dispatcher.prewarm();
    const triggers = await createTriggers({
      store,
      engine: dispatcher,
      events,
      services,
      clock,
      log,
      onScheduleFired: alerting.scheduleFired,
    });
    endings.push(() => triggers.close());
    const { createServer } = await import('./door/server.ts');
    const server = await createServer({
      engine: dispatcher,
      deployer: deployment,
      releases,
      events,
      idempotency,
      services,
      accessKeys,
      governance,
      repositories,
      triggers,
      identity: access.identity,
      audit: access.audit,
      metrics: measuring,
      alerts: alerting,
      status: alerting.status,
      store,
      sandboxes,
      settings,
      log,
      clock,
      map: tracing.map,
      spanCounts: tracing.counts,
      consoleFolder: CONSOLE_FOLDER,
      nodeInfo: { version: packageJson.version, startedAtMs, state: () => state },
    });
    late.server = server;
    endings.push(() => server.close());
    await prewarmed;
    assertCanRun(dispatcher, log);
    const { url, port } = await server.listen();
    late.port = port;
    const operatorSocket = await openOperatorSocket(settings.data, (req, res) => server.serveOperator(req, res), log);
    endings.push(() => operatorSocket.close());
    services.start();
    await events.start();
    alerting.start();
    state = 'ready';
    // It looks at every blob: not before the node is ready.
    void collect().catch((error: unknown) => log.error({ err: error }, 'removing unused code failed'));
    log.info({ url, data: settings.data, functions: dispatcher.list().length }, 'the node is ready');

    let closing: Promise<void> | undefined;
    let resolveClosed!: () => void;
    const closed = new Promise<void>((resolve) => {
      resolveClosed = resolve;
    });
    const close = (): Promise<void> => {
      state = 'draining';
      closing ??= endAll().then(resolveClosed);
      return closing;
    };
    return { url, close, closed };
  } catch (error) {
    await endAll();
    throw error;
  }
}

/** Where no runtime at all can be started, a node would only accept what it cannot run. */
function assertCanRun(dispatcher: Dispatcher, log: Logger): void {
  const failures = dispatcher.prewarmFailures();
  for (const { runtime, cause } of failures)
    log.warn({ runtime, err: cause }, 'no sandbox of this runtime can be started');
  if (failures.length === 0 || failures.length < dispatcher.pools().length) return;
  const cause = failures[0]!.cause;
  throw new Problem(
    'sandbox_failed',
    `no sandbox can be started on this machine: ${messageOf(cause)}; './fob doctor' says what is missing`,
    { cause },
  );
}
