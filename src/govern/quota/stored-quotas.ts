import type { Logger } from 'pino';
import Value from 'typebox/value';
import type { Clock } from '../../model/clock.ts';
import type { FunctionDocument, StoredFunction } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import {
  ANY_TEAM,
  QUOTA_MEASURES,
  type Quota,
  type QuotaMeasure,
  QuotaSchema,
  type QuotaUse,
  type TeamUsage,
  teamOf,
} from '../../model/quota.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import { checkQuota } from './check-quota.ts';
import { type Holdings, holdingsByTeam, NOTHING } from './holdings.ts';
import { exceeded, type TimedMeasure, teamInWords } from './quota-words.ts';
import type { Quotas, QuotaView } from './quotas.ts';
import { openUsage, type TeamCounts } from './usage.ts';

const PREFIX = 'quota/';
const MAX_QUOTAS = 1_000;
/** How often events that wait are counted, where a quota limits them. */
const COUNT_EVENTS_EVERY_MS = 5_000;
/** When to come again to a queue of events that is full. */
const RETRY_EVENTS_MS = 10_000;

interface StoredQuota {
  readonly quota: Quota;
  readonly updatedAtMs: number;
  readonly by: string;
}

interface QuotasOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  find(name: string): StoredFunction | undefined;
  functions(): readonly StoredFunction[];
  /** Events that wait, by function. */
  waitingEvents(): Promise<ReadonlyMap<string, number>>;
}

