import { api } from '../../api/client.ts';
import { pauseAbout } from '../../api/pause.ts';
import { ApiProblem } from '../../api/problem.ts';
import { unknown } from './join.ts';
import { type Entry, isGap, Lines, type LogLine } from './lines.ts';
import type { LogQuery } from './query.ts';
import { readTail } from './tail.ts';

const PAGE = 500;
/** Whoever goes back wants more at once. */
const OLDER_PAGE = 1_000;
/** Pages that are read after the connection was lost; of a longer pause the oldest lines are left out. */
const CATCH_UP_PAGES = 5;
const CATCH_UP_PAGE = 1_000;
/** Clocks of sandboxes may be this far apart. */
const OVERLAP_MS = 1_000;
/** Lines that come live are shown together, this often. */
const SHOW_EVERY_MS = 100;
/** Lines that wait to be shown, at most. */
const MAX_WAITING = 50_000;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;

export interface SourceState {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error?: unknown;
  /** Nothing older is left within the range of time. */
  readonly isAll: boolean;
  readonly isLoadingOlder: boolean;
  /** A search that ended early, to be gone on with: how many lines were looked at, and back to when. */
  readonly searched?: { readonly lines: number; readonly fromMs?: number };
  readonly tail: 'off' | 'connecting' | 'live' | 'reconnecting';
  /** Lines that were left out since this was opened, because they came too fast or while the connection was lost. */
  readonly leftOut: number;
}

let sources = 0;

type Page = Awaited<ReturnType<typeof readPage>>;

/** Where the lines of a view come from: the past, page by page, and what is printed from now on. */
export class LogSource {
  readonly id = ++sources;
  readonly lines = new Lines();
  state: SourceState = { phase: 'loading', isAll: false, isLoadingOlder: false, tail: 'off', leftOut: 0 };
  private readonly query: LogQuery;
  private readonly controller = new AbortController();
  /** Ends the tail alone. */
  private tailController: AbortController | undefined;
  private readonly watchers = new Set<() => void>();
  private cursor: string | undefined;
  /** The newest page, while it is on its way. */
  private newest: Promise<boolean> | undefined;
  /** Whether it is there: what is read later is added to it. */
  private isBegun = false;
  private waiting: Entry[] = [];
  /** Lines wait while what lies before them is read. */
  private isHeld = false;
  private timer: number | undefined;

  constructor(query: LogQuery) {
    this.query = query;
  }

  /** Takes lines as they are printed, or no longer; what was missed in between is read. Begins to read when it is called first. */
  setLive(isLive: boolean): void {
    if (this.controller.signal.aborted) return;
    if (isLive && this.tailController === undefined) {
      this.tailController = new AbortController();
      this.set({ tail: 'connecting' });
      void this.keepTail(AbortSignal.any([this.controller.signal, this.tailController.signal]));
    } else if (!isLive) {
      this.tailController?.abort();
      this.tailController = undefined;
      this.set({ tail: 'off' });
      if (this.state.phase === 'loading') void this.readNewest();
    }
  }

  /** Begins anew after a failure. */
  retry(isLive: boolean): void {
    this.tailController?.abort();
    this.tailController = undefined;
    this.waiting = [];
    this.set({ phase: this.isBegun ? 'ready' : 'loading' });
    this.setLive(isLive);
  }

