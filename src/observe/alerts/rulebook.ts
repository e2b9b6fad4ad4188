import type { AlertRouting, AlertRule, DefaultChange } from '../../model/alert.ts';
import type { Clock } from '../../model/clock.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Alerts } from './alerts.ts';
import type { Channels } from './channels.ts';
import { checkCondition } from './check-rule.ts';
import { DEFAULT_RULES, type EffectiveRule, effectiveDefault, USUAL } from './defaults.ts';
import type { Incident } from './incident.ts';
import type { Functions } from './ports.ts';

const MAX_RULES = 2_000;
const MAX_SCOPES = 1_000;
const NO_ROUTING: AlertRouting = { default: [], owners: {} };
const ROUTING = 'all';
/** What stands where an alert's id does, in addresses. */
const RESERVED = ['rules', 'defaults', 'channels', 'routing', 'silences', 'history', 'stream'];

export type StoredRule = AlertRule & { readonly createdAtMs: number; readonly by: string };

/** Rules of one's own, changes of the defaults, and who is told. */
interface Rulebook
  extends Pick<Alerts, 'defaults' | 'defaultChanges' | 'putDefault' | 'resetDefault' | 'routing' | 'putRouting'> {
  list(): [name: string, rule: StoredRule][];
  find(name: string): StoredRule | undefined;
  /** 0 where there is none. */
  revisionOf(name: string): number;
  changesOf(scope: string): Readonly<Record<string, DefaultChange>> | undefined;
  /** The rule of an incident as it is now; `undefined` where it is gone, or was switched off. */
  ruleOf(incident: Pick<Incident, 'rule' | 'function'>): Omit<EffectiveRule, 'name'> | undefined;
  /** The channels that are told of an incident. */
  channelsOf(incident: Pick<Incident, 'rule' | 'function'>): readonly string[];
  put(name: string, rule: AlertRule, by: string, expectedRevision?: number): Promise<StoredRule>;
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  /** Nobody is told by a channel any more. Rejects with `conflict` where a rule names it. */
  forgetChannel(name: string): Promise<void>;
  close(): void;
}

interface RulebookOptions {
  readonly registry: Registry;
  readonly channels: Channels;
  readonly functions: Pick<Functions, 'find'>;
  readonly metrics: Pick<Metrics, 'list'>;
  readonly clock: Clock;
  /** Hears that rules or defaults changed. */
  onChange(): void;
}

export async function openRulebook(options: RulebookOptions): Promise<Rulebook> {
  const { registry, channels, functions, metrics, clock, onChange } = options;
  const rules = await Documents.open<StoredRule>(registry, 'alert-rule/', onChange);
  const changes = await Documents.open<Record<string, DefaultChange>>(registry, 'alert-default/', onChange);
  const routing = await Documents.open<AlertRouting>(registry, 'alert-routing/');

  const changesView = (scope: string, of: Record<string, DefaultChange>) => ({
    scope,
    revision: changes.revisionOf(scope),
    rules: of,
  });
  const routingView = () => ({ revision: routing.revisionOf(ROUTING), ...(routing.find(ROUTING) ?? NO_ROUTING) });
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

  return {
    list: () => rules.list(),
    find: (name) => rules.find(name),
    revisionOf: (name) => rules.revisionOf(name),
    changesOf: (scope) => changes.find(scope),
    ruleOf(incident) {
      const own = rules.find(incident.rule);
      if (own !== undefined) return { ...USUAL, ...own };
      const facts = incident.function === undefined ? undefined : functions.find(incident.function);
      return facts && effectiveDefault(incident.rule, facts, (scope) => changes.find(scope));
    },
    channelsOf(incident) {
      const own = rules.find(incident.rule)?.notify;
      if (own !== undefined && own.length > 0)
        return own.map((reference) => reference.slice(reference.indexOf(':') + 1));
      const { default: usual, owners } = routing.find(ROUTING) ?? NO_ROUTING;
      const owner = incident.function === undefined ? undefined : functions.find(incident.function)?.owner;
      return (owner !== undefined && Object.hasOwn(owners, owner) ? owners[owner] : undefined) ?? usual;
    },
    async put(name, rule, by, expectedRevision) {
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
      const written = (current: StoredRule | undefined): StoredRule => ({
        ...rule,
        createdAtMs: current?.createdAtMs ?? clock.now(),
        by,
      });
      return rules.update(name, written, expectedRevision);
    },
    remove: (name, expectedRevision) => rules.remove(name, expectedRevision),

    defaults(functionName) {
      const facts = functionName === undefined ? undefined : functions.find(functionName);
      if (functionName !== undefined && facts === undefined) throw noFunction(functionName);
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
    defaultChanges: () => changes.list().map(([scope, of]) => changesView(scope, of)),
    async putDefault(scope, rule, change, expectedRevision) {
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
      const merged = await changes.update(
        scope,
        (current) => ({ ...current, [rule]: { ...current?.[rule], ...change } }),
        expectedRevision,
      );
      return changesView(scope, merged);
    },
    async resetDefault(scope, rule, expectedRevision) {
      const current = changes.find(scope);
      if (current === undefined || (rule !== undefined && current[rule] === undefined)) return false;
      // What another changed meanwhile of another rule stays: it is taken back from what stands, and only from that.
      const seen = expectedRevision ?? changes.revisionOf(scope);
      const { [rule ?? '']: _reset, ...rest } = current;
      if (rule === undefined || Object.keys(rest).length === 0) return changes.remove(scope, seen);
      await changes.update(scope, () => rest, seen);
      return true;
    },

    async forgetChannel(name) {
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
    },
    routing: () => routingView(),
    async putRouting(wanted, expectedRevision) {
      for (const name of [...wanted.default, ...Object.values(wanted.owners).flat()]) demandChannel(name);
      await routing.update(ROUTING, () => wanted, expectedRevision);
      return routingView();
    },

    close() {
      for (const documents of [rules, changes, routing]) documents.close();
    },
  };
}
