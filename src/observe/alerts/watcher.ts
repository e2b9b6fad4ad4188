import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AlertRule, Severity } from '../../model/alert.ts';
import type { Clock } from '../../model/clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clause, Condition } from './condition.ts';
import { parseCondition } from './condition-parse.ts';
import { DEFAULT_RULES, type DefaultChanges, type EffectiveRule, effectiveDefault, USUAL } from './defaults.ts';
import { hasTag, matchesGlob } from './glob.ts';
import type { FunctionFacts, Functions } from './ports.ts';
import { createProbe, type Probe, type Reading } from './probe.ts';
import { AT_REST, step, type Transition, type WatchState } from './watch-state.ts';

/** A function that was not called for so long is not looked at: no default can hold then. Longer than any run takes. */
const ASLEEP_AFTER_MS = 1_800_000;
/** However long nobody looked: more does not count at once. */
const MAX_ELAPSED_MS = 30_000;
/** The wall clock may differ from the monotonic one by so much between two looks before it was set. */
const CLOCK_JUMP_MS = 5_000;
/** After the start of a node, before what is absent is believed to be. */
const SETTLED_AFTER_MS = 300_000;
/** Nothing measured for at least so long before an alert counts as over. */
const LEAST_QUIET_MS = 60_000;

/** So many alerts are looked at in one turn of the event loop. */
const SLICE = 100;

/** One rule for one function, or for the node. */
export interface Watch {
  readonly id: string;
  readonly rule: EffectiveRule;
  readonly function: string | undefined;
  readonly condition: Condition;
  readonly clause: Clause;
  readonly timeoutMs: number | undefined;
}

interface Running extends Watch {
  readonly usual: Probe;
  readonly critical: Probe | undefined;
  readonly criticalForMs: number;
  readonly quietAfterMs: number;
  readonly bornMs: number;
  state: WatchState;
}

/** Hears what happens to alerts. */
export interface WatchListener {
  /** It fires, gets worse, or is over. */
  changed(watch: Watch, transition: Transition, severity: Severity, reading: Reading): void;
  /** How it stands, while it fires. */
  seen(watch: Watch, reading: Reading): void;
  /** It fired, and its rule or function is gone. */
  gone(id: string): void;
}

interface WatcherOptions {
  readonly metrics: Pick<Metrics, 'recent'>;
  readonly functions: Pick<Functions, 'find' | 'list'>;
  readonly clock: Clock;
  readonly rules: () => readonly (readonly [name: string, rule: AlertRule & { readonly createdAtMs: number }])[];
  readonly changes: DefaultChanges;
  readonly listener: WatchListener;
  /** What fires already when it starts, by id. */
  readonly firing: ReadonlyMap<string, Severity>;
  readonly metricsSurviveRestart: boolean;
}

/** Looks at the conditions of all rules, for each function that they are about and that something happened to. */
export class Watcher {
  private readonly options: WatcherOptions;
  private readonly watches = new Map<string, Running>();
  /** Functions that were called, by when, on the monotonic clock. */
  private readonly awake = new Map<string, number>();
  /** Called since the last look; a set, so that a call costs little. */
  private readonly called = new Set<string>();
  private stale = true;
  private readonly staleFunctions = new Set<string>();
  private lastMonotonicMs: number;
  private lastWallMs: number;
  private coveredFromMs: number;
  /** What was measured before is known too. */
  private remembersMore: boolean;
  private readonly firing: Map<string, Severity>;

  constructor(options: WatcherOptions) {
    this.options = options;
    this.lastMonotonicMs = options.clock.monotonicMs();
    this.lastWallMs = options.clock.now();
    this.coveredFromMs = this.lastMonotonicMs;
    this.remembersMore = options.metricsSurviveRestart;
    this.firing = new Map(options.firing);
    for (const id of this.firing.keys()) {
      const at = id.indexOf('@');
      if (at !== -1) this.called.add(id.slice(at + 1));
    }
  }

  /** Something happened to a function. To be called for each invocation: it costs a look into a set. */
  touch(name: string): void {
    this.called.add(name);
  }

