import type { LaneStats } from '../engine/api.ts';
import type { TriggerEntry } from './documents.ts';
import type { KnownTypes } from './known-types.ts';
import type { Held } from './sources.ts';
import type { TriggerView } from './triggers.ts';

const NEXT_TIMES = 5;
/** Next times that a list shows up to a time: of one trigger, and of all together. */
const MAX_NEXT_TIMES = 500;
const MAX_NEXT_TIMES_LISTED = 20_000;

/** Which next times of a schedule are shown. */
interface Coming {
  readonly count: number;
  readonly untilMs?: number;
}

/** Of each trigger of a list of so many: those up to a time, or the next few. */
export function comingOf(triggers: number, untilMs: number | undefined): Coming {
  if (untilMs === undefined) return { count: NEXT_TIMES };
  const share = Math.floor(MAX_NEXT_TIMES_LISTED / Math.max(1, triggers));
  return { count: Math.max(NEXT_TIMES, Math.min(MAX_NEXT_TIMES, share)), untilMs };
}

/** A trigger as it is shown: as its document says, as its source runs, and as its lane stands. */
export function viewOf(
  { document, revision }: TriggerEntry,
  {
    types,
    held,
    lanes,
    nowMs,
    coming = { count: NEXT_TIMES },
  }: {
    readonly types: KnownTypes;
    readonly held: Held | undefined;
    readonly lanes: readonly LaneStats[];
    readonly nowMs: number;
    readonly coming?: Coming;
  },
): TriggerView {
  const { trigger, createdAt } = document;
  const type = types.find(trigger.type);
  const { shown, complete } = types.shown(trigger);
  const lane = lanes.find((each) => each.lane === trigger.name);
  const lastError = held?.run?.lastError ?? held?.fault;
  const lastEventAtMs = held?.intake.lastEventAtMs;
  const next = trigger.enabled ? type?.next?.(complete, nowMs, coming.count, coming.untilMs) : undefined;
  return {
    trigger: { ...trigger, options: shown },
    revision,
    createdAt,
    summary: type?.describe(complete) ?? '',
    state: !trigger.enabled ? 'paused' : (held?.run?.state ?? 'failed'),
    counts: {
      accepted: lane?.accepted ?? 0,
      filtered: held?.intake.filtered ?? 0,
      delivered: lane?.delivered ?? 0,
      lost: lane?.lost ?? 0,
    },
    waiting: (lane?.waiting ?? 0) + (lane?.delayed ?? 0),
    lagMs: lane?.oldestAgeMs ?? 0,
    ...(lastError !== undefined && { lastError }),
    ...(lastEventAtMs !== undefined && { lastEventAtMs }),
    ...(next !== undefined && { next }),
    ...(coming.untilMs !== undefined && next?.length === coming.count && { nextCut: true as const }),
    ...(type?.receive !== undefined && type.isCalled?.(complete) !== false && { path: `/hooks/${trigger.name}` }),
  };
}
