import type { MapEdge, MapModel } from './model.ts';

/** What ended of each function within a moment, as the live feed tells it. */
export type Heard = Readonly<Record<string, { ended: number; failed: number; throttled: number }>>;

/** One call, or several where there are very many, on its way along a line. */
export interface Particle {
  readonly edge: string;
  /** From 0 at the line's beginning to 1 at its end. */
  at: number;
  readonly perMs: number;
  readonly bad: boolean;
  /** Beside the line, from -1 to 1, so that those behind one another can be told apart. */
  readonly aside: number;
}

interface Flow {
  readonly edge: MapEdge;
  lengthPx: number;
  /** What is still to start. */
  good: number;
  bad: number;
  perMs: number;
  owed: number;
}

/** The feed tells about so much time at once; what it tells starts spread over it. */
const SPREAD_MS = 320;
/** Closer than so to each other, one could not tell them apart: each is then several. */
const CLOSEST_PX = 9;
const FEWEST_STARTS = 2;
const MAX_PARTICLES = 1_800;
const PX_PER_MS = 0.16;
const MIN_TRAVEL_MS = 700;
const MAX_TRAVEL_MS = 2_600;

/** What moves on the map: each invocation that ended comes along the lines that led to it, and goes along those that it used. */
export class Traffic {
  readonly particles: Particle[] = [];
  private flows = new Map<string, Flow>();
  private into = new Map<string, Flow[]>();
  private outOf = new Map<string, Flow[]>();

  /** The lines that there are, and how long each is. */
  setModel({ edges }: MapModel, lengthOf: (edge: string) => number): void {
    const flows = new Map<string, Flow>();
    this.into = new Map();
    this.outOf = new Map();
    for (const edge of edges) {
      const known = this.flows.get(edge.id);
      const flow: Flow = { good: 0, bad: 0, perMs: 0, owed: 0, ...known, edge, lengthPx: lengthOf(edge.id) };
      flows.set(edge.id, flow);
      append(this.into, edge.to, flow);
      append(this.outOf, edge.from, flow);
    }
    this.flows = flows;
  }

  heard(functions: Heard): void {
    for (const [name, { ended, failed, throttled }] of Object.entries(functions)) {
      const id = `function:${name}`;
      const into = this.into.get(id) ?? [];
      const seen = into.reduce((sum, { edge }) => sum + edge.numbers.calls, 0);
      const bad = Math.min(ended, failed + throttled);
      for (const flow of into) {
        // Where nothing was counted yet, it may have come along any of them.
        const share = seen > 0 ? flow.edge.numbers.calls / seen : 1 / into.length;
        this.start(flow, (ended - bad) * share, bad * share);
        for (const fed of this.into.get(flow.edge.from) ?? []) {
          if (fed.edge.kind === 'feeds') this.start(fed, ended * share, 0);
        }
      }
      for (const flow of this.outOf.get(id) ?? []) {
        if (flow.edge.kind !== 'uses' || seen === 0) continue;
        const { calls, errors } = flow.edge.numbers;
        const uses = (ended * calls) / seen;
        const worse = calls > 0 ? (uses * errors) / calls : 0;
        this.start(flow, uses - worse, worse);
      }
    }
  }

  /** Moves everything on; false where nothing moves and nothing will. */
  step(ms: number): boolean {
    const { particles } = this;
    let kept = 0;
    for (const particle of particles) {
      particle.at += particle.perMs * ms;
      if (particle.at < 1) particles[kept++] = particle;
    }
    particles.length = kept;
    let waits = false;
    for (const flow of this.flows.values()) {
      if (flow.good + flow.bad < 1) continue;
      waits = true;
      flow.owed += flow.perMs * ms;
      while (flow.owed >= 1 && flow.good + flow.bad >= 1) {
        flow.owed--;
        const isBad = flow.bad >= 1 || (flow.bad > 0 && flow.good < 1);
        if (isBad) flow.bad--;
        else flow.good--;
        if (particles.length < MAX_PARTICLES) particles.push(particleOf(flow, isBad));
      }
    }
    return waits || particles.length > 0;
  }

  clear(): void {
    this.particles.length = 0;
    for (const flow of this.flows.values()) flow.good = flow.bad = 0;
  }

  private start(flow: Flow, good: number, bad: number): void {
    const most = mostStarts(flow.lengthPx);
    flow.good = Math.max(0, Math.min(most, flow.good + good));
    flow.bad = Math.max(0, Math.min(most, flow.bad + bad));
    flow.perMs = Math.max((flow.good + flow.bad) / SPREAD_MS, 1 / SPREAD_MS);
  }
}

function travelMsOf(lengthPx: number): number {
  return Math.min(MAX_TRAVEL_MS, Math.max(MIN_TRAVEL_MS, lengthPx / PX_PER_MS));
}

/** How many may start of what the feed tells at once, so that a line is never covered. */
function mostStarts(lengthPx: number): number {
  return Math.max(FEWEST_STARTS, ((lengthPx / CLOSEST_PX) * SPREAD_MS) / travelMsOf(lengthPx));
}

function particleOf({ edge, lengthPx }: Flow, bad: boolean): Particle {
  const travelMs = travelMsOf(lengthPx) * (0.9 + Math.random() * 0.2);
  return { edge: edge.id, at: 0, perMs: 1 / travelMs, bad, aside: Math.random() * 2 - 1 };
}

function append(map: Map<string, Flow[]>, key: string, flow: Flow): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [flow]);
  else known.push(flow);
}
