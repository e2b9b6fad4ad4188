import { lineMeets } from '../../model/log-condition.ts';
import {
  type InvocationQuery,
  type InvocationRecord,
  type Journal,
  LOG_LEVELS,
  type LogQuery,
  type LogRecord,
  type Page,
} from '../../store/journal.ts';
import { type PlatformLines, platformLines } from './platform-lines.ts';

const PAGE = 1_000;
/** Invocations that began before a page's time and ended within it; beyond, the ends of the oldest are left out. */
const MOST_RUNNING = 5_000;
/** Invocations that are looked at for one page; where too few have what is looked for by then, the page ends there. */
const MOST_LOOKED_AT = 20_000;

/** Lines that the platform makes of records, and the millisecond down to which these are all. */
interface MadeLines {
  readonly items: LogRecord[];
  readonly lowMs: number;
}

/** Makes the platform's lines of the invocations that a query means, each invocation's once. */
export function lineMaker(journal: Journal, query: LogQuery, platform: PlatformLines) {
  const names = typeof query.function === 'string' ? [query.function] : query.function;
  const isGrave = query.minLevel !== undefined && LOG_LEVELS.indexOf(query.minLevel) > LOG_LEVELS.indexOf('info');
  const common: Omit<InvocationQuery, 'limit'> = {
    ...(query.version !== undefined && { version: query.version }),
    ...(query.sandboxId !== undefined && { sandboxId: query.sandboxId }),
    ...(query.among !== undefined && { among: query.among }),
    ...((isGrave || platform === 'failures') && { unsuccessful: true as const }),
  };
  /** What asks for the invocations of each function that is meant. */
  const filters = (names ?? [undefined]).map((name) => ({ ...common, ...(name !== undefined && { function: name }) }));

  // A record may have much text, of which its lines show little: it is let go at once. One may be found twice, as new and as running.
  const seen = new Set<string>();
  const linesOf = (record: InvocationRecord): LogRecord[] => {
    if (seen.has(record.invocationId)) return [];
    seen.add(record.invocationId);
    return platformLines(record, platform).filter((line) => isWanted(line, query));
  };

  /** Of the newest invocations that began below a time; of so many at least. */
  async function recent(highMs: number, wanted: number): Promise<MadeLines> {
    const items: LogRecord[] = [];
    let lowMs = Number.NEGATIVE_INFINITY;
    for (const filter of filters) {
      let cursor: string | undefined;
      let found = 0;
      let lookedAt = 0;
      do {
        const page: Page<InvocationRecord> = await journal.invocations({
          ...filter,
          ...(query.fromMs !== undefined && { fromMs: query.fromMs }),
          ...(Number.isFinite(highMs) && { toMs: highMs }),
          ...(cursor !== undefined && { cursor }),
          limit: Math.min(PAGE, wanted + 1),
        });
        for (const record of page.items) {
          const lines = linesOf(record);
          items.push(...lines);
          if (lines.length > 0) found++;
        }
        lookedAt += page.items.length;
        cursor = page.cursor;
        const last = page.items.at(-1)?.startedAtMs;
        const isEnough = found > wanted || lookedAt >= MOST_LOOKED_AT;
        // As many began within one millisecond as are wanted: go on until it is over.
        if (cursor !== undefined && last !== undefined && isEnough && last + 1 < highMs) {
          lowMs = Math.max(lowMs, last + 1);
          break;
        }
      } while (cursor !== undefined);
    }
    return { items, lowMs };
  }

  /** Of invocations that began before a time, at most so long, and had not ended by then. */
  async function running(lowMs: number, lookBackMs: number): Promise<LogRecord[]> {
    const items: LogRecord[] = [];
    let count = 0;
    for (const filter of filters) {
      let cursor: string | undefined;
      do {
        const page: Page<InvocationRecord> = await journal.invocations({
          ...filter,
          fromMs: lowMs - lookBackMs,
          toMs: lowMs,
          // An END is said to be of the millisecond that follows.
          endedFromMs: lowMs - 1,
          ...(cursor !== undefined && { cursor }),
          limit: PAGE,
        });
        items.push(...page.items.flatMap(linesOf));
        count += page.items.length;
        cursor = page.cursor;
      } while (cursor !== undefined && count < MOST_RUNNING);
    }
    return items;
  }

  /** Of the one invocation, or of the trace, that is meant. */
  async function meant(): Promise<LogRecord[]> {
    const { invocationId, traceId } = query;
    const isMeant = (record: InvocationRecord): boolean =>
      (names === undefined || names.includes(record.function)) &&
      (query.among === undefined || query.among.includes(record.function)) &&
      (query.version === undefined || record.version === query.version) &&
      (query.sandboxId === undefined || record.sandboxId === query.sandboxId);
    if (invocationId !== undefined) {
      const record = await journal.invocation(invocationId);
      return record !== undefined && isMeant(record) ? linesOf(record) : [];
    }
    const items: LogRecord[] = [];
    let cursor: string | undefined;
    let left = PAGE;
    do {
      const page: Page<InvocationRecord> = await journal.invocations({
        traceId: traceId!,
        ...(cursor !== undefined && { cursor }),
        limit: left,
      });
      items.push(...page.items.filter(isMeant).flatMap(linesOf));
      left -= page.items.length;
      cursor = page.cursor;
    } while (cursor !== undefined && left > 0);
    return items;
  }

  return { recent, running, meant };
}

function isWanted(line: LogRecord, { minLevel, text, where }: LogQuery): boolean {
  return (
    LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(minLevel ?? 'trace') &&
    line.text.toLowerCase().includes((text ?? '').toLowerCase()) &&
    (where === undefined || lineMeets(line.text, where))
  );
}
