import { outdate } from './hooks.ts';
import { onLive } from './live.ts';
import type { LiveEvents } from './live-feed.ts';
import { paced } from './pace.ts';

/** Which queries each kind of thing is shown by: the beginnings of their paths. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  function: ['/v1/functions', '/v1/changes', '/v1/top', '/v1/node', '/v1/map', '/v1/quota-usage'],
  alias: ['/v1/functions', '/v1/changes', '/v1/releases'],
  'test-event': ['/v1/functions/{name}/test-events'],
  trigger: ['/v1/triggers', '/v1/changes', '/v1/map', '/v1/lanes'],
  queue: ['/v1/queues', '/v1/map'],
  topic: ['/v1/topics', '/v1/map'],
  secret: ['/v1/secrets', '/v1/vault'],
  repository: ['/v1/repositories'],
  policy: ['/v1/policies'],
  quota: ['/v1/quotas', '/v1/quota-usage'],
  role: ['/v1/execution-roles', '/v1/can'],
  identity: [
    '/v1/users',
    '/v1/teams',
    '/v1/roles',
    '/v1/tokens',
    '/v1/session',
    '/v1/can',
    '/v1/functions/{name}/access',
  ],
  project: ['/v1/projects'],
  alerting: ['/v1/alerts'],
};
/** Queries that show what invocations did. */
const NUMBERS = [
  '/v1/top',
  '/v1/invocations',
  '/v1/traces',
  '/v1/map',
  '/v1/logs',
  '/v1/sandboxes',
  '/v1/pools',
  '/v1/node',
  '/v1/quota-usage',
  '/v1/functions/{name}/aliases',
  '/v1/functions/{name}/releases',
];
/** What is added up over time. */
const LOG_COUNTS = '/v1/logs/counts';
const MEASURES = ['/v1/metrics', '/v1/status', LOG_COUNTS];
/** Queries that show what lies in queues, topics, …: the beginnings of their paths. */
const CONTENTS: Readonly<Record<keyof LiveEvents['contents'], readonly string[]>> = {
  queues: ['/v1/queues'],
  topics: ['/v1/topics'],
  events: ['/v1/lanes', '/v1/events', '/v1/functions/{name}/events', '/v1/quota-usage'],
  buckets: ['/v1/buckets'],
  spaces: ['/v1/kv'],
};
/** Queries that show what is told by its kind alone; of `usage`, those that ask for what is measured at that moment. */
const NEWS: Readonly<Record<Exclude<LiveEvents['news']['kinds'][number], 'gauges'>, readonly string[]>> = {
  audit: ['/v1/audit'],
  sandboxes: ['/v1/sandboxes', '/v1/pools', '/v1/node'],
  usage: ['/v1/sandboxes', '/v1/node'],
  alerts: ['/v1/alerts'],
};

interface Parameters {
  readonly path?: { readonly name?: string; readonly bucket?: string; readonly space?: string };
  readonly query?: { readonly function?: string; readonly usage?: boolean; readonly to?: string };
}
/** Whether what a query shows may be out of date. */
type Concerns = (path: string, parameters: Parameters) => boolean;

/** Asks again for what concerns the names that it is given, at the pace of `paced`. */
function renewer(concerns: (names: ReadonlySet<string>) => Concerns): (names: readonly string[]) => void {
  return paced((names) => {
    const isConcerned = concerns(names);
    return outdate(({ queryKey: [path, parameters = {}] }) => {
      // The list of all functions keeps itself fresh, one by one: see functions.ts.
      if (typeof path !== 'string' || 'all' in (parameters as object)) return false;
      return isConcerned(path, parameters as Parameters);
    });
  });
}

const beginsWithOne = (path: string, starts: readonly string[]): boolean =>
  starts.some((start) => path.startsWith(start));

/** Of functions: what shows one of these, or no single one; without names, of all. */
const ofFunctions =
  (starts: readonly string[]) =>
  (names?: ReadonlySet<string>): Concerns =>
  (path, { path: of, query }) => {
    if (!beginsWithOne(path, starts)) return false;
    if (names === undefined || names.has('*')) return true;
    // Of several functions, their names with commas.
    if (query?.function !== undefined)
      return String(query.function)
        .split(',')
        .some((name) => names.has(name));
    const name = path.startsWith('/v1/functions/{') ? of?.name : undefined;
    return name === undefined || names.has(name);
  };

/** Of things with names: what shows one of these, or many. */
const ofThings =
  (starts: readonly string[]) =>
  (names: ReadonlySet<string>): Concerns =>
  (path, { path: of }) => {
    if (!beginsWithOne(path, starts)) return false;
    const name = of?.name ?? of?.bucket ?? of?.space;
    return name === undefined || names.has(name) || names.has('*');
  };

const renewShown = Object.entries(SHOWN_BY).map(([kind, starts]) => {
  const isOfFunction = kind === 'function' || kind === 'alias' || kind === 'test-event';
  return [kind, renewer(isOfFunction ? ofFunctions(starts) : () => ofFunctions(starts)())] as const;
});
// Each apart, so that none waits for what takes longer.
const renewNumbers = NUMBERS.map((start) => {
  const concerns = ofFunctions([start]);
  return renewer((names) => (path, parameters) => path !== LOG_COUNTS && concerns(names)(path, parameters));
});
const measures = MEASURES.map((start) => {
  const concerns = ofFunctions([start]);
  // What is measured from now on changes nothing of a time that is over.
  return (names?: ReadonlySet<string>): Concerns =>
    (path, parameters) =>
      Number.isNaN(Date.parse(parameters.query?.to ?? '')) && concerns(names)(path, parameters);
});
const renewMeasures = measures.map(renewer);
/** By the clock of what is measured: the axis of time moves where nothing happens, too. */
const renewAllMeasures = measures.map((concerns) => renewer(() => concerns()));
/** Asks again how many lines there were when; for those who hear of new ones. */
export const renewLogCounts = renewer(() => (path) => path === LOG_COUNTS);
const renewContents = Object.entries(CONTENTS).map(
  ([kind, paths]) => [kind as keyof typeof CONTENTS, renewer(ofThings(paths))] as const,
);
const renewNews = Object.entries(NEWS).map(([kind, paths]) => {
  const concerns: Concerns = (path, { query }) =>
    beginsWithOne(path, paths) && (kind !== 'usage' || query?.usage === true);
  return [kind as keyof typeof NEWS, renewer(() => concerns)] as const;
});

onLive('invocations', ({ functions }) => {
  for (const renew of [...renewNumbers, ...renewMeasures]) renew(Object.keys(functions));
});
onLive('changed', ({ kind, name, function: of }) => {
  // Very many of a kind at once are told as one.
  for (const [shown, renew] of renewShown) if (shown === kind) renew([name === '*' ? name : (of ?? name)]);
});
onLive('contents', (moved) => {
  for (const [kind, renew] of renewContents) {
    const names = moved[kind];
    if (names !== undefined) renew(names);
  }
});
onLive('news', ({ kinds }) => {
  for (const [kind, renew] of renewNews) if (kinds.includes(kind)) renew([]);
  if (kinds.includes('gauges')) for (const renew of renewAllMeasures) renew([]);
});
const renewAlerts = renewer(() => (path) => beginsWithOne(path, ['/v1/alerts', '/v1/status']));
onLive('alert', () => renewAlerts([]));
