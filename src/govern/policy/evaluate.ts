import type { FunctionConfig } from '../../model/function.ts';
import type { GitOrigin, VersionOrigin } from '../../model/origin.ts';
import type { Policy, PolicyRules, PolicyScope, PolicyViolation } from '../../model/policy.ts';
import { fitsPattern } from '../../model/secret.ts';

/** What policies are asked about. */
export interface PolicySubject {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly origin: VersionOrigin | undefined;
}

/** Whose an execution role is; empty for the platform's. */
export type RoleOwner = (role: string) => string;

type Broken = readonly [rule: string, message: string];

/** The policies whose scope a function is in. */
export function policiesFor(policies: readonly Policy[], subject: PolicySubject): Policy[] {
  return policies.filter(({ scope }) => isInScope(scope, subject));
}

/** Every rule that a function breaks, of all policies at once, in their order. */
export function violationsOf(
  policies: readonly Policy[],
  subject: PolicySubject,
  ownerOfRole: RoleOwner = () => '',
): PolicyViolation[] {
  return policiesFor(policies, subject).flatMap(({ name, mode, message, rules }) =>
    brokenRules(rules, subject, ownerOfRole).map(([rule, what]) => ({
      policy: name,
      mode,
      rule,
      message: message === '' ? what : `${what} (${message})`,
    })),
  );
}

function isInScope({ teams, tags, names }: PolicyScope, { name, config }: PolicySubject): boolean {
  if (teams !== undefined && !teams.includes(config.owner)) return false;
  if (names !== undefined && !fitsPattern(names, name)) return false;
  return Object.entries(tags ?? {}).every(([tag, value]) =>
    value === '*' ? Object.hasOwn(config.tags, tag) : config.tags[tag] === value,
  );
}

function brokenRules(rules: PolicyRules, { config, origin }: PolicySubject, ownerOfRole: RoleOwner): Broken[] {
  return [
    ...overLimits(rules, config),
    ...notAllowed(rules, config),
    ...missing(rules, config),
    ...ownRole(rules, config, ownerOfRole),
    ...(rules.git === undefined ? [] : gitRules(rules.git, origin?.git)),
  ];
}

function overLimits(rules: PolicyRules, config: FunctionConfig): Broken[] {
  const broken: Broken[] = [];
  const { maxMemoryMb, maxTimeoutMs, maxConcurrency } = rules;
  if (maxMemoryMb !== undefined && config.memoryMb > maxMemoryMb)
    broken.push(['maxMemoryMb', `memory is ${config.memoryMb} MB, and ${maxMemoryMb} MB is the limit`]);
  if (maxTimeoutMs !== undefined && config.timeoutMs > maxTimeoutMs)
    broken.push(['maxTimeoutMs', `the timeout is ${config.timeoutMs} ms, and ${maxTimeoutMs} ms is the limit`]);
  if (maxConcurrency !== undefined && config.maxConcurrency > maxConcurrency)
    broken.push(['maxConcurrency', `maxConcurrency is ${config.maxConcurrency}, and ${maxConcurrency} is the limit`]);
  return broken;
}

function notAllowed(rules: PolicyRules, config: FunctionConfig): Broken[] {
  const broken: Broken[] = [];
  const oneOf = (
    rule: keyof PolicyRules,
    what: string,
    value: string,
    allowed: readonly string[] | undefined,
  ): void => {
    if (allowed !== undefined && !allowed.includes(value))
      broken.push([rule, `${what} is ${value === '' ? 'empty' : value}, and only ${listed(allowed)} may be`]);
  };
  oneOf('allowedRuntimes', 'the runtime', config.runtime, rules.allowedRuntimes);
  oneOf('allowedNetwork', 'network', config.network, rules.allowedNetwork);
  oneOf('allowedOwners', 'the owner', config.owner, rules.allowedOwners);
  oneOf('recordPayloads', 'recordPayloads', config.recordPayloads, rules.recordPayloads);
  if (config.role !== '') oneOf('allowedRoles', 'the role', config.role, rules.allowedRoles);
  const { allowedHosts } = rules;
  const hosts = config.networkHosts.filter((host) => allowedHosts !== undefined && !allowedHosts.includes(host));
  if (hosts.length > 0)
    broken.push(['allowedHosts', `networkHosts has ${listed(hosts)}, and only ${listed(allowedHosts!)} may be`]);
  return broken;
}

