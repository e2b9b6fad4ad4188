import type { Cause } from '../../model/alert.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { FunctionFacts, VersionFacts } from './ports.ts';
import { bytesInWords, durationInWords } from './words.ts';

/** What is known of a function around the time that an alert began. */
export interface Evidence {
  readonly rule: string;
  readonly facts: FunctionFacts;
  readonly sinceMs: number;
  readonly windowMs: number;
  /** Invocations from some time before the window to now, the newest first; those within the window; those of them that failed. */
  readonly records: readonly InvocationRecord[];
  readonly recent: readonly InvocationRecord[];
  readonly failed: readonly InvocationRecord[];
  /** The newest first. */
  readonly versions: readonly VersionFacts[];
  /** The version that came while the alert fired, where what is wrong now is of it; what is `recent` began with it. */
  readonly turn?: number;
  /** The alert is about calls that fail, so what is merely slow is nothing to it. */
  readonly aboutFailures: boolean;
  /** Invocations of other functions that it called, and those of them that failed. */
  readonly called: number;
  readonly calledFailed: readonly InvocationRecord[];
  /** How often each trigger woke it within the window, and within the same time before. */
  readonly lanes: readonly { readonly lane: string; readonly now: number; readonly before: number }[];
}

/** A version that is older than this when it begins is not new. */
const NEW_VERSION_MS = 3_600_000;
/** So many of the failures are enough to name one thing as their cause. */
const MOST = 0.8;
const HALF = 0.5;
/** Of an error's message, as much as is told. */
const MAX_SAID = 120;
/** A trigger that sends so much more than before, and at least so much, is told. */
const SURGE = 3;
const LEAST_SURGE = 20;

/** What the evidence speaks for, the likeliest first. */
export function causesOf(evidence: Evidence): Cause[] {
  return [
    newVersion(evidence),
    outOfMemory(evidence),
    timedOut(evidence),
    downstream(evidence),
    surge(evidence),
    oneTrigger(evidence),
    throttled(evidence),
    latestError(evidence),
  ].filter((cause) => cause !== undefined);
}

/** A version that began to serve shortly before, and that the failures are of. */
function newVersion(evidence: Evidence): Cause | undefined {
  const { failed, recent, records, versions, sinceMs, windowMs, turn, aboutFailures } = evidence;
  if (failed.length === 0 && aboutFailures) return undefined;
  // Where nothing failed, it may be slow.
  const affected = failed.length > 0 ? failed : recent;
  const version = mostFrequent(affected.map((each) => each.version));
  const facts = versions.find((each) => each.version === version?.value);
  if (version === undefined || facts === undefined || version.share < HALF) return undefined;
  const beforeMs = sinceMs - facts.createdAtMs;
  const cameWhileItFired = facts.version === turn;
  if (beforeMs > NEW_VERSION_MS || (facts.createdAtMs > sinceMs + windowMs && !cameWhileItFired)) return undefined;
  const older = records.filter((each) => each.version < version.value);
  // Those before it are not always the next lower number: one that is released takes the place of what served till then.
  const previous =
    mostFrequent(older.map((each) => each.version))?.value ??
    versions.find((each) => each.version < version.value)?.version;
  if (previous === undefined) return undefined;
  const olderFailed = older.filter(({ status }) => status !== 'succeeded' && status !== 'cancelled').length;
  const ofIt = records.filter((each) => each.version === version.value);
  if (failed.length > 0 && older.length > 0) {
    // Where those before failed as much, it is not the version, however many of the failures are of it.
    if (olderFailed / older.length > (version.count / Math.max(1, ofIt.length)) * HALF) return undefined;
  } else if (version.share < MOST) return undefined;
  const apart = durationInWords(Math.max(1_000, roundSecond(Math.abs(beforeMs))));
  const when =
    beforeMs >= 0 ? `${apart} before it began` : cameWhileItFired ? `${apart} after it began` : 'just when it began';
  const by = facts.by === undefined ? '' : ` by ${facts.by}`;
  const share =
    failed.length === 0
      ? ''
      : `; ${version.count} of ${failed.length} failures are of it${older.length === 0 ? '' : `, and ${olderFailed} of ${older.length} calls of earlier ones failed`}`;
  const alias = affected.find((each) => each.version === version.value)?.alias ?? '';
  return {
    kind: 'new_version',
    text: `version ${version.value}, ${facts.settingsOnly ? 'settings changed' : 'deployed'}${by} ${when}${saidOf(facts)}${share}${gone(facts, alias) ? `; ${alias === '' ? 'the function' : alias} is back at another version already` : ''}`,
    version: version.value,
    previousVersion: previous,
    ...(facts.by !== undefined && { by: facts.by }),
    ...(facts.git !== undefined && !facts.settingsOnly && { commit: facts.git.commit }),
  };
}

/** What it is by its own words, and by its commit. Where files differed from that, its subject is about something else. */
function saidOf({ message, git, settingsOnly }: VersionFacts): string {
  const own = message === undefined ? '' : ` "${message.split('\n')[0]!.slice(0, MAX_SAID)}"`;
  if (git === undefined || settingsOnly) return own === '' ? '' : `,${own}`;
  const commit = `commit ${git.commit.slice(0, 10)}`;
  if (!git.clean) return `,${own === '' ? '' : `${own},`} with changes that are not in ${commit}`;
  if (own !== '') return `,${own}, ${commit}`;
  return `, ${commit}${git.subject === undefined ? '' : ` "${git.subject}"`}`;
}

/** Whether a version gets no more calls by the name through which they failed: there is nothing to roll back. */
export function gone({ servesBy }: VersionFacts, alias: string): boolean {
  return servesBy !== undefined && !servesBy.includes(alias);
}