  stop(): void {
    this.controller.abort();
    window.clearTimeout(this.timer);
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Reads the page before the oldest line that is shown. */
  async readOlder(): Promise<void> {
    if (this.state.isLoadingOlder || this.state.isAll || this.cursor === undefined || this.lines.isFull) return;
    this.set({ isLoadingOlder: true });
    try {
      const page = await readPage(this.query, OLDER_PAGE, this.controller.signal, this.cursor);
      this.lines.prepend(page.lines);
      this.took(page);
    } catch (error) {
      if (!this.controller.signal.aborted) this.set({ isLoadingOlder: false, error });
    }
  }

  /** Whether the newest page could be read; it is read once, whoever else asks for it meanwhile. */
  private readNewest(): Promise<boolean> {
    this.newest ??= this.takeNewest().finally(() => {
      this.newest = undefined;
    });
    return this.newest;
  }

  private async takeNewest(): Promise<boolean> {
    try {
      const page = await readPage(this.query, PAGE, this.controller.signal);
      this.lines.append(page.lines);
      this.took(page);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private took({ cursor, searched }: Page): void {
    this.cursor = cursor;
    this.isBegun = true;
    this.state = { ...this.state };
    delete (this.state as { searched?: unknown }).searched;
    delete (this.state as { error?: unknown }).error;
    this.set({
      phase: 'ready',
      isAll: cursor === undefined,
      isLoadingOlder: false,
      ...(searched !== undefined && !searched.complete && cursor !== undefined && { searched }),
    });
  }

  /** Keeps a tail open; reads what was missed whenever it opens, the first time the newest page. */
  private async keepTail(signal: AbortSignal): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    while (!signal.aborted) {
      try {
        await readTail(
          this.query.tail,
          {
            onOpen: () => {
              waitMs = FIRST_WAIT_MS;
              this.isHeld = true;
              this.set({ tail: 'live' });
              void this.catchUp(signal);
            },
            onLine: (line) => this.hear(line),
            onDropped: (count) => this.miss(count, 'came faster than they could be sent'),
          },
          signal,
        );
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiProblem && error.status >= 400) {
          if (error.status < 500 && error.code !== 'throttled') return this.fail(error);
          // What is there is shown without the tail; where that fails as well, trying again is offered.
          if (this.state.phase === 'loading' && !(await this.readNewest())) return;
        }
      }
      if (signal.aborted) return;
      this.set({ tail: 'reconnecting' });
      await pauseAbout(waitMs, signal);
      waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
    }
  }

  /** Reads what was printed before the tail was open, and then shows what came meanwhile. */
  private async catchUp(signal: AbortSignal): Promise<void> {
    try {
      // What was asked for before the tail was open lacks what was printed since.
      if ((await this.newest) === false) return;
      const newest = this.lines.newest();
      if (!this.isBegun) await this.readNewest();
      else if (newest === undefined)
        this.lines.append((await readPage(this.query, PAGE, this.controller.signal)).lines);
      else await this.readSince(newest.timeMs - OVERLAP_MS);
    } catch (error) {
      if (this.state.phase !== 'ready') return this.fail(error);
    }
    if (signal.aborted && this.tailController !== undefined) return;
    const heard = this.waiting.filter((entry) => !isGap(entry)) as LogLine[];
    const since = Math.min(...heard.slice(0, 1_000).map(({ timeMs }) => timeMs)) - OVERLAP_MS;
    const fresh = new Set<Entry>(unknown(heard, this.shownSince(since)));
    this.waiting = this.waiting.filter((entry) => isGap(entry) || fresh.has(entry));
    this.isHeld = false;
    this.showSoon();
  }

  private async readSince(sinceMs: number): Promise<void> {
    const missed: LogLine[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < CATCH_UP_PAGES; page++) {
      const found = await readPage(
        { ...this.query, from: String(sinceMs) },
        CATCH_UP_PAGE,
        this.controller.signal,
        cursor,
      );
      missed.unshift(...found.lines);
      cursor = found.cursor;
      if (cursor === undefined) break;
    }
    if (cursor !== undefined)
      this.lines.append([{ gap: 'Lines that were printed while the connection was lost are left out' }]);
    this.lines.append(unknown(missed, this.shownSince(sinceMs)));
  }

  private shownSince(sinceMs: number): LogLine[] {
    const found: LogLine[] = [];
    for (let at = this.lines.length - 1; at >= 0; at--) {
      const entry = this.lines.at(at)!;
      if (isGap(entry)) continue;
      if (entry.timeMs < sinceMs) break;
      found.push(entry);
    }
    return found;
  }

  private hear(line: LogLine): void {
    this.waiting.push(line);
    if (this.waiting.length > MAX_WAITING) {
      const gone = this.waiting.length >> 1;
      this.waiting = this.waiting.slice(gone);
      this.waiting.unshift(gapOf(gone, 'came faster than they could be shown'));
      this.set({ leftOut: this.state.leftOut + gone });
    }
    this.showSoon();
  }

  private miss(count: number, why: string): void {
    this.waiting.push(gapOf(count, why));
    this.set({ leftOut: this.state.leftOut + count });
    this.showSoon();
  }

  private showSoon(): void {
    if (this.isHeld || this.timer !== undefined || this.waiting.length === 0) return;
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      if (this.isHeld || this.controller.signal.aborted) return;
      const { waiting } = this;
      this.waiting = [];
      this.lines.append(waiting);
    }, SHOW_EVERY_MS);
  }

  private fail(error: unknown): void {
    if (this.controller.signal.aborted) return;
    // Nothing is added to what is not shown: trying again begins anew.
    this.tailController?.abort();
    this.set({ phase: 'failed', error, tail: 'off' });
  }

  private set(change: Partial<SourceState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}

function gapOf(count: number, why: string): Entry {
  return { gap: `${count.toLocaleString('en-GB')} ${count === 1 ? 'line is' : 'lines are'} left out: they ${why}` };
}

/** A page of the past, oldest first. */
async function readPage(query: LogQuery, limit: number, signal: AbortSignal, cursor?: string) {
  const { tail, from, to, trace } = query;
  const { lines, ...rest } = await api.get('/v1/logs', {
    query: {
      ...tail,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(trace !== undefined && { trace }),
      ...(cursor !== undefined && { cursor }),
      limit,
    },
    signal,
  });
  return { ...rest, lines: lines.reverse() satisfies LogLine[] };
}
