import type { InvocationRecord } from '../../store/journal.ts';
import { bucketOf, LATENCY_BUCKETS, percentile } from './latency.ts';

/** Edges that are counted at once; what comes beyond is counted as left out. */
const MAX_EDGES = 2_000;
const MAX_OPERATIONS = 24;
const MINUTE_MS = 60_000;
/** Minutes that are kept each by itself; older ones are put together by ten. */
const FINE_MINUTES = 60;
const COARSE_MINUTES = 10;
/** How far back the map goes. */
export const MAP_WINDOW_MS = 6 * 3_600_000;

/** What happened on an edge in a time. */
interface Slot {
  /** The minute that it begins with, since the Unix epoch. */
  minute: number;
  calls: number;
  errors: number;
  sumMs: number;
  maxMs: number;
  readonly latency: Uint32Array;
}

interface Edge {
  /** Of now, apart, for it is found on every call. */
  current: Slot;
  /** Older ones, in order. */
  readonly past: Slot[];
  /** What was done, such as `put` and `get`, how often since the edge is known. */
  readonly operations: Map<string, number>;
}

/** One use of a service, or of a function, by a function. */
export interface ServiceUse {
  readonly from: string;
  readonly to: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly known: boolean;
}

/** One edge of the map over a window of time. */
export interface MapEdge {
  /** `function:`, `trigger:`, `door:`, `bucket:`, `queue:`, `topic:`, `kv:` or `url:` and a name. */
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly errors: number;
  readonly perMinute: number;
  readonly averageMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly lastAtMs: number;
  readonly operations: Readonly<Record<string, number>>;
}

/** Where an edge begins and ends. */
type Ends = Readonly<Pick<MapEdge, 'from' | 'to'>>;

/** What happened within one step of a course. */
interface MapStep {
  readonly atMs: number;
  readonly calls: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What happened on edges over time: steps of the same length without gaps, the newest, which is not over, last. */
interface MapCourse {
  readonly stepMs: number;
  readonly steps: readonly MapStep[];
}

/** What calls what, counted as it happens; in memory, for the last hours, with bounds on everything. */
export class CallMap {
  /** By where it leads, then by where it comes from: what is called is looked up on every call. */
  private readonly edges = new Map<string, Map<string, Edge>>();
  private readonly clock: { now(): number };
  private count = 0;
  /** Calls that were not counted because there were too many edges. */
  leftOut = 0;
  private readonly startedMs: number;

  constructor(clock: { now(): number }) {
    this.clock = clock;
    this.startedMs = clock.now();
  }

  /** How much of this time a view counts, a minute at least: nothing of before the node's start is known. */
  countedMs(windowMs: number): number {
    return Math.max(MINUTE_MS, Math.min(windowMs, MAP_WINDOW_MS, this.clock.now() - this.startedMs));
  }

  /** An invocation has ended. Called for each: it makes nothing but numbers. */
  ended(record: InvocationRecord): void {
    const { lane, caller, door, function: name } = record;
    const endMs = record.startedAtMs + record.queuedMs + record.durationMs;
    const to = this.functionNode(name);
    let from: string;
    if (lane !== undefined && lane !== 'direct') from = this.named('trigger:', lane);
    else if (caller !== undefined) from = this.functionNode(caller);
    else from = this.named('door:', door);
    const edge = this.edge(from, to, endMs);
    if (edge !== undefined) this.countIn(edge, endMs, record.durationMs, record.status !== 'succeeded');
  }

  /** A function used a service. What is not `known` to be there makes no edge: a function can think up any number of names. */
  used(use: ServiceUse): void {
    if (!use.known && this.edges.get(use.to)?.has(use.from) !== true) return;
    const nowMs = this.clock.now();
    const edge = this.edge(use.from, use.to, nowMs);
    if (edge === undefined) return;
    this.countIn(edge, nowMs, use.durationMs, use.failed);
    const known = edge.operations.get(use.operation);
    if (known !== undefined || edge.operations.size < MAX_OPERATIONS)
      edge.operations.set(use.operation, (known ?? 0) + 1);
  }

  /** All edges on which something happened within the last `windowMs`, at most `MAP_WINDOW_MS`; whole minutes count. */
  view(windowMs: number): MapEdge[] {
    const nowMs = this.clock.now();
    const fromMinute = Math.floor((nowMs - Math.min(windowMs, MAP_WINDOW_MS)) / MINUTE_MS);
    const minutes = this.countedMs(windowMs) / MINUTE_MS;
    const found: MapEdge[] = [];
    for (const [to, sources] of this.edges) {
      for (const [from, edge] of sources) {
        const slots = [...edge.past, edge.current].filter(({ minute, calls }) => minute >= fromMinute && calls > 0);
        if (slots.length > 0) found.push({ from, to, ...summary(slots, minutes), operations: operationsOf(edge) });
      }
    }
    return found.sort((one, other) => other.calls - one.calls || (one.from + one.to < other.from + other.to ? -1 : 1));
  }

