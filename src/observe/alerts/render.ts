import type { AlertView, Cause, Notification, Severity } from '../../model/alert.ts';
import { GRAVITY } from './incident.ts';
import { durationInWords, sparkline } from './words.ts';

/** Most alerts that one message tells of by name, and in full. */
const MAX_NAMED = 10;
const MAX_WHOLE = 3;

export interface Change {
  readonly type: 'firing' | 'worse' | 'still' | 'resolved';
  readonly alert: AlertView;
}

/** What a message says of some changes, the gravest first. */
export function notificationOf(
  changes: readonly Change[],
  { id, node, nowMs }: { id: string; node: string; nowMs: number },
): Notification {
  const sorted = [...changes].sort(byGravity);
  const firing = sorted.filter(({ type }) => type !== 'resolved');
  const resolved = sorted.length - firing.length;
  const severity = firing[0]?.alert.severity ?? 'info';
  const oneFunction = new Set(sorted.map(({ alert }) => alert.function ?? alert.id)).size === 1;
  const first = sorted[0]!;
  const title =
    sorted.length === 1
      ? titleOf(first, nowMs)
      : oneFunction
        ? titleOfFunction(sorted)
        : titleOfMany(sorted, firing.length, resolved);
  const text =
    sorted.length <= MAX_WHOLE && oneFunction
      ? sorted.map((change) => textOf(change, nowMs)).join('\n\n')
      : textOfMany(sorted, nowMs);
  return {
    id,
    type:
      sorted.length === 1 ? `alert.${first.type}` : oneFunction && firing.length > 0 ? 'alert.firing' : 'alert.several',
    severity,
    node,
    atMs: nowMs,
    title: plain(title).replaceAll('\n', ' '),
    text: `${plain(title).replaceAll('\n', ' ')}\n\n${plain(text)}\n\nNode    ${node}\n`,
    alerts: sorted.slice(0, MAX_NAMED).map(({ alert }) => alert),
    firing: firing.length,
    resolved,
  };
}

/** A message that only shows that a channel works. */
export function testNotification(
  channel: string,
  { id, node, nowMs }: { id: string; node: string; nowMs: number },
): Notification {
  const title = `Test of the channel ${channel}`;
  const text = `${title}\n\nThis is how alerts of ${node} arrive here. Nothing is wrong.\n`;
  return {
    id,
    type: 'alert.test',
    severity: 'info',
    node,
    atMs: nowMs,
    title,
    text,
    alerts: [],
    firing: 0,
    resolved: 0,
  };
}

function byGravity(a: Change, b: Change): number {
  const of = ({ type, alert }: Change): number => (type === 'resolved' ? -1 : GRAVITY[alert.severity]);
  return of(b) - of(a) || a.alert.sinceMs - b.alert.sinceMs || (a.alert.id < b.alert.id ? -1 : 1);
}

function titleOf({ type, alert }: Change, nowMs: number): string {
  const who = alert.function ?? alert.rule;
  if (type === 'resolved')
    return `RESOLVED ${who}: ${alert.measure} is well again after ${durationInWords((alert.resolvedMs ?? nowMs) - alert.sinceMs)}`;
  const word = { firing: '', worse: ', worse', still: ', still' }[type];
  return `${alert.severity.toUpperCase()}${word} ${who}: ${alert.measure} ${alert.value} (limit ${alert.limit})`;
}

function titleOfFunction(changes: readonly Change[]): string {
  const { alert, type } = changes[0]!;
  const over = changes.every((change) => change.type === 'resolved');
  const rules = changes.map((change) => change.alert.rule).join(', ');
  const word = { firing: '', worse: ', worse', still: ', still', resolved: '' }[type];
  return over
    ? `RESOLVED ${alert.function}: ${rules}`
    : `${alert.severity.toUpperCase()}${word} ${alert.function}: ${rules}`;
}

function titleOfMany(changes: readonly Change[], firing: number, resolved: number): string {
  const functions = new Set(changes.flatMap(({ alert }) => alert.function ?? [])).size;
  const severity: Severity | 'RESOLVED' = changes[0]!.type === 'resolved' ? 'RESOLVED' : changes[0]!.alert.severity;
  const parts = [...(firing > 0 ? [`${firing} alerts`] : []), ...(resolved > 0 ? [`${resolved} resolved`] : [])];
  return `${severity.toUpperCase()} ${parts.join(', ')} of ${functions} functions`;
}

