import type { Command } from 'commander';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, oneOf, optionsOf, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { parseDurationMs } from '../human.ts';
import { note, paint, print, printJson } from '../output.ts';
import { showsUnicode } from '../sparkline.ts';
import { SORTS } from '../top/columns.ts';
import { keysOf, pressed, type TopState } from '../top/keys.ts';
import { enterScreen } from '../top/screen.ts';
import type { TopAnswer } from '../top/top-answer.ts';
import { headLines, screenLines, tableLines } from '../top/view.ts';

const DEFAULT_ROWS = 20;
const LIVE_ROWS = 200;
const LEAST_INTERVAL_MS = 1_000;
const REQUEST_MS = 10_000;

interface TopOptions {
  readonly sort?: string;
  readonly filter?: string;
  readonly window?: string;
  readonly interval?: string;
  readonly lines?: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .description(
      'Watches the node and its functions live: calls, errors, durations, memory. Prints once where there is no terminal.',
    )
    .option('--sort <column>', `order: ${SORTS.join(', ')}; default: calls`, oneOf('--sort', SORTS))
    .option('--filter <text>', 'only functions whose names contain this')
    .option('--window <time>', 'what is added up, at most 10m; default: 30s')
    .option('--interval <time>', 'how often to look, at least 1s; default: 2s')
    .option('-n, --lines <n>', `most functions printed once; default: ${DEFAULT_ROWS}`, wholeNumber('--lines', 1))
    .option('--once', 'print once')
    .addHelpText(
      'after',
      examples(
        ['fob top', 'live; q ends it'],
        ['fob top --sort errorRate', 'what fails most'],
        ['fob top --once -n 5', 'the five busiest, once'],
        ['fob top --json | jq .functions', 'for programs'],
      ),
    )
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<TopOptions>(self);
      const windowMs = parseDurationMs(options.window ?? '30s', '--window');
      if (windowMs < 10_000 || windowMs > 600_000)
        throw new Failure(EXIT.usage, '--window: write a time from 10s to 10m');
      const isLive = !options.once && !options.json && process.stdout.isTTY && process.stdin.isTTY;
      if (isLive) await live(client, options, windowMs);
      else await once(client, options, windowMs);
    });
}

function ask(
  client: NodeClient,
  state: Pick<TopState, 'sort' | 'filter'>,
  windowMs: number,
  limit: number,
): Promise<TopAnswer> {
  return client.json<TopAnswer>('GET', '/v1/top', {
    query: {
      window: `${Math.round(windowMs / 1_000)}s`,
      sort: state.sort,
      filter: state.filter === '' ? undefined : state.filter,
      limit,
    },
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}

async function once(client: NodeClient, options: TopOptions, windowMs: number): Promise<void> {
  const { sort = 'calls', filter = '', lines = DEFAULT_ROWS } = options;
  const answer = await ask(client, { sort, filter }, windowMs, Math.min(1_000, lines));
  if (options.json) return printJson(answer);
  const view = { url: client.url, width: process.stdout.isTTY ? process.stdout.columns || 80 : undefined, paint };
  print(headLines(answer, view).join('\n'));
  if (answer.functions.length === 0)
    return note('no function was called in this time; --window 10m looks further back, fob list shows all');
  print('');
  print(tableLines(answer.functions, sort, view).join('\n'));
  if (answer.total > answer.functions.length) note(`${answer.total - answer.functions.length} more: --lines`);
}

async function live(client: NodeClient, options: TopOptions, windowMs: number): Promise<void> {
  const intervalMs = Math.max(LEAST_INTERVAL_MS, parseDurationMs(options.interval ?? '2s', '--interval'));
  let state: TopState = {
    sort: options.sort ?? 'calls',
    filter: options.filter ?? '',
    typing: false,
    scroll: 0,
    paused: false,
    ended: false,
  };
  // The first answer is awaited before the terminal is taken: a node that is not there is told as ever.
  let answer: TopAnswer | undefined = await ask(client, state, windowMs, LIVE_ROWS);
  let failure: string | undefined;
  let wake = (): void => {};
  const change = (next: TopState): void => {
    const asksAnew = next.sort !== state.sort || next.filter !== state.filter;
    state = next;
    draw();
    if (asksAnew || next.ended) wake();
  };
  const screen = enterScreen({
    onKeys: (text) => {
      for (const key of keysOf(text)) change(pressed(state, key));
    },
    onResize: () => draw(),
    onSignal: () => change({ ...state, ended: true }),
  });
  const draw = (): void => {
    const { width, height } = screen;
    screen.draw(
      screenLines(state, answer, failure, { url: client.url, width, height, paint, unicode: showsUnicode() }),
    );
  };
  try {
    draw();
    let askedMs = performance.now();
    while (!state.ended) {
      await sleep(intervalMs, (stop) => (wake = stop));
      // However fast somebody types, a node is not asked more than once a second.
      const sinceMs = performance.now() - askedMs;
      if (!state.ended && sinceMs < LEAST_INTERVAL_MS)
        await sleep(LEAST_INTERVAL_MS - sinceMs, (stop) => (wake = () => state.ended && stop()));
      if (state.ended || state.paused) continue;
      askedMs = performance.now();
      try {
        answer = await ask(client, state, windowMs, LIVE_ROWS);
        failure = undefined;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failure = error.message;
      }
      draw();
    }
  } finally {
    screen.leave();
  }
}

/** Waits, or until what `onStop` is given is called. */
function sleep(delayMs: number, onStop: (stop: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    onStop(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