  /** The course of what came along these edges; by minutes for up to an hour, else by ten. */
  course(isMeant: (edge: Ends) => boolean, windowMs: number): MapCourse {
    const stepMinutes = windowMs > FINE_MINUTES * MINUTE_MS ? COARSE_MINUTES : 1;
    const count = Math.max(1, Math.ceil(Math.min(windowMs, MAP_WINDOW_MS) / (stepMinutes * MINUTE_MS)));
    const last = Math.floor(this.clock.now() / MINUTE_MS / stepMinutes);
    const found = Array.from({ length: count }, (): Slot[] => []);
    for (const [to, sources] of this.edges) {
      for (const [from, edge] of sources) {
        if (!isMeant({ from, to })) continue;
        for (const each of [...edge.past, edge.current])
          found[count - 1 - (last - Math.floor(each.minute / stepMinutes))]?.push(each);
      }
    }
    const steps = found.map((slots, at): MapStep => {
      const { calls, errors, p50Ms, p99Ms } = summary(slots, stepMinutes);
      return { atMs: (last - count + 1 + at) * stepMinutes * MINUTE_MS, calls, errors, p50Ms, p99Ms };
    });
    return { stepMs: stepMinutes * MINUTE_MS, steps };
  }

  /** Forgets what is older than the map goes back. To be called now and then. */
  sweep(): void {
    const oldest = Math.floor((this.clock.now() - MAP_WINDOW_MS) / MINUTE_MS);
    for (const [to, sources] of this.edges) {
      for (const [from, edge] of sources) {
        while (edge.past.length > 0 && edge.past[0]!.minute < oldest) edge.past.shift();
        if (edge.past.length > 0 || edge.current.minute >= oldest) continue;
        sources.delete(from);
        this.count--;
      }
      if (sources.size === 0) this.edges.delete(to);
    }
    for (const prefix of Object.values(this.names)) prefix.clear();
  }

  private edge(from: string, to: string, atMs: number): Edge | undefined {
    let sources = this.edges.get(to);
    const known = sources?.get(from);
    if (known !== undefined) return known;
    if (this.count >= MAX_EDGES) {
      this.leftOut++;
      return undefined;
    }
    this.count++;
    if (sources === undefined) {
      sources = new Map();
      this.edges.set(to, sources);
    }
    const edge: Edge = { current: slot(Math.floor(atMs / MINUTE_MS)), past: [], operations: new Map() };
    sources.set(from, edge);
    return edge;
  }

  private countIn(edge: Edge, atMs: number, durationMs: number, failed: boolean): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    // A clock that was set back counts into the newest minute.
    if (minute > edge.current.minute) {
      edge.past.push(edge.current);
      merge(edge.past, minute);
      edge.current = slot(minute);
    }
    const { current } = edge;
    current.calls++;
    if (failed) current.errors++;
    current.sumMs += durationMs;
    if (durationMs > current.maxMs) current.maxMs = durationMs;
    const bucket = bucketOf(durationMs);
    current.latency[bucket] = current.latency[bucket]! + 1;
  }

  /** Names of nodes are made once, not on every call. */
  private readonly names: Readonly<Record<'function:' | 'trigger:' | 'door:', Map<string, string>>> = {
    'function:': new Map(),
    'trigger:': new Map(),
    'door:': new Map(),
  };

  private functionNode(name: string): string {
    return this.named('function:', name);
  }

  private named(kind: 'function:' | 'trigger:' | 'door:', name: string): string {
    const names = this.names[kind];
    let node = names.get(name);
    if (node === undefined) {
      if (names.size > MAX_EDGES) names.clear();
      node = kind + name;
      names.set(name, node);
    }
    return node;
  }
}

function slot(minute: number): Slot {
  return { minute, calls: 0, errors: 0, sumMs: 0, maxMs: 0, latency: new Uint32Array(LATENCY_BUCKETS) };
}

/** Puts what is older than the fine part together by ten minutes. */
function merge(past: Slot[], nowMinute: number): void {
  const oldest = nowMinute - MAP_WINDOW_MS / MINUTE_MS;
  while (past.length > 0 && past[0]!.minute < oldest) past.shift();
  for (let at = past.length - 2; at >= 0; at--) {
    const one = past[at]!;
    const next = past[at + 1]!;
    if (next.minute >= nowMinute - FINE_MINUTES) continue;
    if (Math.floor(one.minute / COARSE_MINUTES) !== Math.floor(next.minute / COARSE_MINUTES)) continue;
    one.calls += next.calls;
    one.errors += next.errors;
    one.sumMs += next.sumMs;
    one.maxMs = Math.max(one.maxMs, next.maxMs);
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++)
      one.latency[bucket] = one.latency[bucket]! + next.latency[bucket]!;
    past.splice(at + 1, 1);
  }
}

function summary(slots: readonly Slot[], minutes: number): Omit<MapEdge, 'from' | 'to' | 'operations'> {
  let calls = 0;
  let errors = 0;
  let sumMs = 0;
  let maxMs = 0;
  const latency = new Float64Array(LATENCY_BUCKETS);
  for (const each of slots) {
    calls += each.calls;
    errors += each.errors;
    sumMs += each.sumMs;
    maxMs = Math.max(maxMs, each.maxMs);
    for (let at = 0; at < LATENCY_BUCKETS; at++) latency[at] = latency[at]! + each.latency[at]!;
  }
  return {
    calls,
    errors,
    perMinute: calls / minutes,
    averageMs: calls === 0 ? 0 : sumMs / calls,
    p50Ms: Math.min(maxMs, percentile(latency, 0.5)),
    p99Ms: Math.min(maxMs, percentile(latency, 0.99)),
    maxMs,
    lastAtMs: (slots.at(-1)?.minute ?? 0) * MINUTE_MS,
  };
}

function operationsOf({ operations }: Edge): Record<string, number> {
  return Object.fromEntries(operations);
}
