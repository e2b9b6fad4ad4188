import { harmless } from '../model/harmless.ts';
import { formatDuration } from './human.ts';
import { cutText, padText, textWidth } from './text-width.ts';

/** One row of a trace, as `GET /v1/traces/{id}` has it. */
export interface TraceRow {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly depth: number;
  readonly what: 'event' | 'invocation' | 'phase' | 'call';
  readonly name: string;
  readonly invocationId?: string;
  readonly function?: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly error?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

type Paint = (format: 'red' | 'dim' | 'bold' | 'cyan' | 'yellow' | 'green', text: string) => string;

interface WaterfallOptions {
  /** Cells of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

const GAP = '  ';
/** Cells of a duration at least, so that most drawings stand alike. */
const MIN_TOOK = 9;
/** Cells of a name that stay, however deep it stands. */
const MIN_NAME = 6;
const MIN_BAR = 12;
/** A wait that is shorter, and less than this share of its invocation, is not worth a line. */
const MIN_WAIT_MS = 1;
const MIN_WAIT_SHARE = 0.05;

/** Draws a trace: names as a tree, bars by time, durations; what failed in red, with its error below. */
export function drawWaterfall(rows: readonly TraceRow[], { width, paint }: WaterfallOptions): string[] {
  const shown = worthALine(rows);
  const labels = withGuides(shown);
  const tookWidth = Math.max(MIN_TOOK, ...shown.map(({ durationMs }) => formatDuration(durationMs).length));
  const natural = Math.max(...labels.map(({ guide, label }) => textWidth(guide + label)), 'SPAN'.length);
  const nameWidth = Math.max(
    MIN_NAME + 2,
    Math.min(natural, Math.floor(width * 0.45), width - MIN_BAR - tookWidth - 4),
  );
  const barWidth = Math.max(MIN_BAR, width - nameWidth - tookWidth - 4);
  const startMs = Math.min(...shown.map((row) => row.startedAtMs));
  const endMs = Math.max(...shown.map((row) => row.startedAtMs + row.durationMs));
  const wholeMs = Math.max(endMs - startMs, 0.001);

  const scale = `${padText('0', Math.max(1, barWidth - textWidth(formatDuration(wholeMs))))}${formatDuration(wholeMs)}`;
  const head = paint(
    'dim',
    [padText('SPAN', nameWidth), cutText(scale, barWidth), padText('TOOK', tookWidth, 'right')].join(GAP),
  );
  const lines = [head];
  for (const [at, row] of shown.entries()) {
    const { guide: whole, label } = labels[at]!;
    const guide = whole.length <= nameWidth - MIN_NAME ? whole : `…${whole.slice(MIN_NAME + 1 - nameWidth)}`;
    const room = nameWidth - guide.length;
    const name = padText(cutText(label, room), room);
    const [before, filled] = place(row, { startMs, wholeMs, barWidth });
    const bar = paint(colourOf(row), GLYPH[row.what].repeat(filled));
    const after = ' '.repeat(Math.max(0, barWidth - before - filled));
    const took = padText(formatDuration(row.durationMs), tookWidth, 'right');
    lines.push(
      `${paint('dim', guide)}${paintName(row, name, paint)}${GAP}${' '.repeat(before)}${bar}${after}${GAP}${took}`.trimEnd(),
    );
  }
  return lines;
}

/** What failed, and why, one line each: invocations, events, and calls. */
export function errorsOf(rows: readonly TraceRow[], { width, paint }: WaterfallOptions): string[] {
  return rows
    .filter(({ error, what }) => error !== undefined && what !== 'phase')
    .map(({ name, error }) => {
      const who = cutText(harmless(name), Math.floor(width / 3));
      const why = harmless(error!.replace(/\s+/g, ' ').trim());
      return `${paint('red', '✘')} ${who}: ${cutText(why, Math.max(10, width - textWidth(who) - 4))}`;
    });
}

const GLYPH: Readonly<Record<TraceRow['what'], string>> = { event: '╌', invocation: '█', phase: '▒', call: '━' };

function colourOf({ what, error, name }: TraceRow): 'red' | 'dim' | 'cyan' | 'yellow' | 'green' {
  if (error !== undefined) return 'red';
  if (what === 'phase') return name.startsWith('cold start') ? 'yellow' : 'dim';
  if (what === 'event') return 'dim';
  return what === 'call' ? 'green' : 'cyan';
}

function paintName({ what, error }: TraceRow, text: string, paint: Paint): string {
  if (error !== undefined) return paint('red', text);
  if (what === 'invocation') return paint('bold', text);
  return what === 'call' ? text : paint('dim', text);
}

/** Where a row's bar begins, and how long it is: one cell at least. */
function place(
  { startedAtMs, durationMs }: TraceRow,
  { startMs, wholeMs, barWidth }: { startMs: number; wholeMs: number; barWidth: number },
): [number, number] {
  const cell = (ms: number): number => Math.round((ms / wholeMs) * barWidth);
  const before = Math.min(barWidth - 1, cell(startedAtMs - startMs));
  const filled = Math.max(1, Math.min(barWidth - before, cell(startedAtMs - startMs + durationMs) - before));
  return [before, filled];
}

/** Leaves out phases that say nothing: a wait of next to no time, and the run of an invocation that did nothing else. */
function worthALine(rows: readonly TraceRow[]): TraceRow[] {
  const wholeOf = new Map(rows.map((row) => [row.spanId, row.durationMs]));
  const told = rows.filter(
    (row) =>
      row.what !== 'phase' ||
      row.name.startsWith('cold start') ||
      (row.name !== 'run' &&
        row.durationMs >= Math.max(MIN_WAIT_MS, MIN_WAIT_SHARE * (wholeOf.get(row.parentSpanId ?? '') ?? 0))),
  );
  const withPhases = new Set(told.filter(({ what }) => what === 'phase').map(({ parentSpanId }) => parentSpanId));
  const kept = new Set(told);
  return rows.filter(
    (row) => kept.has(row) || (row.name === 'run' && row.what === 'phase' && withPhases.has(row.parentSpanId)),
  );
}

/** The lines that lead from a row to what it caused. */
function withGuides(rows: readonly TraceRow[]): { guide: string; label: string }[] {
  const made: { guide: string; label: string }[] = [];
  /** By depth: whether another row of that depth follows under the same parent. */
  const goesOn: boolean[] = [];
  for (let at = rows.length - 1; at >= 0; at--) {
    const { depth, name, attributes, what } = rows[at]!;
    goesOn.length = Math.max(goesOn.length, depth + 1);
    let guide = '';
    for (let level = 1; level < depth; level++) guide += goesOn[level] === true ? '│ ' : '  ';
    if (depth > 0) guide += goesOn[depth] === true ? '├ ' : '└ ';
    goesOn[depth] = true;
    goesOn.fill(false, depth + 1);
    made.unshift({ guide, label: harmless(labelOf(name, what, attributes)) });
  }
  return made;
}

function labelOf(name: string, what: TraceRow['what'], attributes: TraceRow['attributes']): string {
  if (what !== 'invocation') return name;
  const alias = attributes.alias === undefined ? '' : `:${attributes.alias}`;
  const attempt =
    typeof attributes.attempt === 'number' && attributes.attempt > 1 ? ` (attempt ${attributes.attempt})` : '';
  return `${name}${alias}${attempt}`;
}
