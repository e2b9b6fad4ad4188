import { useSyncExternalStore } from 'react';
import { request } from './client.ts';
import { queryClient } from './hooks.ts';
import { ApiProblem } from './problem.ts';

/** How fresh what is shown is. */
export interface LiveState {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'off';
  /** Since when nothing was heard of the node; the screens show what was known then. */
  readonly staleSinceMs?: number;
}

/** What the feed `/v1/live` sends, by the name of its event. */
export interface LiveEvents {
  readonly hello: { version: string; startedAtMs: number };
  /** Invocations that ended within the last quarter of a second, by the function's name. */
  readonly invocations: { functions: Record<string, { ended: number; failed: number; throttled: number }> };
  /** Something that the registry keeps was made, changed or removed. */
  readonly changed: { kind: string; name: string; function?: string };
  /** What moved within the last quarter of a second: names, and `*` for very many; of `events`, the functions that they are for. */
  readonly contents: Partial<Record<'queues' | 'topics' | 'events' | 'buckets' | 'spaces', string[]>>;
  readonly alert: { id: string; function?: string };
}

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;
/** The node says something every 15 seconds. */
const SILENCE_MS = 40_000;
/** Queries of numbers are not asked for more often than this, however much happens. */
const NUMBERS_EVERY_MS = 900;
/** A tab that nobody has looked at for so long lets its connection go, and at once where another one opens its own: browsers keep six to one node, for all tabs together. */
const HIDDEN_MS = 10_000;
/** What moves is asked for this soon, so that what moves with it is seen at once. */
const CONTENTS_AFTER_MS = 100;
/** What is measured by the minute, and costs the node more. */
const MEASURES_EVERY_MS = 5_000;

/** By which tabs of one browser tell each other that they open a connection. */
const tabs = new BroadcastChannel('fob-live');

let current: LiveState = { state: 'connecting' };
const watchers = new Set<() => void>();
const listeners = new Set<(name: keyof LiveEvents, value: never) => void>();
let stopping: AbortController | undefined;

/** How fresh what is shown is, for whoever shows it. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}

/** Hears each event of one name. Returns what ends that. */
export function onLive<N extends keyof LiveEvents>(name: N, callback: (value: LiveEvents[N]) => void): () => void {
  const listener = (heard: keyof LiveEvents, value: never) => {
    if (heard === name) callback(value);
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens the tab's one connection to the feed, and keeps it open until the returned function is called. */
export function startLive(): () => void {
  const controller = new AbortController();
  stopping?.abort();
  stopping = controller;
  void keepOpen(controller.signal);
  return () => controller.abort();
}

function setState(next: LiveState): void {
  current = next;
  for (const watcher of watchers) watcher();
}

async function keepOpen(signal: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  let heardMs = Date.now();
  let wasLive = false;
  while (!signal.aborted) {
    await shown(signal);
    tabs.postMessage('opened');
    const hidden = watchHidden();
    try {
      await readFeed(AbortSignal.any([signal, hidden.signal]), () => {
        heardMs = Date.now();
        if (current.state === 'live') return;
        waitMs = FIRST_WAIT_MS;
        setState({ state: 'live' });
        // Whatever happened in between was not heard.
        if (wasLive) void queryClient.invalidateQueries();
        wasLive = true;
      });
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) {
        if (!signal.aborted) setState({ state: 'off' });
        return;
      }
    } finally {
      hidden.end();
    }
    if (signal.aborted) return;
    if (hidden.signal.aborted) {
      setState({ state: 'connecting' });
      continue;
    }
    setState({ state: wasLive ? 'reconnecting' : 'connecting', staleSinceMs: heardMs });
    await pause(waitMs * (0.8 + Math.random() * 0.4), signal);
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}

/** Reads the feed to its end; throws where it breaks off, or stays silent for too long. */
async function readFeed(signal: AbortSignal, onHeard: () => void): Promise<void> {
  const silent = new AbortController();
  const both = AbortSignal.any([signal, silent.signal]);
  let timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await request('GET', '/v1/live', { signal: both, headers: { Accept: 'text/event-stream' } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
      onHeard();
      const parts = (text + value).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) hear(part);
    }
  } finally {
    window.clearTimeout(timer);
  }
}

function hear(part: string): void {
  const name = /^event: (.*)$/m.exec(part)?.[1] as keyof LiveEvents | undefined;
  const data = /^data: (.*)$/m.exec(part)?.[1];
  if (name === undefined || data === undefined) return;
  const value = JSON.parse(data) as LiveEvents[keyof LiveEvents];
  for (const listener of listeners) listener(name, value as never);
}

/** Aborts when the tab has been hidden for long, or is hidden and another one opens its connection. */
function watchHidden(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  let timer: number | undefined;
  const look = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(() => controller.abort(), HIDDEN_MS);
  };
  const yieldPlace = () => {
    if (document.hidden) controller.abort();
  };
  look();
  document.addEventListener('visibilitychange', look);
  tabs.addEventListener('message', yieldPlace);
  const end = () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    tabs.removeEventListener('message', yieldPlace);
  };
  return { signal: controller.signal, end };
}

/** Resolves once somebody looks at the tab. */
function shown(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms);
    // Whoever comes back to the tab, or to the net, does not wait.
    const now = () => {
      window.clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', now, { once: true });
    window.addEventListener('online', now, {
      once: true,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ms + 50)]),
    });
  });
}

