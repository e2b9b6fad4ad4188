import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import type { Action } from '../../../model/permission.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { principalOf } from '../../principal.ts';
import { ProblemAnswer } from '../schemas.ts';
import { eventText, streamEvents } from './event-stream.ts';
import { type Contents, contentsFor, watchContents } from './live-contents.ts';
import { type News, newsFor, watchNews } from './live-news.ts';
import type { UsageClock } from './usage-clock.ts';
import { watchCaller } from './watch-caller.ts';

/** What happens after a quiet time is told this soon, together with what it brings about at once. */
const SOON_MS = 20;
/** What happens further is told no more often than this. */
const GATHER_MS = 250;
/** Telling everybody takes at most a tenth of the node's time: where it takes long, it is gathered for longer, up to this. */
const TIME_SHARE = 10;
const MAX_GATHER_MS = 5_000;
/** Changes of one interval; those beyond are told by their kind alone. */
const MAX_CHANGES = 500;
/** Functions of one event; there are more only where so many end within a quarter of a second. */
const MAX_FUNCTIONS = 1_000;

/** What ended of one function within one interval. */
interface Counts {
  ended: number;
  failed: number;
  throttled: number;
}

/** A change of something that the registry keeps. */
interface Changed {
  readonly kind: string;
  readonly name: string;
  /** The function that it belongs to, where it does to one. */
  readonly function?: string;
}

/** How the registry's keys begin, what they are called to callers, and what it takes to hear of them. */
const KINDS: readonly [prefix: string, kind: string, action: Action][] = [
  ['function/', 'function', 'function:list'],
  ['version/', 'function', 'function:list'],
  ['alias/', 'alias', 'function:list'],
  ['test-event/', 'test-event', 'function:read'],
  ['trigger/', 'trigger', 'trigger:read'],
  ['queue/', 'queue', 'queue:read'],
  ['topic/', 'topic', 'topic:read'],
  ['secret/', 'secret', 'secret:read'],
  ['policy/', 'policy', 'policy:read'],
  ['quota/', 'quota', 'policy:read'],
  ['execution-role/', 'role', 'policy:read'],
  ['project/', 'project', 'project:read'],
  ['alert-rule/', 'alerting', 'alert:read'],
  ['alert-channel/', 'alerting', 'alert:read'],
  ['alert-channel-state/', 'alerting', 'alert:read'],
  ['alert-default/', 'alerting', 'alert:read'],
  ['alert-routing/', 'alerting', 'alert:read'],
  ['alert-silence/', 'alerting', 'alert:read'],
  ['identity/', 'identity', 'identity:read'],
];

/** Kinds whose names begin with their function's, which tells it where they are gone, too. */
const IN_FUNCTIONS: ReadonlySet<string> = new Set(['function', 'alias', 'test-event']);

/** What happened in an interval. */
interface Interval {
  readonly counts: ReadonlyMap<string, Counts>;
  readonly changes: readonly (Changed & { readonly action: Action; readonly isMany?: true })[];
  readonly contents: Contents;
  readonly news: News;
}

