import { LEAST, type Policy, type PolicyRules, type PolicyScope } from '../../model/policy.ts';
import { fitsPattern } from '../../model/secret.ts';
import { combineRules, impossibleTags } from './combine.ts';

/** Why nothing could be deployed where these policies hold. */
interface Lockout {
  /** The policies that do so together. */
  readonly policies: readonly string[];
  readonly why: string;
}

/**
 * Looks whether policies that are enforced leave nothing that a function could be: alone, or with others that hold wherever
 * they hold. What depends on the code, such as rules of Git, can always be met.
 */
export function findLockout(policies: readonly Policy[], runtimes: readonly string[]): Lockout | undefined {
  const enforced = policies.filter(({ mode }) => mode === 'enforce');
  for (const policy of enforced) {
    const together = enforced.filter((other) => other === policy || covers(other.scope, policy.scope));
    if (impossible(together, policy.scope, runtimes) === undefined) continue;
    // Those without which it would be just as impossible have nothing to do with it.
    let guilty = together;
    for (const one of together) {
      const others = guilty.filter((other) => other !== one);
      if (impossible(others, policy.scope, runtimes) !== undefined) guilty = others;
    }
    const why = impossible(guilty, policy.scope, runtimes)!;
    return { policies: guilty.map(({ name }) => name), why };
  }
  return undefined;
}

function impossible(policies: readonly Policy[], scope: PolicyScope, runtimes: readonly string[]): string | undefined {
  const all = policies.map((policy) => policy.rules);
  const rules = combineRules(all);
  return tooLittle(rules) ?? noChoice(rules, runtimes) ?? noOwner(rules, scope) ?? noTag(all, scope) ?? noRole(rules);
}

function tooLittle({ maxMemoryMb, maxTimeoutMs, maxConcurrency }: PolicyRules): string | undefined {
  if (maxMemoryMb !== undefined && maxMemoryMb < LEAST.memoryMb)
    return `maxMemoryMb is ${maxMemoryMb}, and no function has less than ${LEAST.memoryMb}`;
  if (maxTimeoutMs !== undefined && maxTimeoutMs < LEAST.timeoutMs)
    return `maxTimeoutMs is ${maxTimeoutMs}, and no function has less than ${LEAST.timeoutMs}`;
  if (maxConcurrency !== undefined && maxConcurrency < LEAST.maxConcurrency)
    return `maxConcurrency is ${maxConcurrency}, and no function has less than ${LEAST.maxConcurrency}`;
  return undefined;
}

function noChoice(rules: PolicyRules, runtimes: readonly string[]): string | undefined {
  const { allowedRuntimes, allowedNetwork, allowedHosts, recordPayloads } = rules;
  if (allowedRuntimes !== undefined && !allowedRuntimes.some((runtime) => runtimes.includes(runtime)))
    return `allowedRuntimes leaves no runtime of this node: it has ${runtimes.join(', ')}`;
  if (allowedNetwork?.length === 0) return 'allowedNetwork leaves no rule for the network';
  if (allowedHosts?.length === 0 && allowedNetwork?.every((rule) => rule === 'hosts') === true)
    return 'allowedNetwork leaves only "hosts", and allowedHosts leaves no host';
  if (recordPayloads?.length === 0) return 'recordPayloads leaves none of none, failed, all';
  return undefined;
}

function noOwner({ allowedOwners }: PolicyRules, { teams }: PolicyScope): string | undefined {
  if (allowedOwners === undefined) return undefined;
  if (allowedOwners.length === 0) return 'allowedOwners leaves no owner';
  if (teams !== undefined && !teams.some((team) => allowedOwners.includes(team)))
    return 'allowedOwners has none of the teams that the scope is about';
  return undefined;
}

function noTag(all: readonly PolicyRules[], { tags = {} }: PolicyScope): string | undefined {
  const scoped = Object.entries(tags).flatMap(([tag, value]) =>
    value === '*' ? [] : [{ requiredTags: { [tag]: [value] } }],
  );
  const [tag] = impossibleTags(all);
  if (tag !== undefined) return `requiredTags leaves no value for the tag "${tag}"`;
  const required = new Set(all.flatMap((rules) => Object.keys(rules.requiredTags ?? {})));
  const other = impossibleTags([...all, ...scoped]).find((each) => required.has(each));
  return other === undefined ? undefined : `requiredTags allows the tag "${other}" no value that the scope is about`;
}

function noRole({ roleRequired, allowedRoles, allowedNetwork, allowedHosts }: PolicyRules): string | undefined {
  if (roleRequired !== true) return undefined;
  if (allowedRoles?.length === 0) return 'roleRequired demands a role, and allowedRoles leaves none';
  const networks = allowedNetwork?.filter(
    (rule) => rule !== 'none' && !(rule === 'hosts' && allowedHosts?.length === 0),
  );
  if (networks?.length === 0)
    return 'roleRequired demands a role, which needs a network, and allowedNetwork leaves only "none"';
  return undefined;
}

/** Whether everything that is in `inner` is in `outer` for certain. */
function covers(outer: PolicyScope, inner: PolicyScope): boolean {
  const { teams, names, tags } = outer;
  if (teams !== undefined && !(inner.teams?.every((team) => teams.includes(team)) ?? false)) return false;
  if (names !== undefined && !(inner.names?.every((name) => isWithin(name, names)) ?? false)) return false;
  return Object.entries(tags ?? {}).every(([tag, value]) => {
    const within = inner.tags?.[tag];
    return within !== undefined && (value === '*' || value === within);
  });
}

function isWithin(pattern: string, patterns: readonly string[]): boolean {
  if (!pattern.endsWith('*')) return fitsPattern(patterns, pattern);
  const start = pattern.slice(0, -1);
  return patterns.some((outer) => outer.endsWith('*') && start.startsWith(outer.slice(0, -1)));
}
