import { timeOfId } from '../../model/id.ts';
import { callerPart, spanIdOf } from '../../model/trace.ts';
import type { EventRecord, InvocationRecord, SpanRecord } from '../../store/journal.ts';
import { phasesOfRun, spanOfRun } from './spans-of-run.ts';

/** What was found of a trace. */
export interface TraceParts {
  readonly traceId: string;
  readonly invocations: readonly InvocationRecord[];
  /** Of what they called. */
  readonly spans: readonly SpanRecord[];
  /** How events of this trace ended. */
  readonly events?: readonly EventRecord[];
}

/** What a row of a waterfall is. */
type WaterfallKind = 'event' | 'invocation' | 'phase' | 'call';

/** One row of a waterfall. */
export interface WaterfallSpan extends SpanRecord {
  readonly what: WaterfallKind;
  /** How deep it stands in the tree; 0 for what nothing here caused. */
  readonly depth: number;
}

/** A trace as a tree, its rows in order: each span below the one that caused it, in order of their start. */
export interface Waterfall {
  readonly traceId: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly functions: number;
  readonly invocations: number;
  readonly errors: number;
  readonly spans: readonly WaterfallSpan[];
}

/** Deeper ones stand beside each other: nobody could read them, and a hostile function could make any number. */
const MAX_DEPTH = 48;

interface Node {
  readonly span: SpanRecord;
  readonly what: WaterfallKind;
  parent: Node | undefined;
  readonly children: Node[];
}

/**
 * Builds the tree of a trace. Functions may say any parent: what would go round in a circle begins a tree of its own, and of
 * several spans with one id the platform's own, else the first, counts.
 */
export function waterfall({ traceId, invocations, spans, events = [] }: TraceParts): Waterfall {
  const nodes = new Map<string, Node>();
  /** Invocations by what their calls' ids begin with. */
  const callers = new Map<string, Node>();
  const byInvocation = new Map<string, Node>();
  const add = (span: SpanRecord, what: WaterfallKind): Node | undefined => {
    if (nodes.has(span.spanId)) return undefined;
    const node: Node = { span, what, parent: undefined, children: [] };
    nodes.set(span.spanId, node);
    return node;
  };

  for (const record of invocations) {
    const node = add(spanOfRun(record), 'invocation');
    if (node === undefined) continue;
    callers.set(callerPart(node.span.spanId), node);
    byInvocation.set(record.invocationId, node);
    for (const phase of phasesOfRun(record)) add(phase, 'phase');
  }
  const ofEvents = eventSpans(traceId, invocations, events).flatMap((span) => add(span, 'event') ?? []);
  for (const span of spans) add(span, 'call');

  const named = (node: Node, id: string | undefined): Node | undefined => {
    if (id === undefined) return undefined;
    const found = nodes.get(id) ?? callers.get(callerPart(id));
    return found === node ? undefined : found;
  };
  const eventOf = new Map(ofEvents.map((node) => [node.span.attributes.eventId, node]));
  for (const node of [...nodes.values()].sort(byStart)) {
    const { span, what } = node;
    const event = what === 'invocation' ? eventOf.get(span.attributes.eventId ?? '') : undefined;
    const candidates = [
      event,
      named(node, span.parentSpanId),
      what === 'call' && span.invocationId !== undefined ? byInvocation.get(span.invocationId) : undefined,
    ];
    node.parent = candidates.find((parent) => parent !== undefined && !isBelow(parent, node));
    node.parent?.children.push(node);
  }

  const rows: WaterfallSpan[] = [];
  const roots = [...nodes.values()].filter((node) => node.parent === undefined).sort(byStart);
  const stack = roots.map((node) => ({ node, depth: 0 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, depth } = next;
    const { parentSpanId: _, ...span } = node.span;
    const parent = node.parent?.span.spanId;
    rows.push({ ...span, ...(parent !== undefined && { parentSpanId: parent }), what: node.what, depth });
    const below = Math.min(depth + 1, MAX_DEPTH);
    for (const child of node.children.sort(byStart).reverse()) stack.push({ node: child, depth: below });
  }
  return { traceId, ...summaryOf(rows), spans: rows };
}

function isBelow(node: Node, ancestor: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** By start; what starts together in the order in which it causes the other. */
function byStart(one: Node, other: Node): number {
  return (
    one.span.startedAtMs - other.span.startedAtMs ||
    ORDER[one.what] - ORDER[other.what] ||
    (one.span.spanId < other.span.spanId ? -1 : 1)
  );
}

const ORDER: Readonly<Record<WaterfallKind, number>> = { event: 0, invocation: 1, phase: 2, call: 3 };

function summaryOf(rows: readonly WaterfallSpan[]): Omit<Waterfall, 'traceId' | 'spans'> {
  let startedAtMs = Number.POSITIVE_INFINITY;
  let endMs = 0;
  let errors = 0;
  const functions = new Set<string>();
  let invocations = 0;
  for (const { what, startedAtMs: startMs, durationMs, error, function: name } of rows) {
    startedAtMs = Math.min(startedAtMs, startMs);
    endMs = Math.max(endMs, startMs + durationMs);
    if (what === 'invocation') {
      invocations++;
      if (name !== undefined) functions.add(name);
      if (error !== undefined) errors++;
    }
  }
  if (rows.length === 0) startedAtMs = 0;
  return { startedAtMs, durationMs: Math.max(0, endMs - startedAtMs), functions: functions.size, invocations, errors };
}

/** Events as spans: from their acceptance to the end of their last attempt. */
function eventSpans(
  traceId: string,
  invocations: readonly InvocationRecord[],
  events: readonly EventRecord[],
): SpanRecord[] {
  const attempts = new Map<string, InvocationRecord[]>();
  for (const record of invocations) {
    if (record.eventId === undefined) continue;
    const known = attempts.get(record.eventId);
    if (known === undefined) attempts.set(record.eventId, [record]);
    else known.push(record);
  }
  return [...attempts].map(([eventId, records]) => {
    const first = records.reduce((one, other) => ((other.attempt ?? 1) < (one.attempt ?? 1) ? other : one));
    const ended = events.find((each) => each.eventId === eventId);
    const acceptedAtMs = Math.min(timeOfId(eventId), ...records.map((record) => record.startedAtMs));
    const endMs = Math.max(...records.map((record) => record.startedAtMs + record.queuedMs + record.durationMs));
    const lost = ended !== undefined && ended.state !== 'delivered';
    const { traceId: cameIn, parentSpanId, lane = '', caller } = first;
    return {
      traceId,
      spanId: spanIdOf(eventId),
      ...(cameIn !== undefined && parentSpanId !== undefined && { parentSpanId }),
      function: first.function,
      name: lane === 'direct' ? 'event' : `event of ${lane}`,
      kind: 'consumer' as const,
      startedAtMs: acceptedAtMs,
      durationMs: endMs - acceptedAtMs,
      ...(lost && { error: ended.message ?? ended.reason ?? ended.state }),
      attributes: {
        eventId,
        trigger: lane,
        attempts: records.length,
        waitedMs: Math.max(0, first.startedAtMs - acceptedAtMs),
        ...(caller !== undefined && { caller }),
        ...(ended !== undefined && { state: ended.state }),
        ...(ended?.source !== undefined && { source: ended.source }),
      },
    };
  });
}
