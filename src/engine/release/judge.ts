import type { ReleaseReport, ReleaseRules, VersionNumbers } from '../../model/release.ts';

/** Chance makes a difference this large once in about a hundred times (one-sided). */
const SIGNIFICANT = 2.33;
/** A p90 of fewer calls than this is one of them. */
const MIN_LATENCY_CALLS = 20;

export interface Verdict {
  readonly rule: NonNullable<ReleaseReport['rule']>;
  readonly why: string;
}

/**
 * Whether the new version is worse than the old one; `undefined` where it is not, or where there were too few calls to tell.
 * Errors count only where the difference is more than chance would make of the same function.
 */
export function judge(rules: ReleaseRules, old: VersionNumbers, fresh: VersionNumbers): Verdict | undefined {
  if (fresh.calls < rules.minCalls) return undefined;
  const increase = fresh.errorRate - old.errorRate;
  if (increase > rules.maxErrorIncrease && isSignificant(old, fresh)) {
    return {
      rule: 'errors',
      why:
        `${share(fresh)} of the calls of version ${fresh.version} failed, ${share(old)} of those of version ${old.version}: ` +
        `${rounded(increase)} percentage points more, and ${rules.maxErrorIncrease} are allowed`,
    };
  }
  const minLatencyCalls = Math.max(rules.minCalls, MIN_LATENCY_CALLS);
  if (old.calls < minLatencyCalls || fresh.calls < minLatencyCalls) return undefined;
  const isSlower =
    fresh.p90Ms > old.p90Ms * rules.maxLatencyFactor && fresh.p90Ms - old.p90Ms >= rules.minLatencyIncreaseMs;
  if (!isSlower) return undefined;
  return {
    rule: 'latency',
    why:
      `version ${fresh.version} took ${fresh.p90Ms} ms (p90), version ${old.version} ${old.p90Ms} ms: ` +
      `${rounded(fresh.p90Ms / old.p90Ms)} times as long, and ${rules.maxLatencyFactor} times is allowed`,
  };
}

/** What alarms that fire mean for a release. */
export function alarmed(firing: readonly string[]): Verdict {
  return { rule: 'alarm', why: `the alarm ${firing.map((name) => `"${name}"`).join(' and ')} fires` };
}

/** The z-test of two shares, each call more taken as half right and half wrong, so that few calls prove little. */
function isSignificant(old: VersionNumbers, fresh: VersionNumbers): boolean {
  const [a, b] = [old.errors + 0.5, fresh.errors + 0.5];
  // An old one of which nothing is known is taken to have had as many calls, and failed never.
  const [n, m] = [(old.calls || fresh.calls) + 1, fresh.calls + 1];
  const pooled = (a + b) / (n + m);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return (b / m - a / n) / deviation > SIGNIFICANT;
}

function share({ errors, calls, errorRate }: VersionNumbers): string {
  return `${errorRate}% (${errors} of ${calls})`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
