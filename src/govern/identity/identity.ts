import type {
  FunctionAccess,
  Principal,
  RoleSettings,
  TeamSettings,
  TokenScopes,
  UserSettings,
} from '../../model/identity.ts';
import type { Action } from '../../model/permission.ts';
import type { Decision, ResourceAttributes } from '../../model/rule.ts';

/**
 * Users, teams, roles, tokens, and who may invoke which function. Held in memory: to authenticate and to decide costs no I/O.
 *
 * Changes are made one after the other, are on disk when their promise resolves, and hold from then on for every request that
 * begins later. A change under which nobody could change users and roles any more is refused with `conflict`. Writers may
 * demand the revision that they have seen; another one is `conflict` with what stands there now (details: `current`).
 */
export interface Identity {
  /** Whether there are users: then requests need a credential, on loopback, too. */
  readonly hasUsers: boolean;
  /** Whose token this is, from memory; `undefined` where it is none, has expired, was revoked, or its owner is disabled. */
  authenticate(token: string): Principal | undefined;
  /** With whose permissions something is done that was asked for at `sinceMs`; `undefined` where they are gone, disabled, or others by now. */
  actingFor(owner: TokenOwner, sinceMs: number): Principal | undefined;
  /** Whether a function's access list lets this caller invoke it; `undefined` where it has none that speaks of it: then roles and grants decide. */
  listed(principal: Principal, functionName: string): boolean | undefined;
  /** Whether a function's access list keeps another function out. */
  keptOut(caller: string, functionName: string): boolean;
  /** Names of functions that are gone, and of which there may be records. */
  removedFunctions(): readonly string[];
  /** Whether any function may be invoked without a credential. */
  readonly hasOpenFunctions: boolean;
  explain(question: { readonly who: string; readonly action: Action; readonly resource: string }): Explanation;
  /** Who can give permissions, for messages: `an administrator (ada)`. */
  helpers(): string;

  users(): UserView[];
  user(name: string): UserView | undefined;
  /** Creates or changes; settings that are not given stay. `token` makes one, too, in the same step, and `password` sets one. */
  putUser(
    name: string,
    change: UserSettings,
    options?: ChangeOptions & { readonly token?: NewToken; readonly password?: string },
  ): Promise<UserView & { readonly token?: IssuedToken }>;
  /** With their tokens and memberships. Rejects with `not_found`. */
  removeUser(name: string, options?: ChangeOptions): Promise<void>;
  /** `current` is demanded of whoever changes their own. Their sessions end, but the one whose token's id is `keep`. */
  setPassword(
    name: string,
    password: string,
    options?: {
      readonly current?: string;
      readonly mustKnow?: boolean;
      readonly address?: string;
      readonly keep?: string | undefined;
    },
  ): Promise<void>;

  teams(): TeamView[];
  team(name: string): TeamView | undefined;
  putTeam(name: string, change: TeamSettings, options?: ChangeOptions): Promise<TeamView>;
  removeTeam(name: string, options?: ChangeOptions): Promise<void>;

  /** Those that every node has come first. */
  roles(): RoleView[];
  role(name: string): RoleView | undefined;
  putRole(name: string, settings: RoleSettings, options?: ChangeOptions): Promise<RoleView>;
  /** Rejects with `conflict` while somebody has it. */
  removeRole(name: string, options?: ChangeOptions): Promise<void>;

  /** Without secrets; expired ones are left out. */
  tokens(filter?: { readonly user?: string; readonly team?: string }): TokenView[];
  token(id: string): TokenView | undefined;
  createToken(owner: TokenOwner, settings: NewToken): Promise<IssuedToken>;
  /** Refused from then on. False where there is none. */
  removeToken(id: string, options?: Pick<ChangeOptions, 'by'>): Promise<boolean>;
  /** A token for a password, good for 12 hours. Rejects with `unauthorized`, or `throttled` after many failures. */
  login(name: string, password: string, address: string): Promise<IssuedToken>;

  functionAccess(functionName: string): (FunctionAccess & { readonly revision: number }) | undefined;
  /** `undefined` removes it. */
  setFunctionAccess(functionName: string, access: FunctionAccess | undefined, options?: ChangeOptions): Promise<void>;

  close(): Promise<void>;
}

export interface ChangeOptions {
  /** 0 demands that there is none. */
  readonly expectedRevision?: number;
  /** Absent: the operator. */
  readonly by?: string;
}

interface Versioned {
  readonly name: string;
  readonly revision: number;
  readonly createdAt: string;
}

export interface UserView extends Versioned {
  readonly fullName: string;
  readonly email: string;
  readonly roles: readonly string[];
  /** In order of their names. */
  readonly teams: readonly string[];
  readonly disabled: boolean;
  readonly hasPassword: boolean;
}

export interface TeamView extends Versioned {
  readonly description: string;
  readonly members: readonly string[];
  readonly roles: readonly string[];
}

export interface RoleView extends RoleSettings {
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  /** 0 for those that every node has. */
  readonly revision: number;
}

export type TokenOwner = { readonly user: string } | { readonly team: string };

export interface NewToken {
  /** What it is for. */
  readonly label?: string;
  readonly scopes?: TokenScopes;
  readonly expiresAtMs?: number;
  readonly by?: string;
}

export interface TokenView {
  readonly id: string;
  readonly user?: string;
  readonly team?: string;
  readonly label: string;
  readonly scopes?: TokenScopes;
  /** It came from a password. */
  readonly session: boolean;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs?: number;
  /** To within some minutes. */
  readonly lastUsedAtMs?: number;
}

/** The text is shown this once. */
export interface IssuedToken extends TokenView {
  readonly text: string;
}

export interface Explanation extends Decision {
  /** Who was asked about, in full: `user ada`. */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  /** Roles that were looked at, and through what each is had. */
  readonly roles: readonly { readonly role: string; readonly through: string }[];
  /** What decided, in a sentence. */
  readonly reason: string;
  /** What would have to change for it to be allowed; absent where it is. */
  readonly needed?: string;
  /** What rules could go by. */
  readonly attributes: ResourceAttributes;
}
