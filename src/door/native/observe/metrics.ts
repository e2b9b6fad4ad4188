import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import {
  type MetricQuery,
  type MetricSeries,
  type ServingChange,
  STATISTICS,
  type Statistic,
  TOP_ORDERS,
  type TopOrder,
} from '../../../observe/metrics/metrics.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny } from '../../permission.ts';
import { demand, principalOf } from '../../principal.ts';
import { functionFilter, ProblemAnswer } from '../schemas.ts';
import { timeMs } from '../time-range.ts';
import { MetricInfoView, MetricsAnswer, TopAnswerView } from './metric-schemas.ts';

const tags = ['metrics'];
const DEFAULT_FROM_MS = 3 * 3_600_000;
/** No more are measured one by one. */
const MOST_FUNCTIONS = 5_000;
const DEFAULT_WINDOW_MS = 30_000;
const STEP_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const WINDOW_MS = { s: 1_000, m: 60_000 } as const;
const text = (description: string) => Type.Optional(Type.String({ maxLength: 4_096, description }));
/** Given once with commas, or several times. */
const list = (description: string) =>
  Type.Union([Type.String({ maxLength: 8_192 }), Type.Array(Type.String({ maxLength: 1_024 }), { maxItems: 50 })], {
    description,
  });

/** What was measured: lists, series over time, and what goes on now. */
export function addMetricRoutes(app: App, context: DoorContext): void {
  const { engine, releases, metrics, clock } = context;
  const nameOf = (given: string): string => engine.find(given)?.document.name ?? given;
  const changeOf = (name: string): ServingChange | undefined => {
    const stored = engine.find(name);
    if (stored === undefined) return undefined;
    const { version, moves, createdAt } = stored.document;
    const aliases = releases.aliases(name).map(({ document }) => document);
    const times = [moves?.at(-1)?.at ?? createdAt, ...aliases.flatMap((alias) => alias.moves.at(-1)?.at ?? [])];
    return {
      atMs: Math.max(...times.map((at) => Date.parse(at))),
      versions: new Set([version, ...aliases.flatMap(({ versions }) => versions.map((each) => each.version))]),
    };
  };

  app.get(
    '/v1/metrics',
    {
      config: permitAny('metrics:read'),
      schema: {
        tags,
        summary: 'Lists the metrics that there are',
        operationId: 'listMetrics',
        querystring: Type.Object({ function: functionFilter }, { additionalProperties: false }),
        response: answers({ 200: Type.Object({ metrics: Type.Array(MetricInfoView) }), 400: ProblemAnswer }),
      },
    },
    async (request) => {
      const { function: name } = request.query;
      demand(request.raw, 'metrics:read', name === undefined ? '*' : `function:${nameOf(name)}`);
      return { metrics: metrics.list(name === undefined ? {} : { function: nameOf(name) }) };
    },
  );

  app.get(
    '/v1/metrics/query',
    {
      config: permitAny('metrics:read'),
      schema: {
        tags,
        summary: 'Answers what was measured, over time',
        description:
          'Several metrics may be asked for at once: `metric=invocations,errors,duration:p50,duration:p90`. Of one function, or of all together; `by` makes one series for each value of its labels. At most 100 series of a metric are shown, those with the most in them; `leftOut` says how many are not. Split by function, it shows those whose metrics one may see. At most 1,500 points a series.',
        operationId: 'queryMetrics',
        querystring: Type.Object(
          {
            metric: list(
              'Names of metrics, each with a statistic behind a colon where another than `statistic` is meant',
            ),
            statistic: Type.Optional(
              Type.Enum([...STATISTICS], {
                description: "Default: each metric's usual one; `GET /v1/metrics` says which",
              }),
            ),
            function: functionFilter,
            version: text('Only this version'),
            alias: text('Only calls by this alias'),
            trigger: text('Only events of this trigger'),
            label: Type.Optional(list("Only with this dimension of a function's own metric: `name=value`")),
            by: Type.Optional(list('One series for each value of these labels')),
            from: text('Begin: ISO 8601, milliseconds since 1970, or an age such as `15m`, `2h`, `7d`; default `3h`'),
            to: text('End; default: now'),
            step: text('Width of a point: `1m`, `5m`, `1h`, `1d`; default: what gives at most about 200'),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: MetricsAnswer, 400: ProblemAnswer, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const asked = request.query;
      const name = asked.function === undefined ? undefined : nameOf(asked.function);
      const by = listOf(asked.by);
      // Split by function, each is shown those that they may see.
      const mayShow = name === undefined && by.includes('function') ? functionsOf(request) : undefined;
      if (mayShow === undefined) demand(request.raw, 'metrics:read', name === undefined ? '*' : `function:${name}`);
      const nowMs = clock.now();
      const { version, alias, trigger } = asked;
      const labels = {
        ...(name !== undefined && { function: name }),
        ...(version !== undefined && { version }),
        ...(alias !== undefined && { alias }),
        ...(trigger !== undefined && { trigger }),
        ...dimensions(asked.label),
      };
      const common = {
        labels,
        by,
        fromMs: asked.from === undefined ? nowMs - DEFAULT_FROM_MS : timeMs(asked.from, nowMs),
        toMs: asked.to === undefined ? nowMs : timeMs(asked.to, nowMs),
        ...(asked.step !== undefined && { stepMs: duration(asked.step, STEP_MS, 'step', '1m, 5m, 1h or 1d') }),
      };
      const usual = new Map(metrics.list().map((info) => [info.metric, info.usual]));
      const queries = listOf(asked.metric).map((each): MetricQuery => {
        const { metric, statistic } = splitMetric(each);
        return { ...common, metric, statistic: statistic ?? asked.statistic ?? usual.get(metric) ?? 'sum' };
      });
      if (queries.length === 0) throw new Problem('invalid_request', 'query parameter "metric" names no metric');
      const found = await metrics.queryAll(queries);
      return {
        metrics: found.map(({ fromMs, toMs, series, ...of }) => ({
          ...of,
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          series: seenOf(series, mayShow).map((each) => ({
            labels: each.labels,
            points: each.points.map((point): [number, number] => [point.timeMs, point.value]),
          })),
        })),
      };
    },
  );

  app.get(
    '/v1/top',
    {
      config: permitAny('metrics:read'),
      schema: {
        tags,
        summary: 'Says what goes on now: the node, and the functions with the most of something',
        description: 'From memory, and cheap: it may be asked once a second.',
        operationId: 'top',
        querystring: Type.Object(
          {
            window: text('How far back, such as `30s` or `5m`, at most `10m`; default `30s`'),
            sort: Type.Optional(
              Type.Enum([...TOP_ORDERS], { description: 'What the first ones have most of; default `calls`' }),
            ),
            filter: text('Only functions whose names contain this'),
            limit: Type.Optional(
              Type.Integer({ minimum: 1, maximum: MOST_FUNCTIONS, description: 'Most functions; default 100' }),
            ),
            percentiles: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: MOST_FUNCTIONS,
                description:
                  'Of how many of these, the first ones, percentiles and memory are told at least, which cost most; default all',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: TopAnswerView, 400: ProblemAnswer }),
      },
    },
    async (request) => {
      const { window, sort, filter, limit = 100, percentiles } = request.query;
      const windowMs = window === undefined ? DEFAULT_WINDOW_MS : duration(window, WINDOW_MS, 'window', '30s or 5m');
      const mayShow = functionsOf(request);
      const top = metrics.top({
        windowMs: Math.max(windowMs, 10_000),
        sort: (sort ?? 'calls') as TopOrder,
        limit,
        ...(percentiles !== undefined && { percentiles }),
        ...(filter !== undefined && { filter }),
        ...(mayShow !== undefined && { mayShow }),
        changeOf,
      });
      return { ...top, node: mayShow === undefined ? nodeView(context) : undefined };
    },
  );
}

function seenOf(
  series: readonly MetricSeries[],
  mayShow: ((name: string) => boolean) | undefined,
): readonly MetricSeries[] {
  if (mayShow === undefined) return series;
  return series.filter(({ labels: { function: name } }) => name !== undefined && mayShow(name));
}

/** Which functions are shown to whoever asks; `undefined`: all, and the node. */
function functionsOf(request: FastifyRequest): ((name: string) => boolean) | undefined {
  const principal = principalOf(request.raw);
  if (principal.kind === 'operator' || principal.may('metrics:read', '*')) return undefined;
  return (name) => principal.may('metrics:read', `function:${name}`);
}

/** How the node is. */
function nodeView({ engine, metrics, nodeInfo, clock }: DoorContext) {
  const { functions: _each, ...load } = engine.stats();
  const gauge = (metric: string): number =>
    metrics.recent({ metric, statistic: 'average', windowMs: DEFAULT_WINDOW_MS }) ?? 0;
  return {
    version: nodeInfo.version,
    state: nodeInfo.state(),
    uptimeMs: clock.now() - nodeInfo.startedAtMs,
    functions: engine.list().length,
    ...load,
    cpuCores: gauge('node.cpu'),
    loopShare: gauge('node.loop'),
    memoryBytes: process.memoryUsage.rss(),
    machine: {
      cores: availableParallelism(),
      loadAverage: loadavg(),
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
  };
}

function listOf(given: string | string[] | undefined): string[] {
  const parts = typeof given === 'string' ? [given] : (given ?? []);
  return parts
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `duration:p90`. A function's own metric has no colon in its name. */
function splitMetric(given: string): { metric: string; statistic?: Statistic } {
  const colon = given.lastIndexOf(':');
  if (colon === -1) return { metric: given };
  const word = given.slice(colon + 1);
  const statistic = STATISTICS.find((each) => each === word);
  if (statistic === undefined)
    throw new Problem('invalid_request', `"${given}": there is no statistic "${word}", but ${STATISTICS.join(', ')}`);
  return { metric: given.slice(0, colon), statistic };
}

function dimensions(given: string | string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (typeof given === 'string' ? [given] : (given ?? [])).map((each) => {
      const equals = each.indexOf('=');
      if (equals <= 0)
        throw new Problem('invalid_request', `query parameter "label": "${each}" is not written name=value`);
      return [each.slice(0, equals), each.slice(equals + 1)];
    }),
  );
}

function duration(given: string, units: Readonly<Record<string, number>>, parameter: string, examples: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(given);
  const unit = match === null ? undefined : units[match[2]!];
  if (match === null || unit === undefined)
    throw new Problem('invalid_request', `query parameter "${parameter}": write it as ${examples}, not "${given}"`);
  return Number(match[1]) * unit;
}
