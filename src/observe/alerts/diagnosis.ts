import type { Cause, Diagnosis, ErrorSample } from '../../model/alert.ts';
import type { InvocationRecord, Journal } from '../../store/journal.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { causesOf, type Evidence, gone, mostFrequent } from './causes.ts';
import type { Expression, Term } from './condition.ts';
import { countsFailures, statisticOf } from './known-metrics.ts';
import { placeIn } from './place.ts';
import type { FunctionFacts, Functions, VersionFacts } from './ports.ts';
import type { Watch } from './watcher.ts';

/** Records that are read for one alert, and how far back they go beyond its window. */
const MAX_RECORDS = 1_000;
const BEFORE_MS = 900_000;
const MAX_LOG_LINES = 5;
const MAX_TEXT = 300;
const HISTORY_MS = 3_600_000;
const HISTORY_STEP_MS = 120_000;

export interface DiagnosisOptions {
  readonly journal: Pick<Journal, 'invocations' | 'logs'>;
  readonly metrics: Pick<Metrics, 'recent' | 'query'>;
  readonly functions: Functions;
}

/**
 * Finds out why an alert fires: what failed since shortly before, what changed then, and how to look on. Asked again later, it
 * tells of what happens by then: of a version that came while the alert fired, once calls of it are affected.
 */
export async function diagnose(
  watch: Watch,
  sinceMs: number,
  nowMs: number,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  const history = await pastHour(watch, nowMs, options.metrics);
  const facts = watch.function === undefined ? undefined : options.functions.find(watch.function);
  if (facts === undefined) return { causes: [], history, commands: [{ title: 'See more', command: 'fob stats' }] };
  const evidence = await gather(watch, facts, sinceMs, nowMs, options);
  const error = await sampleOf(evidence.failed, options.journal);
  const causes = causesOf(evidence);
  return {
    causes,
    ...(error !== undefined && { error }),
    history,
    commands: commandsFor(watch, facts, causes, evidence, error),
  };
}

async function gather(
  watch: Watch,
  facts: FunctionFacts,
  sinceMs: number,
  nowMs: number,
  { journal, metrics, functions }: DiagnosisOptions,
): Promise<Evidence> {
  const windowMs = watch.clause.windowMs;
  const fromMs = sinceMs - windowMs - BEFORE_MS;
  const toMs = nowMs + 1_000;
  const [{ items: records }, versions, { items: called }] = await Promise.all([
    journal.invocations({ function: facts.name, fromMs, toMs, limit: MAX_RECORDS }),
    functions.versions(facts.name),
    journal.invocations({ caller: facts.name, fromMs: sinceMs - windowMs, toMs, limit: MAX_RECORDS }),
  ]);
  const beganMs = Math.max(sinceMs, nowMs - watch.condition.forMs) - windowMs;
  const aboutFailures = watch.clause.kind !== 'absence' && countsFailures(watch.clause.left.of);
  const latest = records.filter(({ startedAtMs }) => startedAtMs >= beganMs);
  // One about failures that fires on while nothing fails any more is about those that it began with.
  const within =
    aboutFailures && !latest.some(isFailure)
      ? records.filter(({ startedAtMs }) => startedAtMs >= sinceMs - windowMs)
      : latest;
  const turn = turnOf(records, within, versions, sinceMs);
  const recent = turn === undefined ? within : within.filter(({ startedAtMs }) => startedAtMs >= turn.createdAtMs);
  const failed = recent.filter(isFailure);
  const calledThen = called.filter(({ startedAtMs }) => startedAtMs >= Math.max(beganMs, turn?.createdAtMs ?? 0));
  const rate = (lane: string, over: number): number =>
    metrics.recent({
      metric: 'invocations',
      statistic: 'sum',
      labels: { function: facts.name, trigger: lane },
      windowMs: over,
    }) ?? 0;
  const lanes = [...new Set(recent.map(({ lane }) => lane).filter((lane) => lane !== undefined))];
  return {
    rule: watch.rule.name,
    facts,
    sinceMs,
    windowMs,
    records,
    recent,
    failed,
    versions,
    aboutFailures,
    ...(turn !== undefined && { turn: turn.version }),
    calledFailed: calledThen.filter(isFailure),
    called: calledThen.length,
    lanes: lanes.map((lane) => ({
      lane,
      now: rate(lane, windowMs),
      before: rate(lane, 2 * windowMs) - rate(lane, windowMs),
    })),
  };
}

/**
 * The newest version that came while the alert fired and that what is wrong is of; before it came, other things may have been.
 * One that calls go back to is none.
 */
function turnOf(
  records: readonly InvocationRecord[],
  within: readonly InvocationRecord[],
  versions: readonly VersionFacts[],
  sinceMs: number,
): VersionFacts | undefined {
  const anyFailed = within.some(isFailure);
  return versions
    .filter(({ createdAtMs }) => createdAtMs > sinceMs)
    .sort((one, other) => other.createdAtMs - one.createdAtMs)
    .find(({ version, createdAtMs }) => {
      const isAffected = within.some(
        (each) => each.version === version && each.startedAtMs >= createdAtMs && (isFailure(each) || !anyFailed),
      );
      const before = mostFrequent(
        records.filter(({ startedAtMs }) => startedAtMs < createdAtMs).map((each) => each.version),
      );
      return isAffected && (before === undefined || version > before.value);
    });
}

