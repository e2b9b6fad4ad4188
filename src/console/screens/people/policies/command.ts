import type { Mine, Rules } from './policy.ts';

/** Rules that have an option on the command line; a policy with others is written as a file. */
const WITH_OPTION: ReadonlySet<keyof Rules> = new Set([
  'maxMemoryMb',
  'maxTimeoutMs',
  'maxConcurrency',
  'allowedRuntimes',
  'allowedNetwork',
  'ownerRequired',
  'requiredTags',
  'grantsByRoleOnly',
  'allowedRoles',
  'git',
]);

/** The command that sets the same policy. */
export function commandOf(name: string, { description, mode, message, scope, rules }: Mine): string[] {
  if (Object.keys(rules).some((rule) => !WITH_OPTION.has(rule as keyof Rules))) {
    return ['policy', 'set', name, '--file', `${name}.yaml`];
  }
  const each = (option: string, values: readonly string[] = []) => values.flatMap((value) => [option, value]);
  const { git } = rules;
  const gitRules = (['required', 'clean', 'pushed', 'tagged'] as const).filter((rule) => git?.[rule]);
  return [
    ...['policy', 'set', name],
    ...(rules.maxMemoryMb === undefined ? [] : ['--max-memory', String(rules.maxMemoryMb)]),
    ...(rules.maxTimeoutMs === undefined ? [] : ['--max-timeout', `${rules.maxTimeoutMs}ms`]),
    ...(rules.maxConcurrency === undefined ? [] : ['--max-concurrency', String(rules.maxConcurrency)]),
    ...each('--runtime', rules.allowedRuntimes),
    ...each('--network', rules.allowedNetwork),
    ...(rules.ownerRequired ? ['--require-owner'] : []),
    ...Object.entries(rules.requiredTags ?? {}).flatMap(([tag, values]) => [
      '--require-tag',
      values.length === 0 ? tag : `${tag}=${values.join('|')}`,
    ]),
    ...(rules.grantsByRoleOnly ? ['--grants-by-role'] : []),
    ...each('--allow-role', rules.allowedRoles),
    ...(gitRules.length === 0 ? [] : ['--git', gitRules.join(',')]),
    ...each('--branch', git?.branches),
    ...each('--repository', git?.repositories),
    ...each('--team', scope.teams),
    ...Object.entries(scope.tags ?? {}).flatMap(([tag, value]) => ['--tag', `${tag}=${value}`]),
    ...each('--match', scope.names),
    ...(mode === 'warn' ? ['--warn'] : []),
    ...(message === '' ? [] : ['--message', message]),
    ...(description === '' ? [] : ['--description', description]),
  ];
}
