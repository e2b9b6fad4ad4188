import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { NETWORK_RULES, type NetworkRule } from '../../model/network.ts';
import type { Policy, PolicyRules, PolicyScope } from '../../model/policy.ts';
import { collect, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration, parseDurationMs, parseMemoryMb } from '../human.ts';

/** What a policy can be made of on the command line. */
export interface PolicyOptions {
  readonly file?: string;
  readonly maxMemory?: string;
  readonly maxTimeout?: string;
  readonly maxConcurrency?: number;
  readonly runtime?: readonly string[];
  readonly network?: readonly string[];
  readonly requireOwner?: boolean;
  readonly requireTag?: readonly string[];
  readonly git?: string;
  readonly branch?: readonly string[];
  readonly repository?: readonly string[];
  readonly grantsByRole?: boolean;
  readonly allowRole?: readonly string[];
  readonly team?: readonly string[];
  readonly tag?: readonly string[];
  readonly match?: readonly string[];
  readonly warn?: boolean;
  readonly message?: string;
  readonly description?: string;
}

type PolicyBody = Partial<Omit<Policy, 'name'>> & { readonly rules: PolicyRules };

const GIT_RULES = ['required', 'clean', 'pushed', 'tagged'] as const;

export function addPolicyOptions(command: Command): Command {
  return command
    .option('--max-memory <size>', 'most memory: 256, 512m, 1g')
    .option('--max-timeout <duration>', 'longest timeout: 30s, 5m')
    .option('--max-concurrency <n>', 'most calls at once', wholeNumber('--max-concurrency', 0))
    .option('--runtime <name>', 'a runtime that is allowed; may be given several times', collect)
    .option('--network <rule>', `allowed: ${NETWORK_RULES.join(', ')}; may be given several times`, collect)
    .option('--require-owner', 'there must be an owner')
    .option('--require-tag <name[=value|value]>', 'a tag that must be there; may be given several times', collect)
    .option('--git <rules>', `rules of Git: ${GIT_RULES.join(',')}`)
    .option('--branch <name>', 'a branch that code may come from, or release/*; may be given several times', collect)
    .option(
      '--repository <url>',
      'where code may come from, or https://git.example/*; may be given several times',
      collect,
    )
    .option('--grants-by-role', 'no grants of its own, only those of an execution role')
    .option('--allow-role <name>', 'an execution role that is allowed; may be given several times', collect)
    .option('--team <owner>', 'only functions of this owner; may be given several times', collect)
    .option('--tag <name=value>', 'only functions with this tag; may be given several times', collect)
    .option('--match <name>', 'only functions of this name, or shop-*; may be given several times', collect)
    .option('--warn', 'tell what breaks it, and let it pass')
    .option('--message <text>', 'what people are told besides, such as whom to ask')
    .option('--description <text>', 'what it is for');
}

/** The policy that a file and options make, the options over the file. */
export async function policyOf(options: PolicyOptions): Promise<PolicyBody> {
  const file: Partial<PolicyBody> = options.file === undefined ? {} : await readPolicyFile(options.file);
  const scope = { ...file.scope, ...scopeOf(options) };
  const rules = { ...file.rules, ...rulesOf(options) };
  const { warn, message = file.message, description = file.description } = options;
  if (Object.keys(rules).length === 0)
    throw new Failure(EXIT.usage, 'the policy has no rules: name one, such as --max-memory 512');
  return {
    ...(warn === true ? { mode: 'warn' as const } : file.mode !== undefined && { mode: file.mode }),
    ...(message !== undefined && { message }),
    ...(description !== undefined && { description }),
    ...{ scope, rules },
  };
}

/** The rules in a few words, for one cell of a table. */
export function rulesInWords(rules: PolicyRules): string {
  const parts: string[] = [];
  const { maxMemoryMb, maxTimeoutMs, maxConcurrency, requiredTags = {}, git = {} } = rules;
  if (maxMemoryMb !== undefined) parts.push(`memory ≤ ${maxMemoryMb} MB`);
  if (maxTimeoutMs !== undefined) parts.push(`timeout ≤ ${formatDuration(maxTimeoutMs)}`);
  if (maxConcurrency !== undefined) parts.push(`concurrency ≤ ${maxConcurrency}`);
  for (const [words, values] of [
    ['runtime', rules.allowedRuntimes],
    ['network', rules.allowedNetwork],
    ['hosts', rules.allowedHosts],
    ['owner', rules.allowedOwners],
    ['role', rules.allowedRoles],
    ['recording', rules.recordPayloads],
  ] as const) {
    if (values !== undefined) parts.push(`${words} ${values.join('|') || 'none'}`);
  }
  for (const [tag, values] of Object.entries(requiredTags))
    parts.push(`tag ${tag}${values.length > 0 ? `=${values.join('|')}` : ''}`);
  if (rules.ownerRequired) parts.push('an owner');
  if (rules.roleRequired) parts.push('a role');
  if (rules.grantsByRoleOnly) parts.push('grants only by role');
  for (const rule of GIT_RULES) if (git[rule]) parts.push(rule === 'required' ? 'from Git' : `${rule} commits`);
  if (git.branches !== undefined) parts.push(`branch ${git.branches.join('|')}`);
  if (git.repositories !== undefined) parts.push(`repository ${git.repositories.join('|')}`);
  return parts.join(', ');
}

