import type { IncomingMessage } from 'node:http';
import { differences } from '../govern/audit/changes.ts';
import { parseDestination } from '../model/destination.ts';
import type { ExecutionRole } from '../model/execution-role.ts';
import type { FunctionConfig, StoredFunction } from '../model/function.ts';
import type { Action } from '../model/permission.ts';
import { Problem } from '../model/problem.ts';
import { noteAudit } from './audit.ts';
import type { DoorContext } from './context.ts';
import { demand, type Principal, principalOf } from './principal.ts';

/** What a grant that names no access holds, of each kind. */
const ALL_ACCESS: Readonly<Record<string, readonly Action[]>> = {
  bucket: ['bucket:read', 'bucket:write', 'bucket:manage'],
  queue: ['queue:send', 'queue:receive', 'queue:manage'],
  topic: ['topic:publish', 'topic:manage'],
  kv: ['kv:read', 'kv:write', 'kv:manage'],
  function: ['function:invoke'],
};
const OF_DESTINATIONS: Readonly<Record<string, Action>> = {
  function: 'function:invoke',
  queue: 'queue:send',
  topic: 'topic:publish',
  bucket: 'bucket:write',
};

/**
 * Throws `forbidden` where whoever asks may not make this version: the function as it is and as it is to be must be theirs to
 * deploy or configure, and what it is newly granted, or newly sends to, theirs to touch; otherwise one could write a function that does
 * what oneself may not. Returns the settings; a new function whose owner is not said is owned by whoever makes it: by their
 * team, where they have just one.
 */
export function permitVersion(
  { engine }: Pick<DoorContext, 'engine'>,
  req: IncomingMessage,
  action: 'function:deploy' | 'function:configure',
  name: string | undefined,
  config: Partial<FunctionConfig>,
): Partial<FunctionConfig> {
  const principal = principalOf(req);
  if (principal.kind === 'operator') return config;
  const current = name === undefined ? undefined : engine.find(name)?.document.config;
  const owner = config.owner ?? current?.owner ?? ownName(principal);
  const tags = config.tags ?? current?.tags ?? {};
  demand(req, action, `function:${name ?? ''}`, { owner, tags });
  for (const grant of added(current?.grants, config.grants)) demandGrant(req, grant);
  for (const setting of ['onSuccess', 'onFailure'] as const) {
    const destination = config[setting];
    if (destination !== undefined && destination !== current?.[setting]) demandDestination(req, destination);
  }
  return current === undefined ? withOwner(principal, config) : config;
}

/** The settings of a new function as they are when this one makes it: owned by whoever makes it, where that is not said. */
export function withOwner(principal: Principal, config: Partial<FunctionConfig>): Partial<FunctionConfig> {
  const owner = config.owner ?? ownName(principal);
  return principal.kind === 'operator' || config.owner !== undefined || owner === '' ? config : { ...config, owner };
}

/** Who is to own what somebody makes and says nothing of: their team, where they have just one. */
function ownName({ teams, user }: Principal): string {
  return teams.length === 1 ? teams[0]! : (user ?? '');
}

/** Whether whoever asks may write every execution role, whatever it grants. */
export function writesAllRoles(req: IncomingMessage, name: string): boolean {
  const { kind, may } = principalOf(req);
  return kind === 'operator' || may('policy:write', `execution-role:${name}`);
}

/**
 * Throws `forbidden` where whoever asks may not write this execution role: it must be theirs as it is and as it is to be, and what
 * it newly grants theirs to touch. Those who write policies may write any. Returns whose it is to be; a new one whose owner is not said is owned by
 * whoever makes it, and by the platform where they write policies.
 */
export function permitRole(
  req: IncomingMessage,
  name: string,
  before: Pick<ExecutionRole, 'owner' | 'grants'> | undefined,
  next: { readonly owner?: string | undefined; readonly grants: readonly string[] },
): string {
  const given = next.owner ?? before?.owner;
  if (writesAllRoles(req, name)) return given ?? '';
  const owner = given ?? ownName(principalOf(req));
  demand(req, 'role:write', `execution-role:${name}`, { owner });
  for (const grant of added(before?.grants, next.grants)) demandGrant(req, grant);
  return owner;
}

/** Throws `forbidden` where an access key would get what whoever makes it may not do; `undefined` is everything. */
export function demandGrants(req: IncomingMessage, grants: readonly string[] | undefined): void {
  if (principalOf(req).kind === 'operator') return;
  const wanted = grants ?? Object.keys(ALL_ACCESS).map((kind) => `${kind}:*`);
  for (const grant of wanted) demandGrant(req, grant);
}

function added(before: readonly string[] = [], after: readonly string[] = []): string[] {
  return after.filter((each) => !before.includes(each));
}

function demandGrant(req: IncomingMessage, grant: string): void {
  const [kind = '', name = '', access] = grant.split(':');
  // Who may write a secret says who gets it.
  const whole: readonly Action[] = kind === 'secret' ? ['secret:write'] : (ALL_ACCESS[kind] ?? []);
  const actions = access === undefined ? whole : [`${kind}:${access}` as Action];
  for (const action of actions) explaining(req, action, `${kind}:${name}`, `the grant '${grant}'`);
}

function demandDestination(req: IncomingMessage, text: string): void {
  if (text === '') return;
  const destination = parseDestination(text);
  const action = OF_DESTINATIONS[destination.kind];
  // An address outside is for network rules and policies.
  if (action === undefined || !('name' in destination)) return;
  explaining(req, action, `${destination.kind}:${destination.name}`, `the destination '${text}'`);
}

function explaining(req: IncomingMessage, action: Action, resource: string, what: string): void {
  try {
    demand(req, action, resource);
  } catch (cause) {
    const { message, details } = cause as Problem;
    throw new Problem('forbidden', `${what} gives what you may not do yourself: ${message}`, {
      cause,
      ...(details && { details }),
    });
  }
}

/** Says for the audit trail what a version changed: its code by its digest, and the settings that differ. */
export function noteVersion(
  req: IncomingMessage,
  before: StoredFunction | undefined,
  { document }: StoredFunction,
): void {
  const of = ({ version, code, config }: StoredFunction['document']) => ({
    version,
    code: code.sourceDigest,
    ...config,
  });
  const changed = differences(before === undefined ? {} : of(before.document), of(document));
  const isNew = before === undefined;
  noteAudit(req, {
    subject: `function:${document.name}`,
    ...(isNew ? {} : { before: changed.before }),
    after: isNew
      ? { version: document.version, code: document.code.sourceDigest, owner: document.config.owner }
      : changed.after,
    ...(document.origin?.git !== undefined && { details: { commit: document.origin.git.commit } }),
  });
}

/** The names by which whoever asks may give execution roles to functions; those who write policies give any. */
export function assigningTeams(req: IncomingMessage): readonly string[] | 'all' {
  const { kind, teams, user, may } = principalOf(req);
  if (kind === 'operator' || may('policy:write', '*')) return 'all';
  return user === undefined ? teams : [...teams, user];
}
