/** What one run of wrk measured. */
export interface LoadResult {
  /** Requests answered within the run. */
  readonly requests: number;
  readonly ratePerS: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  /** Answers that were not 2xx or 3xx, and requests that failed or timed out. */
  readonly errors: number;
}

const US_PER_UNIT: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** Reads what `wrk --latency` prints. Throws an `Error` that quotes the text where a figure is missing. */
export function parseWrkOutput(text: string): LoadResult {
  const find = (what: string, pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(text);
    if (match === null) throw new Error(`wrk printed no ${what}: ${JSON.stringify(text.slice(0, 500))}`);
    return match;
  };
  const latencyUs = (percent: number): number => {
    const [, number, unit] = find(
      `${percent} % latency`,
      new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m|h)$`, 'm'),
    );
    return Number(number) * US_PER_UNIT[unit!]!;
  };
  const socketErrors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const badAnswers = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.slice(1) ?? [];
  return {
    requests: Number(find('number of requests', /^\s+(\d+) requests in /m)[1]),
    ratePerS: Number(find('rate', /^Requests\/sec:\s+([\d.]+)$/m)[1]),
    p50Us: latencyUs(50),
    p90Us: latencyUs(90),
    p99Us: latencyUs(99),
    errors: [...socketErrors, ...badAnswers].reduce((sum, count) => sum + Number(count), 0),
  };
}