export function scopeInWords({ teams, tags, names }: PolicyScope): string {
  const parts = [
    ...(teams === undefined ? [] : [`team ${teams.join('|')}`]),
    ...Object.entries(tags ?? {}).map(([tag, value]) => `tag ${tag}=${value}`),
    ...(names === undefined ? [] : [names.join('|')]),
  ];
  return parts.length === 0 ? 'all' : parts.join(', ');
}

function scopeOf({ team, tag, match }: PolicyOptions): PolicyScope {
  return {
    ...(team !== undefined && { teams: [...team] }),
    ...(tag !== undefined && { tags: Object.fromEntries(tag.map((text) => splitTag(text, '--tag', '*'))) }),
    ...(match !== undefined && { names: [...match] }),
  };
}

function rulesOf(options: PolicyOptions): PolicyRules {
  const { maxMemory, maxTimeout, maxConcurrency, runtime, network, requireTag, allowRole } = options;
  const git = gitOf(options);
  return {
    ...(maxMemory !== undefined && { maxMemoryMb: parseMemoryMb(maxMemory, '--max-memory') }),
    ...(maxTimeout !== undefined && { maxTimeoutMs: parseDurationMs(maxTimeout, '--max-timeout') }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(runtime !== undefined && { allowedRuntimes: [...runtime] }),
    ...(network !== undefined && { allowedNetwork: network.map(networkRule) }),
    ...(options.requireOwner && { ownerRequired: true }),
    ...(requireTag !== undefined && { requiredTags: Object.fromEntries(requireTag.map(requiredTag)) }),
    ...(options.grantsByRole && { grantsByRoleOnly: true }),
    ...(allowRole !== undefined && { allowedRoles: [...allowRole] }),
    ...(Object.keys(git).length > 0 && { git }),
  };
}

function gitOf({ git, branch, repository }: PolicyOptions): NonNullable<PolicyRules['git']> {
  const rules = git === undefined ? [] : git.split(',').map((word) => word.trim());
  const unknown = rules.find((rule) => !GIT_RULES.some((known) => known === rule));
  if (unknown !== undefined) throw new Failure(EXIT.usage, `--git: "${unknown}" is none of ${GIT_RULES.join(', ')}`);
  return {
    ...Object.fromEntries(rules.map((rule) => [rule, true])),
    ...(branch !== undefined && { branches: [...branch] }),
    ...(repository !== undefined && { repositories: [...repository] }),
  };
}

function networkRule(text: string): NetworkRule {
  const rule = NETWORK_RULES.find((each) => each === text);
  if (rule !== undefined) return rule;
  throw new Failure(EXIT.usage, `--network: "${text}" is none of ${NETWORK_RULES.join(', ')}`);
}

function requiredTag(text: string): [string, string[]] {
  const [tag, values] = splitTag(text, '--require-tag', '');
  return [tag, values === '' ? [] : values.split('|')];
}

function splitTag(text: string, option: string, otherwise: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals === 0) throw new Failure(EXIT.usage, `${option}: "${text}" has no name`);
  return equals === -1 ? [text, otherwise] : [text.slice(0, equals), text.slice(equals + 1)];
}

async function readPolicyFile(path: string): Promise<Partial<PolicyBody>> {
  const content =
    path === '-'
      ? await text(process.stdin)
      : await readFile(path, 'utf8').catch((cause: unknown) => {
          throw new Failure(EXIT.notFound, `there is no file ${path} to read`, { cause });
        });
  let read: unknown;
  try {
    read = parse(content);
  } catch (cause) {
    throw new Failure(EXIT.usage, `${path} is neither YAML nor JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new Failure(EXIT.usage, `${path} holds no policy: rules, and where they are wanted scope, mode, message`);
  // As it is shown, it says more than it takes.
  const { scope, rules, mode, message, description } = read as Partial<PolicyBody>;
  return Object.fromEntries(
    Object.entries({ scope, rules, mode, message, description }).filter(([, value]) => value !== undefined),
  );
}
