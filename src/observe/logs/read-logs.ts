import { Problem } from '../../model/problem.ts';
import type { Journal, LogHit, LogPage, LogQuery, LogRecord } from '../../store/journal.ts';
import { lineMaker } from './made-lines.ts';
import { type PlatformLines, placeOf } from './platform-lines.ts';

export interface LogReading extends LogQuery {
  readonly platform?: PlatformLines;
  /** How long before it ended an invocation may have begun at most. */
  readonly lookBackMs?: number;
}

const PAGE = 1_000;
const DEFAULT_LOOK_BACK_MS = 120_000;
/** Text that is held for one page, about; the page ends where it is more. */
const MAX_CHARACTERS = 4_194_304;
/** What a line takes beside its text, about. */
const LINE_CHARACTERS = 200;
/** A millisecond is read as a whole: from so much text of it on, its lines are cut. */
const CUT_TO = 512;
const CUT = ' … (cut: too much text of one millisecond; platform=none shows it whole)';
/** Lines of one millisecond that a page may begin behind; beyond, the page before had them all. */
const MAX_SKIP = 30_000;
/** An END is not before a line that its invocation printed: a sandbox's time and the node's may be that far apart. */
const CLOCKS_APART_MS = 50;

/** The ends of a page in time: from its lowest millisecond, included, to its highest, excluded. */
interface Window {
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * Log lines as people read them: those that functions printed and, where wanted, those that the platform makes of the records of their
 * invocations, in one order. With `platform`, lines come newest first only, and pages have cursors of their own kind.
 * Texts and fields are looked for among the platform's lines only where these are `failures`, or one invocation or trace is meant.
 */
export async function readLogs(journal: Journal, reading: LogReading): Promise<LogPage> {
  const { platform = 'none', lookBackMs = DEFAULT_LOOK_BACK_MS, ...query } = reading;
  const few = query.invocationId !== undefined || query.traceId !== undefined;
  const searches = (query.text ?? '') !== '' || query.where !== undefined;
  const leavesOut = (searches && platform !== 'failures') || (query.context ?? 0) > 0;
  if (platform === 'none' || (leavesOut && !few)) {
    if (query.cursor?.includes('.')) throw notThisCursor(query.cursor);
    return journal.logs(query);
  }
  if (query.first === 'oldest') throw new Problem('invalid_request', "the platform's lines come newest first only");
  const place = placeOfCursor(query.cursor);
  const highMs = Math.min(
    place === undefined ? Number.POSITIVE_INFINITY : place.ms + 1,
    query.toMs ?? Number.POSITIVE_INFINITY,
  );
  const wanted = query.limit + Math.min(place?.skip ?? 0, MAX_SKIP) + 1;

  const lines = await ownLines(journal, query, highMs, wanted);
  const maker = lineMaker(journal, query, platform);
  const made = few
    ? { items: await maker.meant(), lowMs: Number.NEGATIVE_INFINITY }
    : await maker.recent(highMs, wanted);
  const fromMs = query.fromMs ?? Number.NEGATIVE_INFINITY;
  const lowMs = Math.max(lines.lowMs, made.lowMs, fromMs);
  const window = { lowMs, highMs };
  if (!few && Number.isFinite(lowMs)) made.items.push(...(await maker.running(lowMs, lookBackMs)));

  const all = [...lines.items, ...made.items].filter((line) => isWithin(line, window)).sort(newestFirst);
  const skipped = place === undefined ? 0 : Math.min(place.skip, countAt(all, place.ms));
  const items = all.slice(skipped, skipped + query.limit);
  const more = all.length > skipped + query.limit;
  const cursor = more ? cursorAfter(all, skipped + query.limit) : lowMs > fromMs ? `${lowMs - 1}.0` : undefined;
  return {
    items: endsBehindLines(items),
    ...(cursor !== undefined && { cursor }),
    ...(lines.searched && { searched: lines.searched }),
  };
}

/** The newest lines below a time, so many at least unless they are too much text, and down to which millisecond these are all that there are. */
async function ownLines(
  journal: Journal,
  query: LogQuery,
  highMs: number,
  wanted: number,
): Promise<{ items: LogHit[]; lowMs: number; searched?: LogPage['searched'] }> {
  const { cursor: _, ...rest } = query;
  const items: LogHit[] = [];
  let characters = 0;
  let cursor: string | undefined;
  for (;;) {
    const page: LogPage = await journal.logs({
      ...rest,
      ...(Number.isFinite(highMs) && { toMs: highMs }),
      ...(cursor !== undefined && { cursor }),
      limit: Math.min(PAGE, Math.max(1, wanted - items.length + 1)),
    });
    for (const line of page.items) {
      const held = characters > MAX_CHARACTERS && items[0]!.timeMs === line.timeMs ? cut(line) : line;
      characters += charactersOf(held);
      items.push(held);
    }
    cursor = page.cursor;
    const found = page.searched && { searched: page.searched };
    if (cursor === undefined) return { items, lowMs: Number.NEGATIVE_INFINITY, ...found };
    if (page.searched?.complete === false && page.searched.fromMs !== undefined) {
      return { items, lowMs: page.searched.fromMs + 1, ...found };
    }
    // The last millisecond may be cut; with more lines than wanted, all those before it are there.
    const last = items.at(-1)!.timeMs;
    const enough = characters > MAX_CHARACTERS ? 1 : wanted;
    if (items.length > enough && items[enough - 1]!.timeMs > last) return { items, lowMs: last + 1, ...found };
  }
}

function charactersOf({ text, before = [], after = [] }: LogHit): number {
  return [...before, ...after].reduce((sum, line) => sum + line.text.length, text.length) + LINE_CHARACTERS;
}

/** A line without most of its text; copied, so that the rest can go. */
function cut({ before: _, after: __, ...line }: LogHit): LogHit {
  if (line.text.length <= CUT_TO) return line;
  return { ...line, text: Buffer.from(line.text.slice(0, CUT_TO)).toString() + CUT };
}

function isWithin({ timeMs }: LogRecord, { lowMs, highMs }: Window): boolean {
  return timeMs >= lowMs && timeMs < highMs;
}

/** By time; within a millisecond by invocation, START and END around what it printed. */
function newestFirst(a: LogRecord, b: LogRecord): number {
  if (a.timeMs !== b.timeMs) return b.timeMs - a.timeMs;
  const [ofA, ofB] = [a.invocationId ?? '', b.invocationId ?? ''];
  if (ofA !== ofB) return ofA < ofB ? 1 : -1;
  return placeOf(b) - placeOf(a) || Number(b.id ?? 0) - Number(a.id ?? 0);
}

/** Of a page, newest first: an END and a REPORT that their invocation's last lines would follow, because clocks differ, come after those. */
function endsBehindLines(lines: LogHit[]): LogHit[] {
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.stream !== 'platform' || placeOf(line) < 2) continue;
    let to = index;
    for (let at = index - 1; at >= 0 && lines[at]!.timeMs - line.timeMs <= CLOCKS_APART_MS; at--) {
      const other = lines[at]!;
      if (other.invocationId === line.invocationId && placeOf(other) < placeOf(line)) to = at;
    }
    if (to < index) lines.splice(to, 0, ...lines.splice(index, 1));
  }
  return lines;
}

/** A page's end: the millisecond of its last line, and how many lines of that were given. */
function cursorAfter(lines: readonly LogRecord[], end: number): string {
  const ms = lines[end - 1]!.timeMs;
  let given = 0;
  for (let at = end - 1; at >= 0 && lines[at]!.timeMs === ms; at--) given++;
  return `${ms}.${given}`;
}

function countAt(lines: readonly LogRecord[], ms: number): number {
  const end = lines.findIndex((line) => line.timeMs !== ms);
  return end === -1 ? lines.length : end;
}

function placeOfCursor(cursor: string | undefined): { ms: number; skip: number } | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(-?\d{1,16})\.(\d{1,6})$/.exec(cursor);
  if (match === null) throw notThisCursor(cursor);
  return { ms: Number(match[1]), skip: Number(match[2]) };
}

function notThisCursor(cursor: string): Problem {
  return new Problem(
    'invalid_request',
    `'${cursor}' is no cursor of this query; pass the one that the page before gave, with the same filters`,
  );
}
