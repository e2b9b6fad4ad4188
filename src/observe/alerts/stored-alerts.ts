import type { AlertView } from '../../model/alert.ts';
import { formatId, newId } from '../../model/id.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import type { Alerts, RuleView } from './alerts.ts';
import { Channels } from './channels.ts';
import { Courier } from './courier.ts';
import { USUAL } from './defaults.ts';
import { type Incident, viewOf } from './incident.ts';
import { incidentListener } from './incident-listener.ts';
import { Incidents } from './incidents.ts';
import { Notifier } from './notifier.ts';
import type { AlertsOptions } from './ports.ts';
import { testNotification } from './render.ts';
import { openRulebook, type StoredRule } from './rulebook.ts';
import { createSettling } from './settle.ts';
import { openSilences } from './silences.ts';
import { Watcher } from './watcher.ts';

const LOOK_EVERY_MS = 10_000;

export interface RunningAlerts extends Alerts {
  /** Something happened to a function: an invocation ended, an event died. Cheap. */
  touch(name: string): void;
  /** A function or one of its aliases was made, changed or removed. */
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
  const channels = await Channels.open(store);
  const rulebook = await openRulebook({
    registry,
    channels,
    functions,
    metrics,
    clock,
    onChange: () => late.watcher?.rulesChanged(),
  });
  const silences = await openSilences(registry, functions, clock);
  const incidents = await Incidents.open(registry, log);
  const courier = new Courier({ queue: store.queue, channels, carriers: options.carriers, clock, log });
  const listeners = new Set<(alert: AlertView) => void>();
  const watchers = new Set<() => void>();
  /** Those that fired or got worse, and were not looked into since. */
  const undiagnosed = new Set<string>();
  /** Those whose function changed while they fired, by when. */
  const renewed = new Map<string, number>();

  const shown = (incident: Incident): AlertView => {
    const owner = incident.function === undefined ? undefined : functions.find(incident.function)?.owner;
    const silencedUntilMs = silences.of(incident)?.untilMs;
    const description = rulebook.ruleOf(incident)?.description;
    return viewOf(incident, {
      ...(owner !== undefined && { owner }),
      ...(silencedUntilMs !== undefined && { silencedUntilMs }),
      ...(description !== undefined && { description }),
    });
  };

  const tell = (incident: Incident): void => {
    for (const listener of listeners) listener(shown(incident));
  };

  const watcher = new Watcher({
    metrics,
    functions,
    clock,
    rules: () => rulebook.list(),
    changes: (scope) => rulebook.changesOf(scope),
    listener: incidentListener({ incidents, undiagnosed, clock, tell }),
    firing: new Map(incidents.firing().map(({ id, severity }) => [id, severity])),
    metricsSurviveRestart: options.metricsSurviveRestart ?? false,
  });
  late.watcher = watcher;

  const notifier = new Notifier({
    channels,
    node: options.nodeName,
    channelsOf: (incident) => rulebook.channelsOf(incident),
    repeatMsOf: (incident) => rulebook.ruleOf(incident)?.repeatMs ?? USUAL.repeatMs,
    isSilenced: (incident) => silences.of(incident) !== undefined,
    viewOf: async (incident) => shown(incidents.find(incident.id) ?? incident),
  });

  const settle = createSettling({
    ...{ incidents, undiagnosed, renewed, watcher, channels, notifier, courier, clock, log, tell },
    sources: { journal: store.journal, metrics, functions },
  });

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
    if (incidents.firing().length > 0) for (const tellLooked of watchers) tellLooked();
    settling ??= settle()
      .then(() => silences.expire())
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
    revision: rulebook.revisionOf(name),
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

  const changed = async (incident: Incident): Promise<AlertView> => {
    incidents.put(incident);
    await incidents.save();
    tell(incident);
    return shown(incident);
  };

  return {
    touch: (name) => watcher.touch(name),
    functionChanged(name) {
      watcher.functionChanged(name);
      for (const incident of incidents.firing())
        if (incident.function === name) renewed.set(incident.id, clock.monotonicMs());
    },
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
      for (const documents of [rulebook, silences, channels]) documents.close();
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

    rules: () => rulebook.list().map(([name, rule]) => ruleView(name, rule)),
    findRule(name) {
      const rule = rulebook.find(name);
      return rule && ruleView(name, rule);
    },
    putRule: async (name, rule, by, expectedRevision) =>
      ruleView(name, await rulebook.put(name, rule, by, expectedRevision)),
    removeRule: (name, expectedRevision) => rulebook.remove(name, expectedRevision),
    defaults: (functionName) => rulebook.defaults(functionName),
    defaultChanges: () => rulebook.defaultChanges(),
    putDefault: (scope, rule, change, expectedRevision) => rulebook.putDefault(scope, rule, change, expectedRevision),
    resetDefault: (scope, rule, expectedRevision) => rulebook.resetDefault(scope, rule, expectedRevision),

    channels: () => channels.list(),
    async putChannel(name, channel, expectedRevision) {
      if (channel.kind === 'function' && functions.find(channel.function) === undefined)
        throw noFunction(channel.function, ': deploy it first');
      return channels.put(name, channel, clock.now(), expectedRevision);
    },
    async removeChannel(name, expectedRevision) {
      channels.expect(name, expectedRevision);
      await rulebook.forgetChannel(name);
      return channels.remove(name, expectedRevision);
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
    routing: () => rulebook.routing(),
    putRouting: (wanted, expectedRevision) => rulebook.putRouting(wanted, expectedRevision),

    silences: () => silences.list(),
    silence: (silence, by) => silences.add(silence, by),
    unsilence: (id) => silences.remove(id),

    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    watch(onLooked) {
      const watcher = (): void => onLooked();
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
