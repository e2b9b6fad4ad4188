import type { Action } from '../../../model/permission.ts';
import type { DoorContext } from '../../context.ts';
import type { Principal } from '../../principal.ts';
import type { UsageClock } from './usage-clock.ts';

/** What is told by its kind alone, and what it takes to hear of it: as for looking at it. */
const KINDS = {
  /** Something was done or refused, and stands in the audit trail. */
  audit: 'audit:read',
  /** A sandbox started, got a function, froze, thawed or ended. */
  sandboxes: 'node:read',
  /** Memory and CPU can be measured anew; while somebody looks at them, see `UsageClock`. */
  usage: 'node:read',
  /** Gauges were measured: each ten seconds. */
  gauges: 'metrics:read',
  /** What fires was read anew. */
  alerts: 'alert:read',
} as const satisfies Readonly<Record<string, Action>>;
/** What is about some function each: whoever may see it of one hears of it. */
const OF_ANY: ReadonlySet<Kind> = new Set(['gauges', 'alerts']);

type Kind = keyof typeof KINDS;

/** Of which kinds there was something new within one interval. */
export type News = ReadonlySet<Kind>;

/** Gathers of which kinds there is something new, from now on; `onNews` is called with each. */
export function watchNews(
  { store, engine, metrics, alerts }: Pick<DoorContext, 'store' | 'engine' | 'metrics' | 'alerts'>,
  usage: UsageClock,
  onNews: () => void,
) {
  let gathered = new Set<Kind>();
  const of = (kind: Kind) => (): void => {
    gathered.add(kind);
    onNews();
  };
  const endings = [
    store.audit.watch(of('audit')),
    engine.watchSandboxes(of('sandboxes')),
    usage.watch(of('usage')),
    metrics.watch(of('gauges')),
    ...(alerts === undefined ? [] : [alerts.watch(of('alerts'))]),
  ];
  return {
    /** What was gathered since it was taken last. */
    take(): News {
      const taken = gathered;
      gathered = new Set();
      return taken;
    },
    end(): void {
      for (const end of endings) end();
    },
  };
}

/** Of what is new, the kinds that a caller may look at. */
export function newsFor(principal: Principal, news: News): Kind[] {
  return [...news].filter((kind) => {
    if (principal.kind === 'operator') return true;
    return OF_ANY.has(kind) ? principal.mayAny(KINDS[kind]) : principal.may(KINDS[kind], '*');
  });
}
