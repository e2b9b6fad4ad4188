import type { AlertRouting, AlertRule, AlertView, DefaultChange, Diagnosis, Silence } from '../../model/alert.ts';
import { formatId, newId } from '../../model/id.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Alerts, RuleView } from './alerts.ts';
import { Channels } from './channels.ts';
import { checkCondition } from './check-rule.ts';
import { Courier } from './courier.ts';
import { DEFAULT_RULES, effectiveDefault, USUAL } from './defaults.ts';
import { diagnose } from './diagnosis.ts';
import { hasTag, matchesGlob } from './glob.ts';
import { type Incident, viewOf } from './incident.ts';
import { Incidents } from './incidents.ts';
import { Notifier } from './notifier.ts';
import type { AlertsOptions } from './ports.ts';
import { testNotification } from './render.ts';
import { Watcher, type WatchListener } from './watcher.ts';
import { limitInWords, measureOf, valueInWords } from './words.ts';

const LOOK_EVERY_MS = 10_000;
const MAX_RULES = 2_000;
const MAX_SILENCES = 500;
const MAX_SCOPES = 1_000;
/** So many alerts are looked into at each look; in a flood the others are told by their numbers. */
const MAX_DIAGNOSES = 20;
const NO_ROUTING: AlertRouting = { default: [], owners: {} };
const ROUTING = 'all';
/** What stands where an alert's id does, in addresses. */
const RESERVED = ['rules', 'defaults', 'channels', 'routing', 'silences', 'history', 'stream'];

type StoredRule = AlertRule & { readonly createdAtMs: number; readonly by: string };

