import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { noFunction } from '../../../model/no-function.ts';
import { Problem } from '../../../model/problem.ts';
import { MAP_WINDOW_MS } from '../../../observe/map/call-map.ts';
import {
  around,
  type ConfiguredSubscription,
  type ConfiguredTrigger,
  type MapGraph,
  mapGraph,
} from '../../../observe/map/graph.ts';
import type { TriggerView } from '../../../trigger/triggers.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { functionFilter, ProblemAnswer } from '../schemas.ts';

const MINUTE_MS = 60_000;
const UNIT_MS = { m: MINUTE_MS, h: 3_600_000 } as const;

const NodeView = Type.Object({
  id: Type.String({ description: 'Kind and name, such as `function:resize`' }),
  kind: Type.String({ description: 'function, trigger, door, bucket, queue, topic, kv or url' }),
  name: Type.String(),
  detail: Type.Optional(Type.String({ description: 'Of a trigger: its type and what it listens to' })),
  silent: Type.Boolean({ description: 'Nothing happened here within the window: it is configured only' }),
});

const EdgeView = Type.Object({
  from: Type.String(),
  to: Type.String(),
  kind: Type.Enum(['wakes', 'calls', 'uses', 'feeds'], {
    description:
      'wakes: a trigger wakes a function; calls: a function, or a door for somebody outside, calls a function; uses: a function uses a service; feeds: what a trigger or a queue hears of',
  }),
  calls: Type.Integer({ description: 'Within the window; 0 for what is configured and was silent' }),
  errors: Type.Integer(),
  perMinute: Type.Number(),
  averageMs: Type.Number({ description: "Of a function's run, or of the use of a service" }),
  p50Ms: Type.Number(),
  p99Ms: Type.Number(),
  maxMs: Type.Number(),
  lastAtMs: Type.Number({ description: 'The minute of the last one' }),
  operations: Type.Record(Type.String(), Type.Integer(), {
    description: 'What was done, such as put and get, and how often since it was seen first',
  }),
});

/** The map: what wakes and calls what, from what happened. */
export function addMapRoute(app: App, context: DoorContext): void {
  const { map, triggers, engine, services } = context;

  app.get(
    '/v1/map',
    {
      config: permitAny('traces:read'),
      schema: {
        tags: ['traces'],
        summary: 'The map: which trigger wakes what, which function calls what, from what really happened',
        description:
          'Counted in memory since the node started, for at most the last six hours. What is configured but was silent has `calls` 0.',
        operationId: 'getMap',
        querystring: Type.Object(
          {
            window: Type.Optional(
              Type.String({ maxLength: 16, description: 'How far back: `5m`, `1h` (the default), at most `6h`' }),
            ),
            function: functionFilter,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            windowMs: Type.Integer(),
            countedMs: Type.Number({
              description: 'How much of that is counted: nothing of before the start of the node is known',
            }),
            nodes: Type.Array(NodeView),
            edges: Type.Array(EdgeView),
            leftOut: Type.Integer({ description: 'Calls that were not counted: there are too many edges' }),
          }),
          400: ProblemAnswer,
          404: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const windowMs = windowOf(request.query.window);
      const name = request.query.function;
      if (name !== undefined) demand(request.raw, 'traces:read', `function:${name}`);
      const seen = map.view(windowMs);
      const graph = mapGraph(seen, (await triggers.list()).map(configured), await subscriptions());
      const ofFunctions = graph.edges.filter((edge) => edgeIsVisible(request, edge));
      // A trigger is its function's: whoever may not see that does not see what feeds it either.
      const woken = new Set(ofFunctions.flatMap(({ from, kind }) => (kind === 'wakes' ? [from] : [])));
      const edges = ofFunctions.filter(({ to }) => !to.startsWith('trigger:') || woken.has(to));
      const shown = { ...graph, edges };
      const whole = name === undefined ? withoutLoose(shown) : around(shown, `function:${known(name, shown)}`);
      return { windowMs, countedMs: map.countedMs(windowMs), ...whole, leftOut: map.leftOut };
    },
  );

  /** The name of a function that is there, or on the map. */
  function known(nameOrId: string, { edges }: Pick<MapGraph, 'edges'>): string {
    const found = engine.find(nameOrId)?.document.name;
    if (found !== undefined) return found;
    const id = `function:${nameOrId}`;
    if (edges.some(({ from, to }) => from === id || to === id)) return nameOrId;
    throw noFunction(nameOrId, ', and nothing was seen of one');
  }

  async function subscriptions(): Promise<ConfiguredSubscription[]> {
    const topics = await services.topics.list();
    return topics.flatMap(({ name, subscriptions: all }) =>
      all.flatMap(({ destination }) =>
        destination.startsWith('queue:') ? [{ from: `topic:${name}`, to: destination }] : [],
      ),
    );
  }
}

/** Whether whoever asks may see all functions at the ends of an edge. */
export function edgeIsVisible(request: FastifyRequest, { from, to }: { from: string; to: string }): boolean {
  const functions = [from, to].filter((id) => id.startsWith('function:'));
  return visible(request, 'traces:read', functions, (id) => id.slice('function:'.length)).length === functions.length;
}

/** Nodes whose edges are not shown are not either. */
function withoutLoose({ nodes, edges }: MapGraph): MapGraph {
  const ids = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return { nodes: nodes.filter(({ id }) => ids.has(id)), edges };
}

/** What of this node a trigger hears of, by its type's option of the same name. */
const SOURCES: Readonly<Record<string, readonly [option: string, kind: string]>> = {
  bucket: ['bucket', 'bucket'],
  queue: ['queue', 'queue'],
  topic: ['topic', 'topic'],
  completion: ['of', 'function'],
};

function configured({ trigger, summary }: TriggerView): ConfiguredTrigger {
  const { name, function: fn, type, enabled, options } = trigger;
  const source = SOURCES[type];
  const of = source === undefined ? undefined : (options as Readonly<Record<string, unknown>>)[source[0]];
  return {
    name,
    function: fn,
    type,
    summary,
    enabled,
    ...(source !== undefined && typeof of === 'string' && { source: `${source[1]}:${of}` }),
  };
}

/** The milliseconds of a window of the map. Throws `invalid_request` where it is none. */
export function windowOf(text = '1h'): number {
  const match = /^(\d{1,5})([mh])$/.exec(text);
  const windowMs = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  if (windowMs >= MINUTE_MS && windowMs <= MAP_WINDOW_MS) return windowMs;
  throw new Problem('invalid_request', `"${text}" is no window of the map: write 1m to 6h, such as 15m or 1h`);
}