/** Opens the quotas over a store. Limits that are over are told from memory; nothing is looked up while there are none. */
export async function openQuotas(options: QuotasOptions): Promise<Quotas> {
  const { registry, clock, log, find, functions } = options;
  /** Teams that have used up something, by what; kept no longer than it is so. */
  const exhausted = new Map<string, TimedMeasure>();
  const warned = new Set<string>();
  let queued = new Map<string, number>();
  let cancelTimer: (() => void) | undefined;
  const admission: Quotas['admission'] = { refuse: undefined, refuseEvent: undefined };
  let ready = false;

  const quotaOf = (team: string): Quota | undefined =>
    documents.find(keyOf(team))?.quota ?? documents.find(keyOf(ANY_TEAM))?.quota;

  const used = (counts: TeamCounts, measure: TimedMeasure, nowMs: number): number =>
    measure === 'invocationsPerDay' ? counts.invocations.at(nowMs) : counts.gbSeconds.at(nowMs);
  const resetsAt = (counts: TeamCounts, measure: TimedMeasure, nowMs: number): number =>
    measure === 'invocationsPerDay' ? counts.invocations.endsAtMs(nowMs) : counts.gbSeconds.endsAtMs(nowMs);

  // A call may be of an older version or of an alias: whose the function is now counts, as it does for what was used.
  const teamNow = ({ name, config }: FunctionDocument): string => teamOf((find(name)?.document.config ?? config).owner);

  const refuse = (document: FunctionDocument): Problem | undefined => {
    const team = teamNow(document);
    const measure = exhausted.get(team);
    if (measure === undefined) return undefined;
    const counts = usage.of(team);
    const nowMs = clock.now();
    const limit = quotaOf(team)?.[measure];
    if (limit !== undefined && used(counts, measure, nowMs) >= limit) {
      const resetsAtMs = resetsAt(counts, measure, nowMs);
      return exceeded(team, measure, limit, nowMs, resetsAtMs);
    }
    exhausted.delete(team);
    if (exhausted.size === 0) admission.refuse = undefined;
    // It may be over in another respect.
    look(counts, nowMs);
    return refuse(document);
  };

  const refuseEvent = (document: FunctionDocument): Problem | undefined => {
    const team = teamNow(document);
    const limit = quotaOf(team)?.queuedEvents;
    const waiting = queued.get(team) ?? 0;
    if (limit === undefined || waiting < limit) return undefined;
    return new Problem(
      'quota_exceeded',
      `${waiting} events wait, and the quota of ${teamInWords(team)} is ${limit}: send more when some are delivered`,
      { details: { team, measure: 'queuedEvents', used: waiting, limit, retryAfterMs: RETRY_EVENTS_MS } },
    );
  };

  /** Called on every call, where there are quotas. */
  const look = (counts: TeamCounts, nowMs: number): void => {
    const quota = quotaOf(counts.team);
    if (quota === undefined) return;
    for (const measure of ['invocationsPerDay', 'gbSecondsPerMonth'] as const) {
      const limit = quota[measure];
      if (limit === undefined) continue;
      const value = used(counts, measure, nowMs);
      if (value >= limit) {
        if (exhausted.has(counts.team)) return;
        exhausted.set(counts.team, measure);
        admission.refuse = refuse;
        log.warn({ team: counts.team, measure, limit }, 'the quota of a team is used up: its calls are refused');
      } else if (value * 100 >= limit * quota.warnPercent) warn(counts, measure, value, limit, nowMs);
    }
  };

  const warn = (counts: TeamCounts, measure: TimedMeasure, value: number, limit: number, nowMs: number): void => {
    const once = `${counts.team} ${measure} ${resetsAt(counts, measure, nowMs)}`;
    if (warned.has(once)) return;
    if (warned.size > MAX_QUOTAS) warned.clear();
    warned.add(once);
    log.warn({ team: counts.team, measure, used: value, limit }, 'a team has used most of its quota');
  };

  const countEvents = async (): Promise<void> => {
    const teams = new Map<string, number>();
    for (const [name, waiting] of await options.waitingEvents()) {
      const team = teamOf(find(name)?.document.config.owner ?? '');
      teams.set(team, (teams.get(team) ?? 0) + waiting);
    }
    queued = teams;
  };
  const countEventsLater = (): void => {
    cancelTimer ??= clock.after(COUNT_EVENTS_EVERY_MS, () => {
      cancelTimer = undefined;
      countEvents()
        .catch((error: unknown) => log.warn({ err: error }, 'events that wait could not be counted'))
        .then(() => admission.refuseEvent !== undefined && countEventsLater());
    });
  };

  /** Teams that have functions, a quota, or have used anything lately, in the order of their names. */
  const knownTeams = (): string[] => {
    const owners = functions().map(({ document }) => teamOf(document.config.owner));
    const teams = new Set([...owners, ...documents.list().map(([, { quota }]) => quota.team), ...usage.teams()]);
    teams.delete(ANY_TEAM);
    return [...teams].sort();
  };

  /** Quotas have changed: who is over is found anew. */
  const changed = (): void => {
    if (!ready) return;
    exhausted.clear();
    admission.refuse = undefined;
    warned.clear();
    limited = documents.count > 0;
    if (limited) for (const team of knownTeams()) look(usage.of(team), clock.now());
    const limitsEvents = documents.list().some(([, { quota }]) => quota.queuedEvents !== undefined);
    admission.refuseEvent = limitsEvents ? refuseEvent : undefined;
    if (limitsEvents) countEventsLater();
  };
  let limited = false;
  const documents = await Documents.open<StoredQuota>(registry, PREFIX, changed);
  const usage = await openUsage({
    registry,
    clock,
    log,
    find,
    onCount: (counts, nowMs) => {
      if (limited) look(counts, nowMs);
    },
  });
  ready = true;
  changed();

  const viewOf = ({ quota, updatedAtMs, by }: StoredQuota): QuotaView => ({
    ...quota,
    revision: documents.revisionOf(keyOf(quota.team)),
    updatedAtMs,
    by,
  });

  const usageOf = (team: string, held: Holdings): TeamUsage => {
    const quota = quotaOf(team);
    const counts = usage.of(team);
    const nowMs = clock.now();
    const values: Record<QuotaMeasure, number> = {
      ...held,
      invocationsPerDay: counts.invocations.at(nowMs),
      gbSecondsPerMonth: counts.gbSeconds.at(nowMs),
      queuedEvents: queued.get(team) ?? 0,
    };
    const uses = QUOTA_MEASURES.map((measure): QuotaUse => {
      const limit = quota?.[measure];
      const timed = measure === 'invocationsPerDay' || measure === 'gbSecondsPerMonth';
      return {
        measure,
        used: values[measure],
        ...(limit !== undefined && { limit }),
        state: stateOf(measure, values[measure], limit, quota?.warnPercent ?? 100),
        ...(timed && { resetsAtMs: resetsAt(counts, measure, nowMs) }),
      };
    });
    return { team, ...(quota !== undefined && { quota }), uses };
  };

  return {
    admission,
    observe: usage.observe,

    async put(quota, by, expectedRevision) {
      if (!Value.Check(QuotaSchema, quota)) throw new Problem('invalid_request', 'this is no quota');
      if (QUOTA_MEASURES.every((measure) => quota[measure] === undefined)) {
        throw new Problem(
          'invalid_request',
          `the quota limits nothing: name one of ${QUOTA_MEASURES.join(', ')}; one that is not wanted any more is removed (fob quota rm ${quota.team})`,
        );
      }
      if (documents.find(keyOf(quota.team)) === undefined && documents.count >= MAX_QUOTAS) {
        throw new Problem('invalid_request', `there are ${MAX_QUOTAS} quotas already; remove some first`);
      }
      const stored = { quota, updatedAtMs: clock.now(), by };
      return viewOf(await documents.update(keyOf(quota.team), () => stored, expectedRevision));
    },
    remove: (team, expectedRevision) => documents.remove(keyOf(team), expectedRevision),
    find(team) {
      const stored = documents.find(keyOf(team));
      return stored && viewOf(stored);
    },
    list: () => documents.list().map(([, stored]) => viewOf(stored)),

    async usage(team) {
      await countEvents();
      const held = holdingsByTeam(functions());
      if (team !== undefined) return [usageOf(team, held.get(team) ?? NOTHING)];
      return knownTeams().map((each) => usageOf(each, held.get(each) ?? NOTHING));
    },

    check(version) {
      const team = teamOf(version.config.owner);
      const quota = quotaOf(team);
      if (quota === undefined) return { violations: [], warnings: [] };
      const held = holdingsByTeam(functions(), version.name).get(team) ?? NOTHING;
      return checkQuota(quota, held, version);
    },

    async close() {
      cancelTimer?.();
      documents.close();
      await usage.close();
    },
  };
}

function keyOf(team: string): string {
  return encodeURIComponent(team);
}

/** What counts over a time is used up when it is reached; what is held may be held to the last. */
function stateOf(
  measure: QuotaMeasure,
  used: number,
  limit: number | undefined,
  warnPercent: number,
): QuotaUse['state'] {
  if (limit === undefined) return 'ok';
  const isHeld = measure === 'functions' || measure === 'reservedMb' || measure === 'codeBytes';
  if (isHeld ? used > limit : used >= limit) return 'exceeded';
  return used * 100 >= limit * warnPercent ? 'warning' : 'ok';
}
