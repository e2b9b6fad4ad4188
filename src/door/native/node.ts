import { loadavg } from 'node:os';
import Type from 'typebox';
import { SECRET_SETTINGS, type Settings } from '../../model/settings.ts';
import { answers } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import { permit } from '../permission.ts';

const tags = ['node'];
const Anything = Type.Object({}, { additionalProperties: true });

/** What runs on this node and how it is. */
export function addNodeRoutes(app: App, context: DoorContext): void {
  const { engine, store, sandboxes, settings, nodeInfo, clock, lifecycle } = context;

  app.get(
    '/healthz',
    {
      // Uptime checkers ask with HEAD.
      exposeHeadRoute: true,
      config: { permission: 'open' },
      schema: { tags, summary: 'Answers 200 while the node lives; needs no token', operationId: 'health' },
    },
    async () => 'ok\n',
  );

  app.get(
    '/readyz',
    {
      exposeHeadRoute: true,
      config: { permission: 'open' },
      schema: {
        tags,
        summary: 'Answers 200 while the node takes work, else 503; needs no token',
        operationId: 'readiness',
      },
    },
    async (_request, reply) => {
      const state = lifecycle.closing ? 'draining' : nodeInfo.state();
      return reply.code(state === 'ready' ? 200 : 503).send(`${state}\n`);
    },
  );

  app.get(
    '/v1/sandboxes',
    {
      config: permit('node:read'),
      schema: {
        tags,
        summary: 'Lists the sandboxes that exist now',
        operationId: 'listSandboxes',
        response: answers({ 200: Type.Object({ sandboxes: Type.Array(Anything) }) }),
      },
    },
    async () => ({ sandboxes: engine.sandboxes() }),
  );

  app.get(
    '/v1/pools',
    {
      config: permit('node:read'),
      schema: {
        tags,
        summary: 'Lists the pools of prewarmed sandboxes',
        operationId: 'listPools',
        response: answers({ 200: Type.Object({ pools: Type.Array(Anything) }) }),
      },
    },
    async () => ({ pools: engine.pools() }),
  );

  app.get(
    '/v1/node',
    {
      config: permit('node:read'),
      schema: { tags, summary: 'Says how this node is', operationId: 'getNode', response: answers({ 200: Anything }) },
    },
    async () => {
      const { functions: _perFunction, ...load } = engine.stats();
      const shown = Object.entries(settings).filter(([name]) => !SECRET_SETTINGS.includes(name as keyof Settings));
      return {
        version: nodeInfo.version,
        state: nodeInfo.state(),
        startedAt: new Date(nodeInfo.startedAtMs).toISOString(),
        uptimeMs: clock.now() - nodeInfo.startedAtMs,
        platform: { node: process.version, os: process.platform, arch: process.arch },
        sandbox: sandboxes.name,
        functions: engine.list().length,
        load: { ...load, loadAverage: loadavg() },
        memory: process.memoryUsage(),
        journal: await store.journal.stats(),
        settings: Object.fromEntries(shown),
      };
    },
  );
}