/** One alert in full: what, since when, how bad, why, and what to do. */
export function textOf({ type, alert }: Change, nowMs: number): string {
  const { diagnosis } = alert;
  if (type === 'resolved') {
    const lines = [
      `${alert.id} is over. It began ${at(alert.sinceMs)}, and went on for ${durationInWords((alert.resolvedMs ?? nowMs) - alert.sinceMs)}.`,
      `At worst: ${alert.measure} ${alert.worst} (limit ${alert.limit}).`,
    ];
    return lines.join('\n');
  }
  const lines = [
    `What    ${alert.id}: ${alert.condition}`,
    `Since   ${at(alert.sinceMs)} (${durationInWords(Math.max(0, nowMs - alert.sinceMs))})`,
    `How bad ${alert.value} now, ${alert.worst} at worst, limit ${alert.limit}`,
  ];
  if (diagnosis?.history.some((value) => value !== null) === true)
    lines.push(`        ${sparkline(diagnosis.history)} last hour`);
  if (alert.description !== undefined) lines.push(`        ${alert.description}`);
  if (alert.owner !== undefined) lines.push(`Owner   ${alert.owner}`);
  if (alert.acknowledged !== undefined)
    lines.push(
      `Ack     by ${alert.acknowledged.by}${alert.acknowledged.note === undefined ? '' : `: ${alert.acknowledged.note}`}`,
    );
  if (diagnosis !== undefined) lines.push(...diagnosed(diagnosis));
  return lines.join('\n');
}

function diagnosed({ causes, error, commands }: NonNullable<AlertView['diagnosis']>): string[] {
  const lines: string[] = [];
  const told = error === undefined ? causes : causes.filter(({ kind }) => kind !== 'error');
  if (told.length > 0) {
    lines.push('', `Likely  ${told[0]!.text}`);
    for (const cause of told.slice(1)) lines.push(`        also: ${cause.text}`);
  }
  if (error !== undefined) {
    const often = error.of === 1 ? '' : ` (${error.count} of ${error.of} failures)`;
    lines.push('', `Error   ${error.type}${error.message === '' ? '' : `: ${error.message}`}${often}`);
    if (error.place !== undefined) lines.push(`        ${error.place}`);
    lines.push(
      `        for example invocation ${error.invocationId} of version ${error.version}${error.log.length === 0 ? '' : ', which logged:'}`,
    );
    for (const line of error.log) lines.push(`        | ${line}`);
  }
  const width = Math.max(0, ...commands.map(({ title }) => title.length));
  if (commands.length > 0) lines.push('', 'Do');
  for (const { title, command } of commands) lines.push(`        ${title.padEnd(width)}  ${command}`);
  return lines;
}

/** Many alerts: how many of each kind, and the gravest by name. */
function textOfMany(changes: readonly Change[], nowMs: number): string {
  const lines: string[] = [];
  const counts = (title: string, of: (change: Change) => string | undefined): void => {
    const by = new Map<string, number>();
    for (const change of changes) {
      const key = of(change);
      if (key !== undefined) by.set(key, (by.get(key) ?? 0) + 1);
    }
    if (by.size === 0) return;
    const most = [...by].sort((a, b) => b[1] - a[1]);
    const shown = most.slice(0, 6).map(([key, count]) => `${key} ${count}`);
    if (most.length > 6) shown.push(`${most.length - 6} more`);
    lines.push(`${title.padEnd(8)}${shown.join(', ')}`);
  };
  counts('Rules', ({ alert, type }) => (type === 'resolved' ? `${alert.rule} resolved` : alert.rule));
  counts('Owners', ({ alert }) => alert.owner);
  counts('Causes', ({ alert, type }) => (type === 'resolved' ? undefined : causeWord(alert.diagnosis?.causes[0])));
  counts('Errors', ({ alert, type }) => (type === 'resolved' ? undefined : alert.diagnosis?.error?.type));
  lines.push('');
  for (const { type, alert } of changes.slice(0, MAX_NAMED)) {
    const cause = alert.diagnosis?.causes[0];
    lines.push(
      type === 'resolved'
        ? `resolved  ${alert.id}, after ${durationInWords((alert.resolvedMs ?? nowMs) - alert.sinceMs)}`
        : `${alert.severity.padEnd(8)}  ${alert.id}: ${alert.value} (limit ${alert.limit})${cause === undefined ? '' : `; ${cause.text}`}`,
    );
    const rollback = alert.diagnosis?.commands.find(({ title }) => title === 'Roll back');
    if (rollback !== undefined && type !== 'resolved') lines.push(`          ${rollback.command}`);
  }
  if (changes.length > MAX_NAMED) lines.push(`and ${changes.length - MAX_NAMED} more`);
  lines.push('', 'Do      fob alert list', '        fob alert show <alert>');
  return lines.join('\n');
}

function causeWord(cause: Cause | undefined): string | undefined {
  return cause?.kind.replaceAll('_', ' ');
}

/** `2026-01-31 12:00:05 UTC`: those who read it may be anywhere. */
function at(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Without characters that steer a terminal or break a header: what functions say is in it. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ');
}