  /** Rules changed: everything is made anew at the next look, and keeps its state. */
  rulesChanged(): void {
    this.stale = true;
  }

  /** A function was made, changed or removed. */
  functionChanged(name: string): void {
    this.staleFunctions.add(name);
  }

  get count(): number {
    return this.watches.size;
  }

  find(id: string): Watch | undefined {
    return this.watches.get(id);
  }

  /** Looks at everything once, in slices, so that calls come in between. Not to be called again before it resolves. */
  async look(): Promise<void> {
    const monotonicMs = this.options.clock.monotonicMs();
    const elapsedMs = this.passTime(monotonicMs);
    for (const name of this.called) {
      if (!this.awake.has(name)) this.staleFunctions.add(name);
      this.awake.set(name, monotonicMs);
    }
    this.called.clear();
    for (const [name, atMs] of this.awake) {
      if (monotonicMs - atMs <= ASLEEP_AFTER_MS) continue;
      this.awake.delete(name);
      this.staleFunctions.add(name);
    }
    this.makeWatches();
    const nowMs = this.options.clock.now();
    let inSlice = 0;
    for (const watch of this.watches.values()) {
      if (inSlice++ === SLICE) {
        inSlice = 1;
        await nextTurn();
      }
      this.lookAt(watch, elapsedMs, monotonicMs, nowMs);
    }
  }

  private passTime(monotonicMs: number): number {
    const wallMs = this.options.clock.now();
    const elapsedMs = monotonicMs - this.lastMonotonicMs;
    // What was measured lies at other times now: what is missing since says nothing.
    if (Math.abs(wallMs - this.lastWallMs - elapsedMs) > CLOCK_JUMP_MS) {
      this.coveredFromMs = monotonicMs;
      this.remembersMore = false;
    }
    this.lastMonotonicMs = monotonicMs;
    this.lastWallMs = wallMs;
    return Math.min(elapsedMs, MAX_ELAPSED_MS);
  }

  /** For how long everything was measured. After a start, what wakes functions gets some minutes to do so. */
  private coveredMs(monotonicMs: number): number {
    const sinceMs = monotonicMs - this.coveredFromMs;
    return this.remembersMore && sinceMs >= SETTLED_AFTER_MS ? Number.POSITIVE_INFINITY : sinceMs;
  }

  private lookAt(watch: Running, elapsedMs: number, monotonicMs: number, nowMs: number): void {
    const coveredMs = Math.min(this.coveredMs(monotonicMs), nowMs - watch.bornMs);
    const usual = watch.usual.read(coveredMs, monotonicMs);
    const was = watch.state;
    // Most are well and at rest.
    if (usual.well && was === AT_REST) return;
    const critical = usual.well ? undefined : watch.critical?.read(coveredMs, monotonicMs);
    const timing = {
      forMs: watch.condition.forMs,
      criticalForMs: watch.criticalForMs,
      resolveAfterMs: watch.rule.resolveAfterMs,
      quietAfterMs: watch.quietAfterMs,
    };
    const { rule } = watch;
    const readings = { usual, severity: rule.severity, ...(critical !== undefined && { critical }) };
    const { state, transition } = step(was, elapsedMs, readings, timing);
    watch.state = state.firing || state.heldMs >= 0 || state.criticalMs >= 0 ? state : AT_REST;
    if (transition !== undefined) this.options.listener.changed(watch, transition, state.severity, usual);
    else if (state.firing) this.options.listener.seen(watch, usual);
  }

  private makeWatches(): void {
    if (this.stale) {
      this.stale = false;
      this.staleFunctions.clear();
      const before = new Map(this.watches);
      this.watches.clear();
      for (const [name, rule] of this.options.rules())
        if (isOfNode(rule)) this.add(effectiveRule(name, rule), undefined, before);
      for (const facts of this.options.functions.list()) this.addFunction(facts, before);
      this.forget(before);
      return;
    }
    for (const name of this.staleFunctions) {
      const before = new Map<string, Running>();
      for (const id of this.idsOf(name)) {
        before.set(id, this.watches.get(id)!);
        this.watches.delete(id);
      }
      const facts = this.options.functions.find(name);
      if (facts === undefined) this.awake.delete(name);
      else this.addFunction(facts, before);
      this.forget(before);
    }
    this.staleFunctions.clear();
  }

