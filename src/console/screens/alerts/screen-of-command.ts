const SCREENS: readonly (readonly [RegExp, (...words: string[]) => string])[] = [
  [/^fob diff (\S+) (\d+) (\d+)$/, (name, from, to) => `/functions/${name}/code?show=compare&from=${from}&to=${to}`],
  [/^fob release show (\S+) --alias (\S+)$/, (name, alias) => `/functions/${name}/releases?alias=${alias}`],
  [/^fob set (\S+) --memory \d+$/, (name) => `/functions/${name}/configuration`],
  [/^fob events (\S+) --state (\S+)$/, (name, state) => `/events?function=${name}&state=${state}`],
  [/^fob events (\S+)$/, (name) => `/events?function=${name}`],
  [/^fob runs (\S+) --status (\S+)$/, (name, status) => `/functions/${name}/invocations?status=${status}`],
  [/^fob runs (\S+)$/, (name) => `/functions/${name}/invocations`],
];

/** The screen that shows what a command that an alert proposes would print; `undefined` for one that has none. */
export function screenOf(command: string): string | undefined {
  for (const [pattern, address] of SCREENS) {
    const found = pattern.exec(command);
    if (found !== null) return address(...found.slice(1).map(encodeURIComponent));
  }
  return undefined;
}
