import type { FunctionAccess, RoleSettings, TeamSettings, TokenScopes, UserSettings } from '../../model/identity.ts';
import { REMOVED_PREFIX, type RemovedFunction } from '../../model/removed-function.ts';
import type { GrantedRole } from '../../model/rule.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import { BUILT_IN_ROLES } from './built-in-roles.ts';
import type { TokenOwner } from './identity.ts';
import type { PasswordHash } from './passwords.ts';

export interface StoredUser extends Required<UserSettings> {
  readonly createdAtMs: number;
  readonly password?: PasswordHash;
}
export interface StoredTeam extends Required<TeamSettings> {
  readonly createdAtMs: number;
}
export interface StoredToken {
  readonly owner: TokenOwner;
  readonly hash: string;
  readonly label: string;
  readonly scopes?: TokenScopes;
  readonly session: boolean;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs?: number;
  readonly lastUsedAtMs?: number;
}

/** What decisions go by, whether it is so or would be after a change. */
export interface State {
  readonly users: ReadonlyMap<string, StoredUser>;
  readonly teams: ReadonlyMap<string, StoredTeam>;
  readonly roles: ReadonlyMap<string, RoleSettings>;
  readonly tokens: ReadonlyMap<string, StoredToken>;
}

/** The documents of identity, in memory, with what is found through several of them. */
export class Directory {
  readonly users: Documents<StoredUser>;
  readonly teams: Documents<StoredTeam>;
  readonly roles: Documents<RoleSettings>;
  readonly tokens: Documents<StoredToken>;
  readonly access: Documents<FunctionAccess>;
  /** Functions that are gone, with whose they were; not of identity, and read alone. */
  readonly removed: Documents<RemovedFunction>;
  private readonly teamsByMember: Map<string, string[]> = new Map();
  hasUsers = false;
  hasAccess = false;
  hasOpenFunctions = false;

  private constructor(documents: {
    users: Documents<StoredUser>;
    teams: Documents<StoredTeam>;
    roles: Documents<RoleSettings>;
    tokens: Documents<StoredToken>;
    access: Documents<FunctionAccess>;
    removed: Documents<RemovedFunction>;
  }) {
    this.users = documents.users;
    this.teams = documents.teams;
    this.roles = documents.roles;
    this.tokens = documents.tokens;
    this.access = documents.access;
    this.removed = documents.removed;
  }

  /** `onChange` hears of every change, by whomever. */
  static async open(registry: Registry, onChange: () => void): Promise<Directory> {
    let directory: Directory | undefined;
    const changed = (): void => {
      directory?.index();
      onChange();
    };
    const open = <T>(kind: string) => Documents.open<T>(registry, `identity/${kind}/`, changed);
    directory = new Directory({
      users: await open<StoredUser>('user'),
      teams: await open<StoredTeam>('team'),
      roles: await open<RoleSettings>('role'),
      tokens: await open<StoredToken>('token'),
      access: await open<FunctionAccess>('access'),
      removed: await Documents.open<RemovedFunction>(registry, REMOVED_PREFIX),
    });
    directory.index();
    return directory;
  }

  /** In order of their names. */
  teamsOf(user: string): readonly string[] {
    return this.teamsByMember.get(user) ?? [];
  }

  state(): State {
    return {
      users: new Map(this.users.list()),
      teams: new Map(this.teams.list()),
      roles: new Map(this.roles.list()),
      tokens: new Map(this.tokens.list()),
    };
  }

  close(): void {
    for (const documents of [this.users, this.teams, this.roles, this.tokens, this.access, this.removed])
      documents.close();
  }

  private index(): void {
    this.teamsByMember.clear();
    for (const [team, { members }] of this.teams.list()) {
      for (const member of members) {
        const known = this.teamsByMember.get(member);
        if (known === undefined) this.teamsByMember.set(member, [team]);
        else known.push(team);
      }
    }
    this.hasUsers = this.users.count > 0;
    const lists = this.access.list();
    this.hasAccess = lists.length > 0;
    this.hasOpenFunctions = lists.some(([, { allow = [] }]) => allow.includes('anonymous'));
  }
}

/** The roles of a user and of their teams, with what each is had through; a role that is gone gives nothing. */
export function grantedTo(
  owner: TokenOwner,
  teams: readonly string[],
  state: Pick<State, 'users' | 'teams' | 'roles'> | Pick<Directory, 'users' | 'teams' | 'roles'>,
): GrantedRole[] {
  const granted: GrantedRole[] = [];
  const add = (names: readonly string[], through: string): void => {
    for (const role of names) {
      const statements = BUILT_IN_ROLES[role]?.statements ?? get(state.roles, role)?.statements;
      if (statements !== undefined) granted.push({ role, through, statements });
    }
  };
  if ('user' in owner) add(get(state.users, owner.user)?.roles ?? [], `user ${owner.user}`);
  for (const team of teams) add(get(state.teams, team)?.roles ?? [], `team ${team}`);
  return granted;
}

function get<T>(from: ReadonlyMap<string, T> | Documents<T>, name: string): T | undefined {
  return from instanceof Documents ? from.find(name) : from.get(name);
}