/** The feed by which screens stay fresh: that something happened, not what it was; whoever hears of it asks for what they show. */
export function addLiveRoute(app: App, context: DoorContext, usage: UsageClock): void {
  const { nodeInfo, alerts } = context;
  const hub = createHub(context, usage);
  app.get(
    '/v1/live',
    {
      config: { permission: 'own' },
      schema: {
        tags: ['node'],
        summary: 'Sends that something happened, as server-sent events, until the caller goes',
        description:
          'Events: `hello` once, with whose feed it is; `invocations`, at once, then gathered for 250 ms, and longer on a busy node: how many ended, failed and were refused, by function; `changed`: a function, alias, trigger, queue … was made, changed or removed, with the name `*` where very many of a kind were; `contents`: in which `queues`, `topics`, `buckets` and key-value `spaces` something came, went or changed, and of which functions `events` did, gathered alike, and with `*` for more than 500; `news`, of which kinds there is something new: `audit`, `sandboxes` (one started, got a function, froze, thawed or ended), `gauges` and `alerts` (were read anew), and, once a second while somebody asks for them, `usage` (memory and CPU); `alert` as of `/v1/alerts/stream`. Each of what one may see. The stream ends when the credential or its permissions change: connect again.',
        operationId: 'streamLive',
        response: answers({ 200: Type.String(), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { raw } = request;
      streamEvents(context, reply.raw, (send) => {
        const { kind, name, tokenId } = principalOf(raw);
        const caller = { kind, name, ...(tokenId !== undefined && { tokenId }) };
        send(eventText('hello', { version: nodeInfo.version, startedAtMs: nodeInfo.startedAtMs, caller }));
        const unsubscribe = hub.subscribe(raw, send);
        const unwatch = watchCaller(context, raw, () => reply.raw.end());
        const unalert = alerts?.subscribe((alert) => {
          if (may(raw, 'alert:read', alert.function === undefined ? '*' : `function:${alert.function}`))
            send(eventText('alert', alert));
        });
        return () => {
          unsubscribe();
          unwatch();
          unalert?.();
        };
      });
      reply.hijack();
    },
  );
}

/** What a caller may hear of an interval, as it is sent. */
function textFor(raw: IncomingMessage, { counts, changes, contents, news }: Interval): string {
  const seen = [...counts].filter(([name]) => may(raw, 'function:list', `function:${name}`)).slice(0, MAX_FUNCTIONS);
  let text = seen.length > 0 ? eventText('invocations', { functions: Object.fromEntries(seen) }) : '';
  for (const { action, isMany, ...change } of changes) {
    const isMine =
      isMany || change.kind === 'identity' || action === 'policy:read'
        ? principalOf(raw).mayAny(action)
        : change.function !== undefined
          ? may(raw, action, `function:${change.function}`)
          : may(raw, action, `${action.split(':')[0]}:${change.name}`);
    if (isMine) text += eventText('changed', change);
  }
  const moved = contentsFor(principalOf(raw), contents);
  if (moved !== undefined) text += eventText('contents', moved);
  const kinds = newsFor(principalOf(raw), news);
  return kinds.length === 0 ? text : text + eventText('news', { kinds });
}

function may(raw: IncomingMessage, action: Action, resource: string): boolean {
  const principal = principalOf(raw);
  return principal.kind === 'operator' || principal.may(action, resource);
}

/** Listens to the node while anybody listens here: once for all of them, and gathered. */
function createHub(context: DoorContext, usage: UsageClock) {
  const { store, clock, repositories } = context;
  const listeners = new Set<{ readonly raw: IncomingMessage; send(text: string): void }>();
  let counts = new Map<string, Counts>();
  let changes = new Map<string, Interval['changes'][number]>();
  let gatherMs = GATHER_MS;
  let flushedMs = Number.NEGATIVE_INFINITY;
  let cancelFlush: (() => void) | undefined;
  let endings: (() => void)[] = [];
  let moved: ReturnType<typeof watchContents> | undefined;
  let news: ReturnType<typeof watchNews> | undefined;

  const flush = (): void => {
    cancelFlush = undefined;
    const interval = {
      counts,
      changes: [...changes.values()],
      contents: moved?.take() ?? new Map(),
      news: news?.take() ?? new Set(),
    };
    counts = new Map();
    changes = new Map();
    const beganMs = clock.monotonicMs();
    flushedMs = beganMs;
    // Tabs of one person hear the same.
    const texts = new Map<string, string>();
    for (const { raw, send } of listeners) {
      const { rights, kind, name } = principalOf(raw);
      const who = rights?.() ?? `${kind} ${name}`;
      const text = texts.get(who) ?? textFor(raw, interval);
      texts.set(who, text);
      if (text !== '') send(text);
    }
    gatherMs = Math.min(Math.max(GATHER_MS, TIME_SHARE * (clock.monotonicMs() - beganMs)), MAX_GATHER_MS);
  };
  const soon = (): void => {
    cancelFlush ??= clock.after(Math.max(SOON_MS, flushedMs + gatherMs - clock.monotonicMs()), flush);
  };
  const ended = ({ function: name, status }: InvocationRecord): void => {
    const of = counts.get(name) ?? { ended: 0, failed: 0, throttled: 0 };
    counts.set(name, of);
    of.ended++;
    if (status === 'rejected') of.throttled++;
    else if (status !== 'succeeded') of.failed++;
    soon();
  };
  const changed = (key: string, value: unknown): void => {
    const found = KINDS.find(([prefix]) => key.startsWith(prefix));
    if (found === undefined) return;
    const [prefix, kind, action] = found;
    const name = key.slice(prefix.length);
    const owner = (value as { function?: unknown } | undefined)?.function;
    const of = IN_FUNCTIONS.has(kind) ? name.split('/')[0] : typeof owner === 'string' ? owner : undefined;
    // A token's use is written down now and then: whoever shows tokens hears of it as any change.
    if (changes.size < MAX_CHANGES || changes.has(key))
      changes.set(key, { kind, name, ...(of !== undefined && { function: of }), action });
    else changes.set(kind, { kind, name: '*', action, isMany: true });
    soon();
  };

  const start = (): void => {
    endings = [
      store.journal.tail({}, () => {}, ended),
      store.registry.watch('', (change) => changed(change.key, change.kind === 'put' ? change.value : undefined)),
      repositories.onChange((name) => {
        changes.set(`repository/${name}`, { kind: 'repository', name, action: 'repository:read' });
        soon();
      }),
    ];
    moved = watchContents(context, soon);
    news = watchNews(context, usage, soon);
  };
  const stop = (): void => {
    for (const end of endings) end();
    moved?.end();
    news?.end();
    cancelFlush?.();
    cancelFlush = undefined;
  };

  return {
    subscribe(raw: IncomingMessage, send: (text: string) => void): () => void {
      const listener = { raw, send };
      if (listeners.size === 0) start();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
  };
}