export interface RunningAlerts extends Alerts {
  /** Something happened to a function: an invocation ended, an event died. Cheap. */
  touch(name: string): void;
  /** A function was made, changed or removed. */
  functionChanged(name: string): void;
  /** Begins to look, and to deliver. */
  start(): void;
  /** Looks once, now, and resolves when what that changed is on disk and on its way. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the alerts of a node over its store. */
export async function openAlerts(options: AlertsOptions): Promise<RunningAlerts> {
  const { store, metrics, functions, clock, log } = options;
  const { registry } = store;
  const late: { watcher?: Watcher } = {};
  const rulesChanged = (): void => late.watcher?.rulesChanged();
  const rules = await Documents.open<StoredRule>(registry, 'alert-rule/', rulesChanged);
  const changes = await Documents.open<Record<string, DefaultChange>>(registry, 'alert-default/', rulesChanged);
  const routing = await Documents.open<AlertRouting>(registry, 'alert-routing/');
  const silences = await Documents.open<Silence>(registry, 'alert-silence/');
  const channels = await Channels.open(store);
  const incidents = await Incidents.open(registry, log);
  const courier = new Courier({ queue: store.queue, channels, carriers: options.carriers, clock, log });
  const listeners = new Set<(alert: AlertView) => void>();
  /** Those that fired or got worse, and were not looked into since. */
  const undiagnosed = new Set<string>();

  const ruleOf = (incident: Pick<Incident, 'rule' | 'function'>) => {
    const own = rules.find(incident.rule);
    if (own !== undefined) return { ...USUAL, ...own };
    const facts = incident.function === undefined ? undefined : functions.find(incident.function);
    return facts && effectiveDefault(incident.rule, facts, (scope) => changes.find(scope));
  };

  const silenceOf = ({ id, function: name }: Incident): Silence | undefined => {
    const facts = name === undefined ? undefined : functions.find(name);
    const nowMs = clock.now();
    for (const [, silence] of silences.list()) {
      if (silence.untilMs <= nowMs) continue;
      if (silence.alert !== undefined && !matchesGlob(silence.alert, id)) continue;
      if (silence.function !== undefined && (name === undefined || !matchesGlob(silence.function, name))) continue;
      if (silence.owner !== undefined && silence.owner !== facts?.owner) continue;
      if (silence.tag !== undefined && (facts === undefined || !hasTag(facts.tags, silence.tag))) continue;
      return silence;
    }
    return undefined;
  };

  const shown = (incident: Incident): AlertView => {
    const owner = incident.function === undefined ? undefined : functions.find(incident.function)?.owner;
    const silencedUntilMs = silenceOf(incident)?.untilMs;
    const description = ruleOf(incident)?.description;
    return viewOf(incident, {
      ...(owner !== undefined && { owner }),
      ...(silencedUntilMs !== undefined && { silencedUntilMs }),
      ...(description !== undefined && { description }),
    });
  };

  const tell = (incident: Incident): void => {
    for (const listener of listeners) listener(shown(incident));
  };

  const channelsOf = (incident: Incident): readonly string[] => {
    const own = rules.find(incident.rule)?.notify;
    if (own !== undefined && own.length > 0) return own.map((reference) => reference.slice(reference.indexOf(':') + 1));
    const { default: usual, owners } = routing.find(ROUTING) ?? NO_ROUTING;
    const owner = incident.function === undefined ? undefined : functions.find(incident.function)?.owner;
    return (owner !== undefined && Object.hasOwn(owners, owner) ? owners[owner] : undefined) ?? usual;
  };

  const listener: WatchListener = {
    changed(watch, transition, severity, { value, limit }) {
      const nowMs = clock.now();
      const inWords = valueInWords(watch.clause, value);
      const before = incidents.find(watch.id);
      if (transition === 'fires') {
        incidents.put({
          id: watch.id,
          rule: watch.rule.name,
          ...(watch.function !== undefined && { function: watch.function }),
          firingId: formatId(newId(nowMs)),
          phase: 'firing',
          severity,
          sinceMs: nowMs - watch.condition.forMs,
          condition: watch.rule.when,
          measure: measureOf(watch.clause),
          value: inWords,
          limit: limitInWords(watch.clause, limit, watch.timeoutMs),
          worst: inWords,
          ...(value !== undefined && { worstValue: value }),
          told: before?.told ?? {},
        });
        undiagnosed.add(watch.id);
      } else if (before !== undefined && transition === 'worse') {
        incidents.put({ ...before, severity, value: inWords });
        undiagnosed.add(watch.id);
      } else if (before !== undefined) {
        const why = transition === 'quiet' ? 'nothing is measured any more' : undefined;
        incidents.put({
          ...before,
          phase: 'resolved',
          resolvedMs: nowMs,
          value: inWords,
          ...(why !== undefined && { endedBecause: why }),
        });
      }
      const now = incidents.find(watch.id);
      if (now !== undefined) tell(now);
    },
    seen(watch, { value }) {
      const incident = incidents.find(watch.id);
      if (incident === undefined || value === undefined) return;
      const isLow = watch.clause.kind === 'absence' || watch.clause.comparator.startsWith('<');
      const { worstValue } = incident;
      const isWorse = worstValue === undefined || (isLow ? value < worstValue : value > worstValue);
      const inWords = valueInWords(watch.clause, value);
      if (inWords === incident.value && !isWorse) return;
      incidents.see({ ...incident, value: inWords, ...(isWorse && { worst: inWords, worstValue: value }) });
    },
    gone(id) {
      const incident = incidents.find(id);
      if (incident === undefined || incident.phase === 'resolved') return;
      incidents.put({
        ...incident,
        phase: 'resolved',
        resolvedMs: clock.now(),
        endedBecause: 'its rule or function is gone, or was switched off',
      });
      tell(incidents.find(id)!);
    },
  };

  const watcher = new Watcher({
    metrics,
    functions,
    clock,
    rules: () => rules.list(),
    changes: (scope) => changes.find(scope),
    listener,
    firing: new Map(incidents.firing().map(({ id, severity }) => [id, severity])),
    metricsSurviveRestart: options.metricsSurviveRestart ?? false,
  });
  late.watcher = watcher;

  const lookInto = async (id: string): Promise<void> => {
    const watch = watcher.find(id);
    const incident = incidents.find(id);
    if (watch === undefined || incident === undefined || incident.phase === 'resolved') return;
    const { journal } = store;
    const diagnosis = await diagnose(watch, incident.sinceMs, clock.now(), { journal, metrics, functions }).catch(
      (error: unknown): Diagnosis | undefined => {
        log.warn({ err: error, alert: id }, 'the cause of an alert could not be looked for');
        return undefined;
      },
    );
    const now = incidents.find(id);
    if (diagnosis !== undefined && now?.firingId === incident.firingId) incidents.put({ ...now, diagnosis });
  };

  const notifier = new Notifier({
    channels,
    node: options.nodeName,
    channelsOf,
    repeatMsOf: (incident) => ruleOf(incident)?.repeatMs ?? USUAL.repeatMs,
    isSilenced: (incident) => silenceOf(incident) !== undefined,
    viewOf: async (incident) => shown(incidents.find(incident.id) ?? incident),
  });

  const settle = async (): Promise<void> => {
    if (incidents.size === 0) {
      await incidents.save();
      return;
    }
    await incidents.save();
    const gravest = incidents.firing().filter(({ id }) => undiagnosed.has(id));
    for (const { id } of gravest.slice(0, MAX_DIAGNOSES)) {
      undiagnosed.delete(id);
      await lookInto(id);
    }
    if (gravest.length === 0) undiagnosed.clear();
    const nowMs = clock.now();
    const outgoing = await notifier.due(incidents.values(), nowMs, clock.monotonicMs());
    await courier.send(outgoing);
    for (const { channel, told } of outgoing) {
      for (const { id, phase, firingId, severity } of told) {
        const incident = incidents.find(id);
        if (incident !== undefined)
          incidents.put({
            ...incident,
            told: { ...incident.told, [channel]: { phase, firingId, severity, atMs: nowMs } },
          });
      }
    }
    for (const incident of incidents.values()) {
      if (incident.phase === 'firing') continue;
      const waits = Object.entries(incident.told).some(
        ([channel, { phase }]) => phase === 'firing' && channels.has(channel),
      );
      if (!waits) incidents.remove(incident.id);
    }
    await incidents.save();
  };

  const expireSilences = async (): Promise<void> => {
    const nowMs = clock.now();
    for (const [id, { untilMs }] of silences.list()) if (untilMs <= nowMs) await silences.remove(id);
  };

  let looking: Promise<void> | undefined;
  let settling: Promise<void> | undefined;
  /** One look after the other; what they change is settled meanwhile, for that may take longer than a look. */
  const look = async (): Promise<void> => {
    looking ??= watcher
      .look()
      .catch((error: unknown) => log.error({ err: error }, 'alerts could not be looked at; trying again'))
      .finally(() => {
        looking = undefined;
      });
    await looking;
    settling ??= settle()
      .then(expireSilences)
      .catch((error: unknown) => log.error({ err: error }, 'alerts could not be settled; trying again'))
      .finally(() => {
        settling = undefined;
      });
    await settling;
  };

  let stopTimer = (): void => {};
  const lookLater = (): void => {
    stopTimer = clock.after(LOOK_EVERY_MS, () => {
      void look();
      lookLater();
    });
  };

  const ruleView = (name: string, { ...rule }: StoredRule): RuleView => ({
    ...rule,
    name,
    firing: incidents
      .firing()
      .filter((incident) => incident.rule === name)
      .map(({ id }) => id),
  });

  const found = (id: string): Incident => {
    const incident = incidents.find(id);
    if (incident !== undefined && incident.phase === 'firing') return incident;
    throw new Problem('not_found', `no alert "${id}" fires; GET /v1/alerts lists those that do`);
  };

  const demandChannel = (reference: string): void => {
    const [kind, name] = reference.includes(':') ? (reference.split(':') as [string, string]) : [undefined, reference];
    const channel = channels.find(name);
    if (channel === undefined)
      throw new Problem(
        'invalid_request',
        `there is no channel "${name}"; add it first: fob alert channel add ${name} ${kind ?? 'slack'} …`,
      );
    if (kind !== undefined && channel.kind !== kind)
      throw new Problem('invalid_request', `the channel "${name}" is of the kind ${channel.kind}, not ${kind}`);
  };

  const changed = async (incident: Incident): Promise<AlertView> => {
    incidents.put(incident);
    await incidents.save();
    tell(incident);
    return shown(incident);
  };

  return {
    touch: (name) => watcher.touch(name),
    functionChanged: (name) => watcher.functionChanged(name),
    start() {
      courier.start();
      lookLater();
    },
    look,
    async close() {
      stopTimer();
      await looking;
      await settling;
      await courier.close();
      await incidents.save();
      for (const documents of [rules, changes, routing, silences, channels]) documents.close();
    },

    list: (filter = {}) =>
      incidents
        .firing()
        .filter(
          ({ function: name, severity }) =>
            (filter.function === undefined || name === filter.function) &&
            (filter.severity === undefined || severity === filter.severity),
        )
        .map(shown),
    find(id) {
      const incident = incidents.find(id);
      return incident === undefined ? undefined : shown(incident);
    },
    firing(names) {
      const all = incidents.firing();
      const wanted = names && new Set(names);
      const ids =
        wanted === undefined
          ? all
          : all.filter(
              (each) =>
                wanted.has(each.id) ||
                wanted.has(each.rule) ||
                (each.function !== undefined && wanted.has(each.function)),
            );
      return ids.map(({ id }) => id);
    },
    async acknowledge(id, by, note) {
      const acknowledged = { by, atMs: clock.now(), ...(note !== undefined && note !== '' && { note }) };
      return changed({ ...found(id), acknowledged });
    },
    async unacknowledge(id) {
      const { acknowledged: _by, ...rest } = found(id);
      return changed(rest);
    },
    async history(query) {
      return incidents.page(query);
    },

    rules: () => rules.list().map(([name, rule]) => ruleView(name, rule)),
    findRule(name) {
      const rule = rules.find(name);
      return rule && ruleView(name, rule);
    },
    async putRule(name, rule, by) {
      if (Object.hasOwn(DEFAULT_RULES, name))
        throw new Problem(
          'invalid_request',
          `"${name}" is a default rule; change it with PUT /v1/alerts/defaults, or choose another name`,
        );
      if (RESERVED.includes(name))
        throw new Problem('invalid_request', `a rule cannot be called "${name}"; choose another name`);
      const aboutFunctions = rule.function !== undefined || rule.owner !== undefined || rule.tag !== undefined;
      const known = metrics.list();
      checkCondition(rule.when, aboutFunctions, known);
      if (rule.criticalWhen !== undefined && rule.criticalWhen !== '')
        checkCondition(rule.criticalWhen, aboutFunctions, known);
      for (const reference of rule.notify ?? []) demandChannel(reference);
      if (rules.find(name) === undefined && rules.count >= MAX_RULES)
        throw new Problem(
          'invalid_request',
          `there are ${MAX_RULES} rules already, which is the most; one rule can be about many functions`,
        );
      const stored = await rules.update(name, (current) => ({
        ...rule,
        createdAtMs: current?.createdAtMs ?? clock.now(),
        by,
      }));
      return ruleView(name, stored);
    },
    removeRule: (name) => rules.remove(name),

    defaults(functionName) {
      const facts = functionName === undefined ? undefined : functions.find(functionName);
      if (functionName !== undefined && facts === undefined)
        throw new Problem('not_found', `there is no function "${functionName}"`);
      const of = facts ?? { name: '', owner: '', tags: {}, timeoutMs: 0, memoryMb: 0, createdAtMs: 0 };
      return Object.entries(DEFAULT_RULES).map(([name, rule]) => {
        const effective = effectiveDefault(name, of, (scope) => changes.find(scope));
        const { when, severity, criticalWhen } = effective ?? { ...USUAL, ...rule };
        return {
          name,
          description: rule.description,
          enabled: effective !== undefined,
          when,
          severity,
          ...(criticalWhen !== undefined && { criticalWhen }),
        };
      });
    },
    defaultChanges: () => changes.list().map(([scope, of]) => ({ scope, rules: of })),
    async putDefault(scope, rule, change) {
      if (!Object.hasOwn(DEFAULT_RULES, rule))
        throw new Problem(
          'not_found',
          `there is no default rule "${rule}"; there are ${Object.keys(DEFAULT_RULES).join(', ')}`,
        );
      if (change.when !== undefined) checkCondition(change.when, true, metrics.list());
      if (change.criticalWhen !== undefined && change.criticalWhen !== '')
        checkCondition(change.criticalWhen, true, metrics.list());
      if (changes.find(scope) === undefined && changes.count >= MAX_SCOPES)
        throw new Problem(
          'invalid_request',
          `the defaults are changed for ${MAX_SCOPES} scopes already, which is the most; change them by tag or owner`,
        );
      await changes.update(scope, (current) => ({ ...current, [rule]: { ...current?.[rule], ...change } }));
    },
    async resetDefault(scope, rule) {
      const current = changes.find(scope);
      if (current === undefined || (rule !== undefined && current[rule] === undefined)) return false;
      const { [rule ?? '']: _reset, ...rest } = current;
      if (rule === undefined || Object.keys(rest).length === 0) return changes.remove(scope);
      await changes.update(scope, () => rest);
      return true;
    },

    channels: () => channels.list(),
    putChannel: (name, channel) => channels.put(name, channel, clock.now()),
    async removeChannel(name) {
      const users = rules
        .list()
        .filter(([, { notify }]) => notify?.some((reference) => reference.slice(reference.indexOf(':') + 1) === name));
      if (users.length > 0)
        throw new Problem('conflict', `the rule "${users[0]![0]}" tells the channel "${name}"; change that first`);
      const current = routing.find(ROUTING);
      if (current !== undefined) {
        const without = (names: readonly string[]) => names.filter((each) => each !== name);
        const owners = Object.fromEntries(
          Object.entries(current.owners).map(([owner, names]) => [owner, without(names)]),
        );
        await routing.update(ROUTING, () => ({ default: without(current.default), owners }));
      }
      return channels.remove(name);
    },
    async testChannel(name) {
      if (!channels.has(name))
        throw new Problem('not_found', `there is no channel "${name}"; GET /v1/alerts/channels lists them`);
      const nowMs = clock.now();
      const result = await courier.attempt(
        name,
        testNotification(name, { id: formatId(newId(nowMs)), node: options.nodeName, nowMs }),
      );
      if (!result.done)
        throw new Problem('unavailable', `the channel "${name}" did not take a message: ${result.message}`);
    },
    routing: () => routing.find(ROUTING) ?? NO_ROUTING,
    async putRouting(wanted) {
      for (const name of [...wanted.default, ...Object.values(wanted.owners).flat()]) demandChannel(name);
      return routing.update(ROUTING, () => wanted);
    },

    silences: () =>
      silences
        .list()
        .map(([, silence]) => silence)
        .filter(({ untilMs }) => untilMs > clock.now()),
    async silence({ forMs, ...what }, by) {
      if (what.alert === undefined && what.function === undefined && what.owner === undefined && what.tag === undefined)
        throw new Problem(
          'invalid_request',
          'say what is silenced: an alert, a function, an owner or a tag; "*" as alert means all of them',
        );
      if (silences.count >= MAX_SILENCES)
        throw new Problem(
          'invalid_request',
          `there are ${MAX_SILENCES} silences already, which is the most; end one first`,
        );
      const fromMs = clock.now();
      const id = formatId(newId(fromMs)).slice(-12);
      return silences.update(id, () => ({ ...what, id, fromMs, untilMs: fromMs + forMs, by }));
    },
    unsilence: (id) => silences.remove(id),

    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
