import type { Action } from '../../../model/permission.ts';
import { below } from '../../../store/watchers.ts';
import type { DoorContext } from '../../context.ts';
import type { Principal } from '../../principal.ts';

/** Names of one kind within one interval; where there are more, it is told by its kind alone. */
const MAX_NAMES = 500;
const ALL = '*';

/** What the feed calls each kind, and what it takes to hear of one: as for looking at it. */
const KINDS = {
  queues: ['queue:read', 'queue'],
  topics: ['topic:read', 'topic'],
  events: ['event:read', 'function'],
  buckets: ['bucket:list', 'bucket'],
  spaces: ['kv:list', 'kv'],
} as const satisfies Readonly<Record<string, readonly [Action, string]>>;

type Kind = keyof typeof KINDS;

/** In which queues, topics, … something moved within one interval. */
export type Contents = ReadonlyMap<Kind, ReadonlySet<string>>;

/** Gathers in what the contents changed, from now on; `onChange` is called with each. */
export function watchContents({ services, events }: Pick<DoorContext, 'services' | 'events'>, onChange: () => void) {
  let gathered = new Map<Kind, Set<string>>();
  const of = (kind: Kind) => (names: ReadonlySet<string>) => {
    const known = gathered.get(kind) ?? new Set();
    if (!known.has(ALL)) {
      for (const name of names) known.add(name);
      gathered.set(kind, known.size > MAX_NAMES ? new Set([ALL]) : known);
    }
    onChange();
  };
  const endings = [
    services.queues.watch(of('queues')),
    services.topics.watch(of('topics')),
    services.errands.watchDead(below('topic/', of('topics'))),
    services.buckets.watch(of('buckets')),
    services.keyValue.watch(of('spaces')),
    events.watch(of('events')),
  ];
  return {
    /** What was gathered since it was taken last. */
    take(): Contents {
      const taken = gathered;
      gathered = new Map();
      return taken;
    },
    end(): void {
      for (const end of endings) end();
    },
  };
}

/** Of what moved, that which a caller may look at; `undefined` where that is nothing. */
export function contentsFor(principal: Principal, contents: Contents): Record<string, string[]> | undefined {
  const seen: Record<string, string[]> = {};
  for (const [kind, names] of contents) {
    const [action, resource] = KINDS[kind];
    const mine = [...names].filter((name) =>
      name === ALL
        ? principal.mayAny(action)
        : principal.kind === 'operator' || principal.may(action, `${resource}:${name}`),
    );
    if (mine.length > 0) seen[kind] = mine;
  }
  return Object.keys(seen).length > 0 ? seen : undefined;
}
