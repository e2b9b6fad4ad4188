import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import Type from 'typebox';
import { SECRET_SETTINGS, type Settings, SettingsSchema } from '../../../model/settings.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import type { UsageClock } from '../live/usage-clock.ts';
import { flag } from '../schemas.ts';

const tags = ['node'];
/** For so long what was measured is given to others who ask. */
const SAME_USAGE_MS = 500;
const Anything = Type.Object({}, { additionalProperties: true });
const Sandbox = Type.Object({
  sandboxId: Type.String(),
  runtime: Type.String(),
  state: Type.Enum(['prewarmed', 'loading', 'busy', 'idle', 'frozen', 'ending']),
  function: Type.Optional(Type.String({ description: 'Absent: prewarmed, for any function of its runtime' })),
  version: Type.Optional(Type.Integer()),
  memoryMb: Type.Integer({ description: 'What it may take' }),
  inFlight: Type.Integer(),
  served: Type.Integer({ description: 'Invocations that it has ended' }),
  startedAtMs: Type.Number(),
  usage: Type.Optional(
    Type.Object(
      {
        atMs: Type.Number({ description: 'When it was measured' }),
        memoryBytes: Type.Number(),
        peakMemoryBytes: Type.Number(),
        cpuMs: Type.Number({ description: 'CPU time since it started, of all of its processes' }),
      },
      { description: 'What it takes, where it was asked for and could be measured' },
    ),
  ),
});
const Setting = Type.Object({
  name: Type.String(),
  description: Type.String(),
  value: Type.Optional(Type.Unknown({ description: 'Absent where it is secret' })),
  isSecret: Type.Boolean(),
  isDefault: Type.Boolean({ description: 'Nobody chose another value' }),
});
const Pool = Type.Object({
  runtime: Type.String(),
  memoryMb: Type.Integer({ description: 'Of each of its sandboxes' }),
  ready: Type.Integer(),
  target: Type.Integer({ description: 'How many it keeps ready' }),
});

/** What runs on this node and how it is. */
export function addNodeRoutes(app: App, context: DoorContext, figures: UsageClock): void {
  const { engine, store, sandboxes, settings, nodeInfo, clock, lifecycle } = context;

  const measured = measuring(context);

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
        querystring: Type.Object(
          {
            usage: flag(
              'Measures what each takes, too: memory and CPU time, as the system counts them; the live feed tells once a second that they can be measured anew',
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ sandboxes: Type.Array(Sandbox) }) }),
      },
    },
    async (request) => {
      const found = engine.sandboxes();
      if (request.query.usage !== true) return { sandboxes: found };
      figures.looked();
      const { usage, atMs } = await measured();
      return {
        sandboxes: found.map((sandbox) => {
          const taken = usage.get(sandbox.sandboxId);
          return taken === undefined ? sandbox : { ...sandbox, usage: { atMs, ...taken } };
        }),
      };
    },
  );

  app.get(
    '/v1/pools',
    {
      config: permit('node:read'),
      schema: {
        tags,
        summary: 'Lists the pools of prewarmed sandboxes',
        operationId: 'listPools',
        response: answers({ 200: Type.Object({ pools: Type.Array(Pool) }) }),
      },
    },
    async () => ({ pools: engine.pools() }),
  );

  app.get(
    '/v1/node',
    {
      config: permit('node:read'),
      schema: {
        tags,
        summary: 'Says how this node is',
        operationId: 'getNode',
        querystring: Type.Object(
          {
            usage: flag(
              'Its memory and load are looked at: the live feed tells once a second that they can be read anew',
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Anything }),
      },
    },
    async (request) => {
      if (request.query.usage === true) figures.looked();
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
        machine: { cores: availableParallelism(), memoryBytes: totalmem(), freeMemoryBytes: freemem() },
        journal: await store.journal.stats(),
        settings: Object.fromEntries(shown),
      };
    },
  );

  app.get(
    '/v1/settings',
    {
      config: permit('node:read'),
      schema: {
        tags,
        summary: 'Lists the settings of this node, with what they are; those that are secret without their values',
        operationId: 'listSettings',
        response: answers({ 200: Type.Object({ settings: Type.Array(Setting) }) }),
      },
    },
    async () => ({
      settings: Object.entries(SettingsSchema.properties).map(([name, schema]) => {
        const { description = '', default: usual } = schema as { description?: string; default?: unknown };
        const isSecret = SECRET_SETTINGS.includes(name as keyof Settings);
        const value = settings[name as keyof Settings];
        return {
          name,
          description,
          isSecret,
          isDefault: isDeepStrictEqual(value, usual),
          ...(!isSecret && { value }),
        };
      }),
    }),
  );
}

/** Measures all sandboxes; those who ask at about the same time are given the same, for a measurement takes the longer the more there are. */
function measuring({ engine, clock }: DoorContext) {
  const measure = async () => {
    const usage = await engine.usage();
    return { usage, atMs: clock.now() };
  };
  let last: { readonly found: ReturnType<typeof measure>; readonly askedMs: number } | undefined;
  return (): ReturnType<typeof measure> => {
    const nowMs = clock.monotonicMs();
    if (last === undefined || nowMs - last.askedMs > SAME_USAGE_MS) last = { found: measure(), askedMs: nowMs };
    return last.found;
  };
}
