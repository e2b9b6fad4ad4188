import type { Clock } from '../../model/clock.ts';
import type { StoredFunction } from '../../model/function.ts';
import type { Principal, TokenScopes } from '../../model/identity.ts';
import type { Action } from '../../model/permission.ts';
import type { ResourceAttributes } from '../../model/rule.ts';
import { type Asker, allowsAny, type Decision, decide, type GrantedRole, isLike } from '../../model/rule.ts';
import { BUILT_IN_ROLES } from './built-in-roles.ts';
import { type Directory, grantedTo, type StoredToken } from './directory.ts';
import type { TokenOwner } from './identity.ts';
import { type FunctionLookup, identifyResource, type Owners } from './ownership.ts';
import { hasHash, isSameSecret, parseToken } from './tokens.ts';

/** What a token of nobody is compared with, so that it takes as long. */
const NO_HASH = Buffer.alloc(43);
/** Answers about functions that are remembered of each principal. */
const MAX_REMEMBERED = 2_000;

/** What somebody may do: their roles, and what their token is narrowed to. */
export interface Powers {
  readonly who: string;
  readonly asker: Asker;
  readonly granted: readonly GrantedRole[];
  readonly narrowed?: {
    readonly granted?: readonly GrantedRole[];
    readonly actions?: readonly string[];
    readonly token: string;
  };
  /** How access lists of functions name it. */
  readonly callers: readonly string[];
}

const FUNCTION = 'function:';
/** What is done to records of a function, which outlive it. */
const OF_RECORDS: ReadonlySet<string> = new Set([
  'logs:read',
  'metrics:read',
  'traces:read',
  'event:read',
  'function:payloads',
] satisfies Action[]);

interface Known {
  readonly principal: Principal;
  readonly expiresAtMs: number;
  readonly hash: Uint8Array;
  /** What was found right by its hash: later requests are compared with it, which takes a tenth of the time. */
  secret?: Uint8Array;
}

interface PrincipalsOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly functionOf: FunctionLookup;
  readonly ownerOfRole: Owners['ownerOfRole'];
  readonly helpers: () => string;
  readonly onUse: (tokenId: string) => void;
}

/** Tells who a token's owner is and decides what they may do, from memory. */
export class Principals {
  private readonly options: PrincipalsOptions;
  private readonly known = new Map<string, Known>();

  constructor(options: PrincipalsOptions) {
    this.options = options;
  }

  /** To be called at every change: what was found out before holds no longer. */
  forget(): void {
    this.known.clear();
  }

  authenticate(text: string): Principal | undefined {
    const parsed = parseToken(text);
    if (parsed === undefined) return undefined;
    const { id, secret } = parsed;
    const known = this.known.get(id) ?? this.open(id);
    if (known?.secret === undefined || !isSameSecret(secret, known.secret)) {
      if (!hasHash(secret, known?.hash ?? NO_HASH) || known === undefined) return undefined;
      known.secret = Buffer.from(secret, 'latin1');
    }
    if (this.options.clock.now() >= known.expiresAtMs) return undefined;
    this.options.onUse(id);
    return known.principal;
  }

  /** Somebody without a token: what they asked for earlier is done now. */
  actingFor(owner: TokenOwner, sinceMs: number): Principal | undefined {
    return this.ownerIsGood({ owner, createdAtMs: sinceMs }) ? this.principalOf(undefined, { owner }) : undefined;
  }

  /** Whether a function's list says yes or no to this caller; `undefined` where it has none, or it does not keep it from others. */
  listed(callers: readonly string[], functionName: string): boolean | undefined {
    const { directory } = this.options;
    if (!directory.hasAccess) return undefined;
    const access = directory.access.find(functionName);
    if (access === undefined) return undefined;
    if (access.deny?.some((each) => callers.includes(each))) return false;
    return access.allow === undefined ? undefined : access.allow.some((each) => callers.includes(each));
  }

  /** Whom a function's list denies by whom this caller is kept out; `undefined` where it does not deny them. */
  deniedAs(callers: readonly string[], functionName: string): string | undefined {
    return this.options.directory.access.find(functionName)?.deny?.find((each) => callers.includes(each));
  }

  /** What the owner of a token, or of none in particular, may do. */
  powersOf(owner: TokenOwner, token?: { readonly id: string; readonly scopes?: TokenScopes }): Powers {
    const { directory } = this.options;
    const isUser = 'user' in owner;
    const teams = isUser ? directory.teamsOf(owner.user) : [owner.team];
    const who = isUser ? `user ${owner.user}` : `team ${owner.team}`;
    const scopes = token?.scopes;
    return {
      who,
      asker: isUser ? { user: owner.user, teams } : { teams },
      granted: grantedTo(owner, teams, directory),
      callers: [
        '*',
        ...(isUser ? [`user:${owner.user}`] : []),
        ...teams.map((team) => `team:${team}`),
        ...(token === undefined ? [] : [`token:${token.id}`]),
      ],
      ...(scopes !== undefined && {
        narrowed: {
          token: token!.id,
          ...(scopes.actions !== undefined && { actions: scopes.actions }),
          ...(scopes.roles !== undefined && { granted: this.rolesNamed(scopes.roles, `token ${token!.id}`) }),
        },
      }),
    };
  }