/** Whether a run counts as failed; that a caller went away says nothing of the function. */
function isFailure({ status }: InvocationRecord): boolean {
  return status !== 'succeeded' && status !== 'cancelled';
}

/** The error that most have, with the newest one that has it, and what that one logged. */
async function sampleOf(
  failed: readonly InvocationRecord[],
  journal: Pick<Journal, 'logs'>,
): Promise<ErrorSample | undefined> {
  const groups = new Map<string, InvocationRecord[]>();
  for (const record of failed) {
    const key = `${record.errorType ?? record.reason ?? record.status}\n${shape(record.errorMessage ?? '')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const most = [...groups.values()].sort((a, b) => b.length - a.length)[0];
  const newest = most?.[0];
  if (most === undefined || newest === undefined) return undefined;
  const { items } = await journal.logs({ function: newest.function, invocationId: newest.invocationId, limit: 50 });
  const place = placeIn(newest.errorStack);
  return {
    type: newest.errorType ?? newest.reason ?? newest.status,
    message: bounded(firstLine(newest.errorMessage ?? '')),
    ...(place !== undefined && { place: bounded(place) }),
    count: most.length,
    of: failed.length,
    invocationId: newest.invocationId,
    version: newest.version,
    log: items
      .filter(({ stream }) => stream !== 'platform')
      .reverse()
      .slice(-MAX_LOG_LINES)
      .map(({ text }) => bounded(firstLine(text))),
  };
}

/** A message without what differs from one to the next: numbers, ids, quoted values. */
function shape(message: string): string {
  return message.replace(/"[^"]*"|'[^']*'|[0-9a-f]{8,}|\d+/gi, '#').slice(0, 200);
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}

function bounded(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function commandsFor(
  { id, rule }: Watch,
  { name, memoryMb }: FunctionFacts,
  causes: readonly Cause[],
  { failed, versions }: Evidence,
  error: ErrorSample | undefined,
): Diagnosis['commands'] {
  const commands: { title: string; command: string }[] = [];
  const first = causes[0];
  if (first?.kind === 'new_version') {
    const alias = failed[0]?.alias;
    const facts = versions.find(({ version }) => version === first.version);
    if (facts === undefined || !gone(facts, alias ?? ''))
      commands.push({
        title: 'Roll back',
        command: `fob rollback ${name}${alias === undefined ? '' : ` --alias ${alias}`}`,
      });
    else if (alias !== undefined)
      commands.push({ title: 'Why it went back', command: `fob release show ${name} --alias ${alias}` });
    if (first.version !== undefined && first.previousVersion !== undefined)
      commands.push({ title: 'What changed', command: `fob diff ${name} ${first.previousVersion} ${first.version}` });
  }
  if (causes.some(({ kind }) => kind === 'out_of_memory'))
    commands.push({ title: 'More memory', command: `fob set ${name} --memory ${memoryMb * 2}` });
  if (error !== undefined) {
    commands.push({ title: 'Its log', command: `fob logs ${name} --invocation ${error.invocationId}` });
    commands.push({ title: 'Its trace', command: `fob trace ${error.invocationId}` });
  }
  if (rule.name === 'dead-events') commands.push({ title: 'Dead events', command: `fob events ${name} --state dead` });
  else if (rule.name === 'lag') commands.push({ title: 'What waits', command: `fob events ${name}` });
  const status = failed[0]?.status;
  if (status !== undefined) commands.push({ title: 'All that failed', command: `fob runs ${name} --status ${status}` });
  else if (error === undefined && rule.name !== 'lag' && rule.name !== 'dead-events')
    commands.push({ title: 'Its runs', command: `fob runs ${name}` });
  commands.push({ title: 'Acknowledge', command: `fob alert ack ${id}` });
  return commands;
}

/** What the alert measures over the last hour, in steps. */
async function pastHour(
  { clause, function: name }: Watch,
  nowMs: number,
  metrics: Pick<Metrics, 'query'>,
): Promise<(number | null)[]> {
  const toMs = Math.ceil(nowMs / HISTORY_STEP_MS) * HISTORY_STEP_MS;
  const fromMs = toMs - HISTORY_MS;
  const steps = HISTORY_MS / HISTORY_STEP_MS;
  const series = async (term: Term): Promise<(number | null)[]> => {
    const ofFunction = name !== undefined && !term.metric.startsWith('node.');
    const labels = { ...term.labels, ...(ofFunction && { function: name }) };
    const found = await metrics.query({
      metric: term.metric,
      statistic: statisticOf(term) ?? 'average',
      labels,
      fromMs,
      toMs,
      stepMs: HISTORY_STEP_MS,
    });
    const values = new Array<number | null>(steps).fill(null);
    for (const { timeMs, value } of found[0]?.points ?? []) {
      const at = Math.floor((timeMs - fromMs) / HISTORY_STEP_MS);
      if (at >= 0 && at < steps) values[at] = value;
    }
    return values;
  };
  const expression: Expression = clause.kind === 'absence' ? { of: clause.metric } : clause.left;
  try {
    const upper = await series(expression.of);
    if (expression.per === undefined) return upper;
    const lower = await series(expression.per);
    return upper.map((value, at) => {
      const below = lower[at];
      return below === null || below === undefined || below === 0 ? null : (value ?? 0) / below;
    });
  } catch {
    // A line of bars is not worth more: the alert is told without it.
    return [];
  }
}