function missing(rules: PolicyRules, config: FunctionConfig): Broken[] {
  const broken: Broken[] = [];
  if (rules.ownerRequired === true && config.owner === '')
    broken.push(['ownerRequired', 'there is no owner: name the team that is on call for it']);
  for (const [tag, values] of Object.entries(rules.requiredTags ?? {})) {
    const value = Object.hasOwn(config.tags, tag) ? config.tags[tag] : undefined;
    if (value === undefined)
      broken.push([
        `requiredTags.${tag}`,
        `the tag ${tag} is missing${values.length > 0 ? `: ${listed(values)}` : ''}`,
      ]);
    else if (values.length > 0 && !values.includes(value))
      broken.push([`requiredTags.${tag}`, `the tag ${tag} is "${value}", and only ${listed(values)} may be`]);
  }
  if (rules.grantsByRoleOnly === true && config.grants.length > 0)
    broken.push([
      'grantsByRoleOnly',
      `it has the grant ${listed(config.grants)} of its own: give it an execution role instead`,
    ]);
  if (rules.roleRequired === true && config.role === '')
    broken.push(['roleRequired', 'there is no execution role: fob execution-role list shows which there are']);
  return broken;
}

/** A role that a function's authors made for it is like grants of its own: who decides about roles means the platform's. */
function ownRole(rules: PolicyRules, { role }: FunctionConfig, ownerOfRole: RoleOwner): Broken[] {
  const rule = rules.grantsByRoleOnly === true ? 'grantsByRoleOnly' : rules.allowedRoles && 'allowedRoles';
  const owner = role === '' ? '' : ownerOfRole(role);
  if (rule === undefined || owner === '') return [];
  return [[rule, `the role ${role} is ${owner}'s own: ask those who write policies for one of the platform`]];
}

function gitRules(rules: NonNullable<PolicyRules['git']>, git: GitOrigin | undefined): Broken[] {
  const { required, clean, pushed, tagged, branches, repositories } = rules;
  if (git === undefined) {
    // Any other rule of Git demands that there is one.
    return [required, clean, pushed, tagged, branches, repositories].some(
      (rule) => rule !== undefined && rule !== false,
    )
      ? [['git.required', 'the code does not come from a Git repository: commit it, and deploy the repository']]
      : [];
  }
  const broken: Broken[] = [];
  const commit = git.commit.slice(0, 12);
  if (clean === true && !git.clean)
    broken.push(['git.clean', 'the folder differs from its commit: commit the changes first']);
  if (pushed === true && git.pushed !== true)
    broken.push([
      'git.pushed',
      `the commit ${commit} is on no remote${git.pushed === undefined ? ' that is known' : ''}: push it first`,
    ]);
  if (tagged === true && git.tag === undefined)
    broken.push(['git.tagged', `the commit ${commit} has no tag: deploy a tag`]);
  if (branches !== undefined && !(git.branch !== undefined && fitsPattern(branches, git.branch)))
    broken.push(['git.branches', `the branch is ${git.branch ?? 'not known'}, and only ${listed(branches)} may be`]);
  if (repositories !== undefined && !fitsPattern(repositories, git.repository))
    broken.push(['git.repositories', `the repository is ${git.repository}, and only ${listed(repositories)} may be`]);
  return broken;
}

function listed(values: readonly string[]): string {
  if (values.length === 0) return 'nothing';
  const shown = values.slice(0, 8).join(', ');
  return values.length > 8 ? `${shown} and ${values.length - 8} more` : shown;
}
