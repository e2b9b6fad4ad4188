/** However much happens, the same is not asked for more often than this: with what the node gathers, it is still there within a second. */
const EVERY_MS = 600;
/** After a quiet time what happens is asked for at once, and what follows from it this soon, then half as often each time. */
const FIRST_EVERY_MS = 150;
/** What takes the node long, twice in a row, is asked for more seldom: asking takes at most a tenth of its time, up to this. Once may be because of what the machine had to do besides. */
const TIME_SHARE = 10;
const MAX_EVERY_MS = 15_000;

/**
 * Asks for what is named to it: at once, then at most once within an interval, and never while the last answers are still on
 * their way, which would not come then. `ask` resolves with the milliseconds that the node spent on the answers: that the way
 * there, or this browser, is slow makes nothing wait.
 */
export function paced(ask: (names: ReadonlySet<string>) => Promise<number>): (names: readonly string[]) => void {
  let pending: Set<string> | undefined;
  let isBusy = false;
  let everyMs = FIRST_EVERY_MS;
  let beganMs = Number.NEGATIVE_INFINITY;
  let nextMs = 0;
  let lastMs = 0;
  const work = async (): Promise<void> => {
    isBusy = true;
    try {
      for (; pending !== undefined; ) {
        // All events of one message are heard first.
        await pause(Math.max(0, nextMs - performance.now()));
        const names = pending;
        pending = undefined;
        const isAfterQuiet = performance.now() - beganMs > 2 * EVERY_MS;
        everyMs = isAfterQuiet ? FIRST_EVERY_MS : Math.min(2 * everyMs, EVERY_MS);
        beganMs = performance.now();
        nextMs = beganMs + everyMs;
        const spentMs = await Promise.race([ask(names), pause(MAX_EVERY_MS).then(() => 0)]);
        nextMs = Math.max(nextMs, beganMs + Math.min(TIME_SHARE * Math.min(spentMs, lastMs), MAX_EVERY_MS));
        lastMs = spentMs;
      }
    } finally {
      isBusy = false;
    }
  };
  return (names) => {
    pending ??= new Set();
    for (const name of names) pending.add(name);
    if (!isBusy) void work();
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