  /** Decides; with `as`, for what is to have other attributes both as it is and as it is to be. */
  decide(powers: Powers, action: string, resource: string, as?: ResourceAttributes): Decision {
    const identified = this.identify(resource);
    if (as !== undefined && identified.exists) {
      const now = this.decideFor(powers, action, identified.resource, identified.attributes);
      if (!now.allowed) return now;
    }
    const { attributes } = identified.exists ? identified : this.formerly(action, identified);
    return this.decideFor(powers, action, identified.resource, as ?? attributes);
  }

  /** Of a function that is gone, records are left: whoever might see them may still. */
  private formerly(action: string, identified: ReturnType<Principals['identify']>): { attributes: ResourceAttributes } {
    if (!OF_RECORDS.has(action) || !identified.resource.startsWith(FUNCTION)) return identified;
    const removed = this.options.directory.removed.find(identified.resource.slice(FUNCTION.length));
    return removed === undefined ? identified : { attributes: { owner: removed.owner, tags: removed.tags } };
  }

  identify(resource: string): ReturnType<typeof identifyResource> {
    const { directory, functionOf, ownerOfRole } = this.options;
    return identifyResource(resource, {
      functionOf,
      ownerOfRole,
      has: (name) => directory.users.find(name) !== undefined || directory.teams.find(name) !== undefined,
      beginning: (text) =>
        [...directory.users.list(), ...directory.teams.list()].flatMap(([name]) =>
          name.startsWith(text) ? [name] : [],
        ),
    });
  }

  private decideFor(powers: Powers, action: string, resource: string, attributes: ResourceAttributes): Decision {
    const { asker, granted, narrowed } = powers;
    const question = { action, resource, attributes };
    if (narrowed?.actions !== undefined && !narrowed.actions.some((each) => isLike(each, action))) {
      return { allowed: false };
    }
    if (narrowed?.granted !== undefined) {
      const decision = decide(narrowed.granted, asker, question);
      if (!decision.allowed) return decision;
    }
    const decision = decide(granted, asker, question);
    if (action !== 'function:invoke' || decision.by?.statement.effect === 'deny') return decision;
    const listed = this.listed(powers.callers, resource.slice('function:'.length));
    return listed === undefined || listed === decision.allowed ? decision : { allowed: listed };
  }

  private mayAny({ granted, narrowed }: Powers, action: string): boolean {
    if (narrowed?.actions !== undefined && !narrowed.actions.some((each) => isLike(each, action))) return false;
    if (narrowed?.granted !== undefined && !allowsAny(narrowed.granted, action)) return false;
    return allowsAny(granted, action);
  }

  private rolesNamed(names: readonly string[], through: string): GrantedRole[] {
    return names.flatMap((role) => {
      const statements = BUILT_IN_ROLES[role]?.statements ?? this.options.directory.roles.find(role)?.statements;
      return statements === undefined ? [] : [{ role, through, statements }];
    });
  }

  private open(id: string): Known | undefined {
    const { directory } = this.options;
    const token = directory.tokens.find(id);
    if (token === undefined || !this.ownerIsGood(token)) return undefined;
    const known: Known = {
      principal: this.principalOf(id, token),
      expiresAtMs: token.expiresAtMs ?? Number.POSITIVE_INFINITY,
      hash: Buffer.from(token.hash, 'latin1'),
    };
    this.known.set(id, known);
    return known;
  }

  /** A token is not of somebody who came later and has the same name. */
  private ownerIsGood({ owner, createdAtMs }: Pick<StoredToken, 'owner' | 'createdAtMs'>): boolean {
    const { users, teams } = this.options.directory;
    if ('team' in owner) return (teams.find(owner.team)?.createdAtMs ?? Number.POSITIVE_INFINITY) <= createdAtMs;
    const user = users.find(owner.user);
    return user !== undefined && !user.disabled && user.createdAtMs <= createdAtMs;
  }

  private principalOf(id: string | undefined, { owner, scopes }: Pick<StoredToken, 'owner' | 'scopes'>): Principal {
    const powers = this.powersOf(owner, id === undefined ? undefined : { id, ...(scopes !== undefined && { scopes }) });
    const isUser = 'user' in owner;
    // Whether a function may be invoked is asked for each call: the answer holds while the function is the same.
    const remembered = new Map<string, { readonly fn: StoredFunction; readonly allowed: boolean }>();
    const mayInvoke = (resource: string): boolean => {
      const fn = this.options.functionOf(resource.slice('function:'.length));
      const before = remembered.get(resource);
      if (before !== undefined && before.fn === fn) return before.allowed;
      const { allowed } = this.decide(powers, 'function:invoke', resource);
      if (fn !== undefined) {
        if (remembered.size >= MAX_REMEMBERED) remembered.clear();
        remembered.set(resource, { fn, allowed });
      }
      return allowed;
    };
    let rights: string | undefined;
    return {
      kind: isUser ? 'user' : 'token',
      name: isUser ? owner.user : `team ${owner.team}`,
      ...(isUser && { user: owner.user }),
      teams: powers.asker.teams,
      ...(id !== undefined && { tokenId: id }),
      narrowed: scopes !== undefined,
      rights: () => (rights ??= JSON.stringify([powers.asker, powers.granted, powers.narrowed, powers.callers])),
      helpers: this.options.helpers,
      callers: powers.callers,
      may: (action: Action, resource, as) =>
        action === 'function:invoke' && as === undefined
          ? mayInvoke(resource)
          : this.decide(powers, action, resource, as).allowed,
      mayAny: (action) => this.mayAny(powers, action),
    };
  }
}
