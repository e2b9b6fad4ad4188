import type { Logger } from 'pino';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import type { FiringRecord, HistoryQuery } from './alerts.ts';
import { GRAVITY, type Incident } from './incident.ts';

const STATES = 'alert-state/';
const HISTORY = 'alert-history/';
const MAX_HISTORY = 1_000;
/** Written side by side; the registry commits them together. */
const TOGETHER = 200;

/** Incidents in memory, written on change only, and the record of those that were. */
export class Incidents {
  private readonly registry: Registry;
  private readonly log: Logger;
  private readonly held = new Map<string, Incident>();
  private readonly history = new Map<string, FiringRecord>();
  /** Changed since they were written. */
  private readonly dirty = new Set<string>();
  private readonly dirtyHistory = new Set<string>();

  private constructor(registry: Registry, log: Logger) {
    this.registry = registry;
    this.log = log;
  }

  static async open(registry: Registry, log: Logger): Promise<Incidents> {
    const incidents = new Incidents(registry, log);
    for (const { value } of await registry.list<Incident>(STATES)) incidents.held.set(value.id, value);
    for (const { value } of await registry.list<FiringRecord>(HISTORY)) incidents.history.set(value.firingId, value);
    return incidents;
  }

  get size(): number {
    return this.held.size;
  }

  values(): IterableIterator<Incident> {
    return this.held.values();
  }

  find(id: string): Incident | undefined {
    return this.held.get(id);
  }

  firing(): Incident[] {
    return [...this.held.values()]
      .filter(({ phase }) => phase === 'firing')
      .sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity] || b.sinceMs - a.sinceMs);
  }

  /** To be written with `save`. */
  put(incident: Incident): void {
    this.held.set(incident.id, incident);
    this.dirty.add(incident.id);
    const record = recordOf(incident);
    if (JSON.stringify(record) === JSON.stringify(this.history.get(record.firingId))) return;
    this.history.set(record.firingId, record);
    this.dirtyHistory.add(record.firingId);
  }

  /** How it stands, in memory only. */
  see(incident: Incident): void {
    this.held.set(incident.id, incident);
  }

  remove(id: string): void {
    if (this.held.delete(id)) this.dirty.add(id);
  }

  /** Writes what changed; what cannot be written is tried again the next time. */
  async save(): Promise<void> {
    await this.write(this.dirty, STATES, (id) => this.held.get(id));
    for (const firingId of [...this.history.keys()].sort().slice(0, -MAX_HISTORY)) {
      this.history.delete(firingId);
      this.dirtyHistory.add(firingId);
    }
    await this.write(this.dirtyHistory, HISTORY, (firingId) => this.history.get(firingId));
  }

  page({ function: name, cursor, limit, isShown = () => true }: HistoryQuery): {
    items: FiringRecord[];
    cursor?: string;
  } {
    const found = [...this.history.values()]
      .filter(
        (record) =>
          (name === undefined || record.function === name) &&
          (cursor === undefined || record.firingId < cursor) &&
          isShown(record),
      )
      .sort((a, b) => (a.firingId < b.firingId ? 1 : -1));
    const items = found.slice(0, limit);
    return { items, ...(found.length > limit && { cursor: items.at(-1)!.firingId }) };
  }

  private async write(dirty: Set<string>, prefix: string, read: (key: string) => unknown): Promise<void> {
    const keys = [...dirty];
    dirty.clear();
    for (let from = 0; from < keys.length; from += TOGETHER) {
      const together = keys.slice(from, from + TOGETHER);
      const results = await Promise.allSettled(
        together.map((key) => {
          const value = read(key);
          return value === undefined ? this.registry.delete(prefix + key) : this.registry.put(prefix + key, value);
        }),
      );
      for (const [at, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        if (!(result.reason instanceof Problem) || result.reason.code !== 'unavailable')
          this.log.error({ err: result.reason, alert: together[at] }, 'an alert could not be written');
        dirty.add(together[at]!);
      }
    }
  }
}

function recordOf({ diagnosis, acknowledged, ...incident }: Incident): FiringRecord {
  const { firingId, id, rule, severity, sinceMs, resolvedMs, condition, worst, limit } = incident;
  const cause = diagnosis?.causes[0]?.text;
  return {
    firingId,
    id,
    rule,
    severity,
    sinceMs,
    condition,
    worst,
    limit,
    ...(incident.function !== undefined && { function: incident.function }),
    ...(resolvedMs !== undefined && { resolvedMs }),
    ...(cause !== undefined && { cause }),
    ...(acknowledged !== undefined && { acknowledgedBy: acknowledged.by }),
  };
}
