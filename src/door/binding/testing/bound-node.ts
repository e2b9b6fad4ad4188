import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { Dispatcher } from '../../../engine/dispatcher.ts';
import { systemClock } from '../../../model/clock.ts';
import { defaultConfig, type FunctionConfig, type FunctionDocument } from '../../../model/function.ts';
import type { CompletedInvocation } from '../../../model/invocation.ts';
import { type Settings, SettingsSchema } from '../../../model/settings.ts';
import { createRuntimes } from '../../../runtime/index.ts';
import { createBubblewrapSandboxes } from '../../../sandbox/bubblewrap/index.ts';
import { createProcessSandboxes } from '../../../sandbox/process/index.ts';
import { openAccessKeys } from '../../../service/access/stored-access-keys.ts';
import type { Buckets } from '../../../service/bucket/buckets.ts';
import { openBuckets } from '../../../service/bucket/embedded/buckets.ts';
import type { KeyValueSpaces } from '../../../service/key-value/spaces.ts';
import { createSpaces } from '../../../service/key-value/stored-spaces.ts';
import type { Services } from '../../../service/services.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import { startTestServer } from '../../testing/test-server.ts';
import { createBindings } from '../bindings.ts';

/** So much of a node as bindings need: a real store, real sandboxes, the real server. */
export interface BoundNode {
  readonly folder: string;
  /** Where the node's own API listens. */
  readonly port: number;
  readonly buckets: Buckets;
  readonly keyValue: KeyValueSpaces;
  put(name: string, file: string, source: string, config?: Partial<FunctionConfig>): Promise<void>;
  run(name: string, payload?: unknown, hops?: number): Promise<CompletedInvocation>;
  /** The JSON result of a run that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of any shape
  result(name: string, payload?: unknown, hops?: number): Promise<any>;
  /** Ends all sandboxes. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startBoundNode(
  kind: 'bubblewrap' | 'process',
  options: { prewarmed?: number } = {},
): Promise<BoundNode> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-binding-'));
  await chmod(folder, 0o711);
  const runFolder = join(folder, 'data', 'run');
  await mkdir(runFolder, { recursive: true });
  const log = pino({ level: 'silent' });
  const clock = systemClock;
  const store = await openEmbeddedStore({ folder: join(folder, 'data') });
  const keys = await openAccessKeys({ registry: store.registry, vault: store.vault, clock, log });
  const buckets = await openBuckets({ folder: join(folder, 'data'), clock });
  const keyValue = createSpaces(store.keyValue);
  const sandboxes =
    kind === 'bubblewrap'
      ? await createBubblewrapSandboxes({ runFolder })
      : await createProcessSandboxes({ runFolder });
  const settings = { ...(Value.Default(SettingsSchema, {}) as Settings), prewarmed: options.prewarmed ?? 0 };
  const late: { serve?: Parameters<typeof createBindings>[0]['serve'] } = {};
  const dispatcher = await Dispatcher.open({
    registry: store.registry,
    journal: store.journal,
    sandboxes,
    runtimes: createRuntimes(),
    code: { folder: async (digest) => join(folder, 'code', digest), forget: () => {} },
    settings,
    memoryBudgetMb: 4_096,
    clock,
    bindings: createBindings({
      ...{ runFolder, keys, grantsOf: (config) => config.grants },
      serve: (req, res) => late.serve!(req, res),
    }),
  });
  const { server, port } = await startTestServer(
    {},
    { engine: dispatcher, services: { keyValue, buckets } as unknown as Services, accessKeys: keys, store },
  );
  late.serve = server.serveFunction;
  await dispatcher.prewarm();
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= dispatcher.drain(0).then(() => sandboxes.close()));
  let count = 0;
  const run: BoundNode['run'] = (name, payload = {}, hops = 0) =>
    dispatcher.invoke({
      target: name,
      payload: Buffer.from(JSON.stringify(payload)),
      payloadKind: 'json',
      door: 'test',
      hops,
    }).completed;
  return {
    folder,
    port,
    buckets,
    keyValue,
    run,
    stop,
    async put(name, file, source, config = {}) {
      const treeDigest = `${name}-${++count}`;
      const path = join(folder, 'code', treeDigest, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, source);
      const runtime = file.endsWith('.py') ? 'python' : 'node';
      const document: FunctionDocument = {
        id: `id-of-${name}`,
        name,
        version: count,
        createdAt: '',
        functionCreatedAt: '',
        config: { ...defaultConfig(), runtime, handler: 'main.callme', ...config },
        code: { form: 'inline', sourceDigest: '', sourceBytes: 0, treeDigest, fileCount: 1, treeBytes: 0 },
      };
      await store.registry.put(`function/${name}`, document);
    },
    async result(name, payload, hops) {
      const { outcome } = await run(name, payload, hops);
      if (outcome.status !== 'succeeded') throw new Error(`${outcome.status}: ${JSON.stringify(outcome.error)}`);
      return JSON.parse(outcome.payload.toString());
    },
    async close() {
      await stop();
      await server.close();
      await keys.close();
      await buckets.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