/** Which queries each kind of thing is shown by: the beginnings of their paths. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  function: ['/v1/functions', '/v1/changes', '/v1/top', '/v1/node', '/v1/map', '/v1/audit'],
  alias: ['/v1/functions', '/v1/changes', '/v1/releases', '/v1/audit'],
  trigger: ['/v1/triggers', '/v1/changes', '/v1/map', '/v1/lanes', '/v1/audit'],
  queue: ['/v1/queues', '/v1/map', '/v1/audit'],
  topic: ['/v1/topics', '/v1/map', '/v1/audit'],
  secret: ['/v1/secrets', '/v1/vault', '/v1/audit'],
  repository: ['/v1/repositories', '/v1/audit'],
  policy: ['/v1/policies', '/v1/audit'],
  quota: ['/v1/quotas', '/v1/quota-usage', '/v1/audit'],
  role: ['/v1/execution-roles', '/v1/can', '/v1/audit'],
  identity: ['/v1/users', '/v1/teams', '/v1/roles', '/v1/tokens', '/v1/session', '/v1/can', '/v1/audit'],
  project: ['/v1/projects', '/v1/audit'],
  alerting: ['/v1/alerts', '/v1/audit'],
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
];
/** Queries that show what lies in queues, topics, …: the beginnings of their paths. */
const CONTENTS: Readonly<Record<keyof LiveEvents['contents'], readonly string[]>> = {
  queues: ['/v1/queues'],
  topics: ['/v1/topics'],
  events: ['/v1/lanes', '/v1/events', '/v1/functions/{name}/events'],
  buckets: ['/v1/buckets'],
  spaces: ['/v1/kv'],
};

/** Asks again for everything that is shown and whose path begins with one of these; of one function, where it is given. */
function renew(paths: readonly string[], of?: ReadonlySet<string>): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const [path, parameters] = queryKey as readonly [
        unknown,
        { path?: { name?: string }; query?: { function?: string } }?,
      ];
      // The list of all functions keeps itself fresh, one by one: see functions.ts.
      if (queryKey[1] !== undefined && 'all' in (queryKey[1] as object)) return false;
      if (typeof path !== 'string' || !paths.some((start) => path.startsWith(start))) return false;
      const name =
        parameters?.query?.function ?? (path.startsWith('/v1/functions/{') ? parameters?.path?.name : undefined);
      return of === undefined || name === undefined || of.has(name);
    },
  });
}

/** Renews what is shown of functions, at most once within an interval. */
function renewer(paths: readonly string[], everyMs: number): (names: readonly string[]) => void {
  let pending = new Set<string>();
  let isWaiting = false;
  return (names) => {
    for (const name of names) pending.add(name);
    if (isWaiting) return;
    isWaiting = true;
    window.setTimeout(() => {
      isWaiting = false;
      renew(paths, pending);
      pending = new Set();
    }, everyMs);
  };
}

const renewNumbers = renewer(
  [...NUMBERS, '/v1/functions/{name}/aliases', '/v1/functions/{name}/releases'],
  NUMBERS_EVERY_MS,
);
const renewMeasures = renewer(['/v1/metrics'], MEASURES_EVERY_MS);

onLive('invocations', ({ functions }) => {
  renewNumbers(Object.keys(functions));
  renewMeasures(Object.keys(functions));
});
onLive('changed', ({ kind, name, function: of }) => {
  // Very many of a kind at once are told as one.
  const isOfFunction = (kind === 'function' || kind === 'alias') && name !== '*';
  renew(SHOWN_BY[kind] ?? [], isOfFunction ? new Set([of ?? name]) : undefined);
});
/** Renews what shows the contents of these, soon, and at most once within an interval. */
function contentsRenewer(paths: readonly string[]): (names: readonly string[]) => void {
  let pending = new Set<string>();
  let isWaiting = false;
  let renewedMs = Number.NEGATIVE_INFINITY;
  return (names) => {
    for (const name of names) pending.add(name);
    if (isWaiting) return;
    isWaiting = true;
    const waitMs = Math.max(CONTENTS_AFTER_MS, renewedMs + NUMBERS_EVERY_MS - performance.now());
    window.setTimeout(() => {
      isWaiting = false;
      renewedMs = performance.now();
      renewNamed(paths, pending);
      pending = new Set();
    }, waitMs);
  };
}

/** Asks again for what is shown of things of these names, and for lists of such. */
function renewNamed(paths: readonly string[], names: ReadonlySet<string>): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [path, parameters] }) => {
      if (typeof path !== 'string' || !paths.some((start) => path.startsWith(start))) return false;
      const of = (parameters as { path?: Readonly<Record<string, string>> } | undefined)?.path;
      const name = of?.name ?? of?.bucket ?? of?.space;
      return name === undefined || names.has(name) || names.has('*');
    },
  });
}

const renewContents = Object.entries(CONTENTS).map(
  ([kind, paths]) => [kind as keyof typeof CONTENTS, contentsRenewer(paths)] as const,
);

onLive('contents', (moved) => {
  for (const [kind, renewThese] of renewContents) {
    const names = moved[kind];
    if (names !== undefined) renewThese(names);
  }
});
onLive('alert', () => renew(['/v1/alerts', '/v1/status']));
