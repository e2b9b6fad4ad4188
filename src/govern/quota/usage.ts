import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { StoredFunction } from '../../model/function.ts';
import { teamOf } from '../../model/quota.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { Registry } from '../../store/registry.ts';
import { dayOf, monthOf, PeriodCounts } from './periods.ts';

const PREFIX = 'quota-usage/';
/** How often what was counted is written; so much is lost where a node is killed. */
const WRITE_EVERY_MS = 30_000;
const MB_PER_GB = 1_024;
const MS_PER_SECOND = 1_000;

interface StoredUsage {
  readonly team: string;
  readonly invocations: Readonly<Record<string, number>>;
  readonly gbSeconds: Readonly<Record<string, number>>;
}

/** What the functions of one team have used. */
export interface TeamCounts {
  readonly team: string;
  /** By day, and by month. */
  readonly invocations: PeriodCounts;
  readonly gbSeconds: PeriodCounts;
  unwritten: boolean;
}

interface UsageOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  find(functionName: string): StoredFunction | undefined;
  /** Hears of each count, on every call. */
  onCount(counts: TeamCounts, nowMs: number): void;
}

/** Counts what teams use, from the invocations that end. Kept in the registry, written now and then. */
export async function openUsage(options: UsageOptions) {
  const { registry, clock, log, find, onCount } = options;
  const teams = new Map<string, TeamCounts>();
  for (const { value } of await registry.list<StoredUsage>(PREFIX)) {
    teams.set(value.team, {
      team: value.team,
      invocations: new PeriodCounts(dayOf, value.invocations),
      gbSeconds: new PeriodCounts(monthOf, value.gbSeconds),
      unwritten: false,
    });
  }
  let cancelTimer: (() => void) | undefined;

  /** Of a team that has used nothing they are kept nowhere: who asks about any name must not make it one of the teams. */
  const of = (team: string): TeamCounts =>
    teams.get(team) ?? {
      ...{ team, unwritten: false },
      ...{ invocations: new PeriodCounts(dayOf), gbSeconds: new PeriodCounts(monthOf) },
    };

  const write = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    for (const counts of teams.values()) {
      if (!counts.unwritten) continue;
      counts.unwritten = false;
      const { team, invocations, gbSeconds } = counts;
      const stored: StoredUsage = { team, invocations: invocations.toRecord(), gbSeconds: gbSeconds.toRecord() };
      try {
        await registry.put(PREFIX + encodeURIComponent(team), stored);
      } catch (error) {
        counts.unwritten = true;
        throw error;
      }
    }
  };
  const writeLater = (): void => {
    cancelTimer ??= clock.after(WRITE_EVERY_MS, () => {
      write().catch((error: unknown) => {
        log.warn({ err: error }, 'what teams have used was not written; it is tried again');
        writeLater();
      });
    });
  };

  return {
    of,
    /** Teams that something was counted for. */
    teams: (): string[] => [...teams.keys()],

    /** An invocation ended. Called on every one. */
    observe(record: InvocationRecord): void {
      if (record.status === 'rejected') return;
      const config = find(record.function)?.document.config;
      if (config === undefined) return;
      const nowMs = clock.now();
      const counts = of(teamOf(config.owner));
      teams.set(counts.team, counts);
      counts.invocations.add(nowMs, 1);
      const memoryMb = record.memoryMb ?? config.memoryMb;
      counts.gbSeconds.add(nowMs, (memoryMb / MB_PER_GB) * (record.durationMs / MS_PER_SECOND));
      if (!counts.unwritten) {
        counts.unwritten = true;
        writeLater();
      }
      onCount(counts, nowMs);
    },

    async close(): Promise<void> {
      await write().catch((error: unknown) => log.warn({ err: error }, 'what teams have used was not written'));
      cancelTimer?.();
    },
  };
}

export type Usage = Awaited<ReturnType<typeof openUsage>>;