  private addFunction(facts: FunctionFacts, before: ReadonlyMap<string, Running>): void {
    const isAwake = this.awake.has(facts.name);
    if (isAwake) {
      for (const name of Object.keys(DEFAULT_RULES)) {
        const rule = effectiveDefault(name, facts, this.options.changes);
        if (rule !== undefined) this.add(rule, facts, before);
      }
    }
    for (const [name, rule] of this.options.rules()) {
      if (rule.enabled === false || isOfNode(rule) || !isAbout(rule, facts)) continue;
      this.add(effectiveRule(name, rule), facts, before, isAwake);
    }
  }

  private add(
    rule: EffectiveRule,
    facts: FunctionFacts | undefined,
    before: ReadonlyMap<string, Running>,
    isAwake = true,
  ): void {
    const id = facts === undefined ? rule.name : `${rule.name}@${facts.name}`;
    const condition = parseCondition(rule.when);
    const subject = facts === undefined ? {} : { function: facts.name, timeoutMs: facts.timeoutMs };
    const usual = createProbe(condition, subject, this.options.metrics, rule.hysteresis);
    if (!isAwake && usual.needsCalls && before.get(id)?.state.firing !== true) return;
    const graver = rule.criticalWhen === undefined ? undefined : parseCondition(rule.criticalWhen);
    const severity = this.firing.get(id);
    this.firing.delete(id);
    const restored: WatchState = severity === undefined ? AT_REST : { ...AT_REST, firing: true, severity };
    this.watches.set(id, {
      id,
      rule,
      function: facts?.name,
      condition,
      clause: condition.clauses[0]!,
      timeoutMs: facts?.timeoutMs,
      usual,
      critical: graver && createProbe(graver, subject, this.options.metrics, rule.hysteresis),
      criticalForMs: graver?.forMs ?? 0,
      quietAfterMs: Math.max(LEAST_QUIET_MS, rule.resolveAfterMs, usual.longestWindowMs),
      bornMs: Math.max(rule.createdAtMs, facts?.createdAtMs ?? 0),
      state: before.get(id)?.state ?? restored,
    });
  }

  /** What is not watched any more ends, where it fired. */
  private forget(before: ReadonlyMap<string, Running>): void {
    for (const [id, { state }] of before) if (state.firing && !this.watches.has(id)) this.options.listener.gone(id);
    if (this.firing.size === 0) return;
    for (const id of this.firing.keys()) this.options.listener.gone(id);
    this.firing.clear();
  }

  private idsOf(name: string): string[] {
    const names = [...Object.keys(DEFAULT_RULES), ...this.options.rules().map(([rule]) => rule)];
    return names.map((rule) => `${rule}@${name}`).filter((id) => this.watches.has(id));
  }
}

/** A rule that speaks of no function is about the node. */
function isOfNode(rule: AlertRule): boolean {
  return rule.enabled !== false && rule.function === undefined && rule.owner === undefined && rule.tag === undefined;
}

function isAbout(rule: Pick<AlertRule, 'function' | 'owner' | 'tag'>, facts: FunctionFacts): boolean {
  if (rule.function !== undefined && !matchesGlob(rule.function, facts.name)) return false;
  if (rule.owner !== undefined && rule.owner !== facts.owner) return false;
  return rule.tag === undefined || hasTag(facts.tags, rule.tag);
}

function effectiveRule(name: string, rule: AlertRule & { readonly createdAtMs: number }): EffectiveRule {
  const { function: _f, owner: _o, tag: _t, enabled: _e, criticalWhen, ...rest } = rule;
  return { name, ...USUAL, ...rest, ...(criticalWhen !== undefined && criticalWhen !== '' && { criticalWhen }) };
}
