import type { Api } from '../../../api/types.gen.ts';
import { formatDuration } from '../../../ui/format.ts';
import { listText } from '../statement.ts';

export type Policy = Api['GET /v1/policies/{name}']['answer'];
export type Rules = Policy['rules'];
export type Scope = Policy['scope'];
export type Violations = Api['GET /v1/policies/violations']['answer']['violations'];

/** What one can say of a policy. */
export interface Mine {
  readonly description: string;
  readonly mode: Policy['mode'];
  readonly message: string;
  readonly scope: Scope;
  readonly rules: Rules;
}

const GIT: Readonly<Record<string, string>> = {
  required: 'the code comes from a Git repository',
  clean: 'nothing differed from the commit',
  pushed: 'the commit was pushed',
  tagged: 'the commit has a tag',
};

/** What a policy demands, a sentence each. */
export function sentencesOf(rules: Rules): string[] {
  const { git, requiredTags } = rules;
  const of = (list: readonly string[] | undefined, nothing: string) =>
    list === undefined ? undefined : list.length === 0 ? nothing : listText(list, 'or');
  const line = (text: string | undefined, before: string) => (text === undefined ? [] : [`${before}${text}`]);
  return [
    ...line(rules.maxMemoryMb === undefined ? undefined : `${rules.maxMemoryMb} MB`, 'at most '),
    ...line(rules.maxTimeoutMs === undefined ? undefined : formatDuration(rules.maxTimeoutMs), 'a timeout of at most '),
    ...line(rules.maxConcurrency === undefined ? undefined : `${rules.maxConcurrency} invocations at once`, 'at most '),
    ...line(of(rules.allowedRuntimes, 'none'), 'the runtime is '),
    ...(rules.ownerRequired ? ['there is an owner'] : []),
    ...line(of(rules.allowedOwners, 'nobody'), 'the owner is '),
    ...Object.entries(requiredTags ?? {}).map(([name, values]) =>
      values.length === 0 ? `there is the tag ${name}` : `the tag ${name} is ${listText(values, 'or')}`,
    ),
    ...line(of(rules.allowedNetwork, 'none'), 'the network is '),
    ...line(of(rules.allowedHosts, 'none'), 'the hosts that it reaches are '),
    ...(rules.grantsByRoleOnly ? ['grants come from an execution role only'] : []),
    ...(rules.roleRequired ? ['there is an execution role'] : []),
    ...line(of(rules.allowedRoles, 'none'), 'the execution role is '),
    ...line(of(rules.recordPayloads, 'none'), 'payloads that are recorded: '),
    ...Object.entries(GIT).flatMap(([name, text]) => (git?.[name as 'clean'] ? [text] : [])),
    ...line(of(git?.branches, 'none'), 'the branch is '),
    ...line(of(git?.repositories, 'none'), 'the repository is '),
  ];
}

/** Which functions a policy is about, in words. */
export function scopeText({ teams, tags, names }: Scope): string {
  const tagged = Object.entries(tags ?? {}).map(([name, value]) => `${name}=${value}`);
  const parts = [
    teams && `owned by ${listText(teams, 'or')}`,
    tagged.length > 0 && `tagged ${listText(tagged)}`,
    names && `named ${listText(names, 'or')}`,
  ].filter(Boolean);
  return parts.length === 0 ? 'all functions' : `functions ${parts.join(' and ')}`;
}