function outOfMemory({ failed, facts }: Evidence): Cause | undefined {
  const ended = failed.filter(({ status }) => status === 'out_of_memory');
  if (ended.length === 0 || ended.length < failed.length * HALF) return undefined;
  const given = ended[0]!.memoryMb ?? facts.memoryMb;
  const used = Math.max(0, ...ended.map(({ peakMemoryBytes = 0 }) => peakMemoryBytes));
  const of = used === 0 ? '' : `used ${bytesInWords(used)} of `;
  return {
    kind: 'out_of_memory',
    text: `${ended.length} of ${failed.length} failures ran out of memory: ${of}${bytesInWords(given * BYTES_PER_MB)} given`,
  };
}

function timedOut({ failed, recent, facts, rule }: Evidence): Cause | undefined {
  const ended = failed.filter(({ status }) => status === 'timed_out');
  const limit = durationInWords(facts.timeoutMs);
  if (ended.length > 0 && ended.length >= failed.length * HALF)
    return {
      kind: 'timed_out',
      text: `${ended.length} of ${failed.length} failures took longer than the time limit of ${limit}`,
    };
  if (rule !== 'timeouts') return undefined;
  const longest = Math.max(0, ...recent.map(({ durationMs }) => durationMs));
  return { kind: 'timed_out', text: `calls take up to ${durationInWords(longest)} of the ${limit} that they may` };
}

/** Something that it calls fails. */
function downstream({ calledFailed, called, failed }: Evidence): Cause | undefined {
  const worst = mostFrequent(calledFailed.map((each) => each.function));
  if (worst === undefined || failed.length === 0 || worst.count < failed.length * HALF) return undefined;
  const example = calledFailed.find((each) => each.function === worst.value)!;
  const error = `${example.errorType ?? example.reason ?? example.status}${example.errorMessage === undefined ? '' : `: ${example.errorMessage.split('\n')[0]!.slice(0, 120)}`}`;
  return {
    kind: 'downstream',
    text: `the function ${worst.value}, which it calls, failed in ${worst.count} of ${called} calls (${error})`,
    function: worst.value,
  };
}

/** A trigger that sends much more than before. */
function surge({ facts, lanes, sinceMs, windowMs }: Evidence): Cause | undefined {
  // Of a function that was not there before, everything is more than before.
  if (facts.createdAtMs > sinceMs - 2 * windowMs) return undefined;
  const most = [...lanes].sort((a, b) => b.now - b.before - (a.now - a.before))[0];
  if (most === undefined || most.now < LEAST_SURGE || most.now < most.before * SURGE) return undefined;
  const before = most.before === 0 ? 'none' : String(Math.round(most.before));
  return {
    kind: 'trigger',
    text: `the trigger ${most.lane} sent ${Math.round(most.now)} events in ${durationInWords(windowMs)}, ${before} in the same time before`,
    trigger: most.lane,
  };
}

/** What one trigger sends fails, and what comes otherwise does not; or it is larger than what did not fail. */
function oneTrigger({ failed, recent }: Evidence): Cause | undefined {
  const lane = mostFrequent(failed.map((each) => each.lane ?? ''));
  if (lane === undefined || lane.value === '' || lane.share < MOST) return undefined;
  const others = recent.filter((each) => each.lane !== lane.value);
  const otherFailures = failed.length - lane.count;
  if (others.length > 0 && otherFailures / others.length <= 0.1)
    return {
      kind: 'trigger',
      text: `what the trigger ${lane.value} sends: ${lane.count} of ${failed.length} failures are of its events, ${otherFailures} of ${others.length} other calls failed`,
      trigger: lane.value,
    };
  const good = recent.filter(({ status }) => status === 'succeeded');
  const size = (records: readonly InvocationRecord[]) =>
    records.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0) / records.length;
  if (good.length === 0 || size(failed) < 2 * size(good)) return undefined;
  return {
    kind: 'trigger',
    text: `events of the trigger ${lane.value} that fail are larger: ${bytesInWords(Math.round(size(failed)))} against ${bytesInWords(Math.round(size(good)))} of those that succeed`,
    trigger: lane.value,
  };
}

function throttled({ failed, rule }: Evidence): Cause | undefined {
  const refused = failed.filter(({ reason }) => reason === 'throttled').length;
  if (refused === 0 || (rule !== 'throttles' && refused < failed.length * HALF)) return undefined;
  return { kind: 'throttled', text: `${refused} calls were refused because a limit of concurrency was reached` };
}

function latestError({ failed, rule }: Evidence): Cause | undefined {
  if (rule === 'lag') return undefined;
  const kindOf = (each: InvocationRecord) => each.errorType ?? each.reason ?? each.status;
  const error = mostFrequent(failed.filter(({ reason }) => reason !== 'throttled').map(kindOf));
  if (error === undefined) return undefined;
  const { errorMessage = '' } = failed.find((each) => kindOf(each) === error.value)!;
  const line = /^.*/.exec(errorMessage)![0];
  const said = line.length > MAX_SAID ? `${line.slice(0, MAX_SAID - 1)}…` : line;
  return {
    kind: 'error',
    text: `${error.value} in ${error.count} of ${failed.length} failures${said === '' ? '' : `: ${said}`}`,
  };
}

/** The value that most of them are, how often, and in what share of all; `undefined` of none. */
export function mostFrequent<T>(values: readonly T[]): { value: T; count: number; share: number } | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0];
  return most && { value: most[0], count: most[1], share: most[1] / values.length };
}

function roundSecond(ms: number): number {
  return Math.round(ms / 1_000) * 1_000;
}
