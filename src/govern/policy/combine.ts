import type { PolicyRules } from '../../model/policy.ts';

type GitRules = NonNullable<PolicyRules['git']>;

/** What several sets of rules allow together. Of patterns in Git rules, which cannot be joined, those of the first that has any. */
export function combineRules(all: readonly PolicyRules[]): PolicyRules {
  const least = (pick: (rules: PolicyRules) => number | undefined) =>
    minimum(all.flatMap((rules) => pick(rules) ?? []));
  const common = <T>(pick: (rules: PolicyRules) => readonly T[] | undefined) =>
    all.map(pick).reduce((a, b) => intersection(a, b), undefined);
  const any = (pick: (rules: PolicyRules) => boolean | undefined) =>
    all.some((rules) => pick(rules) === true) ? true : undefined;
  const git = combineGit(all.flatMap((rules) => rules.git ?? []));
  const tags = combineTags(all);
  return withoutAbsent({
    maxMemoryMb: least((rules) => rules.maxMemoryMb),
    maxTimeoutMs: least((rules) => rules.maxTimeoutMs),
    maxConcurrency: least((rules) => rules.maxConcurrency),
    allowedRuntimes: common((rules) => rules.allowedRuntimes),
    allowedNetwork: common((rules) => rules.allowedNetwork),
    allowedHosts: common((rules) => rules.allowedHosts),
    allowedOwners: common((rules) => rules.allowedOwners),
    allowedRoles: common((rules) => rules.allowedRoles),
    recordPayloads: common((rules) => rules.recordPayloads),
    ownerRequired: any((rules) => rules.ownerRequired),
    roleRequired: any((rules) => rules.roleRequired),
    grantsByRoleOnly: any((rules) => rules.grantsByRoleOnly),
    requiredTags: Object.keys(tags).length === 0 ? undefined : tags,
    git: Object.keys(git).length === 0 ? undefined : git,
  }) as PolicyRules;
}

/** What both lists have; one that is absent has everything. */
function intersection<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.filter((item) => b.includes(item));
}

function combineTags(all: readonly PolicyRules[]): Record<string, string[]> {
  const tags: Record<string, string[]> = {};
  for (const [tag, values] of all.flatMap((rules) => Object.entries(rules.requiredTags ?? {}))) {
    const before = tags[tag] ?? [];
    // An empty list stands for any value; two that have nothing in common must not become one.
    if (before.length === 0 || values.length === 0) tags[tag] = [...before, ...values];
    else tags[tag] = before.filter((value) => values.includes(value));
  }
  return tags;
}

/** Tags of which the rules together allow no value. */
export function impossibleTags(all: readonly PolicyRules[]): string[] {
  const impossible: string[] = [];
  for (const tag of new Set(all.flatMap((rules) => Object.keys(rules.requiredTags ?? {})))) {
    const lists = all.flatMap((rules) => {
      const values = rules.requiredTags?.[tag];
      return values === undefined || values.length === 0 ? [] : [values];
    });
    const [first, ...others] = lists;
    if (first !== undefined && !first.some((value) => others.every((list) => list.includes(value))))
      impossible.push(tag);
  }
  return impossible;
}

function combineGit(all: readonly GitRules[]): GitRules {
  const any = (pick: (rules: GitRules) => boolean | undefined) =>
    all.some((rules) => pick(rules) === true) ? true : undefined;
  return withoutAbsent({
    required: any((rules) => rules.required),
    clean: any((rules) => rules.clean),
    pushed: any((rules) => rules.pushed),
    tagged: any((rules) => rules.tagged),
    branches: all.find((rules) => rules.branches !== undefined)?.branches,
    repositories: all.find((rules) => rules.repositories !== undefined)?.repositories,
  }) as GitRules;
}

function minimum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

function withoutAbsent(rules: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
