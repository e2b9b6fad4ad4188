import { assertActions } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import type { StoredToken } from '../directory.ts';
import type { Identity, IssuedToken, NewToken, TokenOwner, TokenView } from '../identity.ts';
import { newToken } from '../tokens.ts';
import { assertCount, assertRolesExist, type Changes } from './changes.ts';

const MAX_TOKENS = 50_000;
/** Of one user or team; of sessions, the oldest gives way. */
const MAX_OF_ONE = 200;
const MAX_SESSIONS = 20;
const MAX_LABEL = 256;

interface Prepared {
  readonly id: string;
  readonly text: string;
  readonly stored: StoredToken;
}

export type TokenChanges = Pick<Identity, 'tokens' | 'token' | 'createToken' | 'removeToken'> & {
  prepare(owner: TokenOwner, settings: NewToken): Prepared;
  write(prepared: Prepared): Promise<void>;
  issued(prepared: Prepared): IssuedToken;
  createSession(user: string, expiresAtMs: number): Promise<IssuedToken>;
  removeAllOf(owner: TokenOwner): Promise<void>;
  /** `keep` is the id of the one that goes on. */
  removeSessionsOf(user: string, keep?: string): Promise<void>;
};

export function tokenChanges(changes: Changes, usedAtMs: (id: string) => number | undefined): TokenChanges {
  const { directory, clock } = changes;
  const { tokens, users, teams } = directory;

  const viewOf = (id: string, { hash: _hash, owner, ...shown }: StoredToken): TokenView => {
    const lastUsedAtMs = usedAtMs(id) ?? shown.lastUsedAtMs;
    return { id, ...owner, ...shown, ...(lastUsedAtMs !== undefined && { lastUsedAtMs }) };
  };
  const isOver = ({ expiresAtMs }: StoredToken): boolean => expiresAtMs !== undefined && expiresAtMs <= clock.now();
  const allOf = (owner: TokenOwner): [string, StoredToken][] =>
    tokens.list().filter(([, token]) => isSameOwner(token.owner, owner));

  /** What has expired is of no use to anybody. */
  const sweep = async (): Promise<void> => {
    for (const [id, token] of tokens.list()) if (isOver(token)) await tokens.remove(id);
  };

  const prepare = (owner: TokenOwner, settings: NewToken): Prepared => {
    const { label = '', scopes, expiresAtMs, by = 'operator' } = settings;
    if (label.length > MAX_LABEL) {
      throw new Problem('invalid_request', `a label has at most ${MAX_LABEL} characters`);
    }
    if (expiresAtMs !== undefined && !(expiresAtMs > clock.now())) {
      throw new Problem('invalid_request', 'the token would be expired already; give a time that is still to come');
    }
    if (scopes?.roles !== undefined) assertRolesExist(scopes.roles, changes);
    assertActions(scopes?.actions ?? []);
    const { id, text, hash } = newToken();
    const stored: StoredToken = {
      owner,
      hash,
      label,
      session: false,
      createdAtMs: clock.now(),
      createdBy: by,
      ...(scopes !== undefined && { scopes }),
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    };
    return { id, text, stored };
  };
  const write = async ({ id, stored }: Prepared): Promise<void> => {
    await tokens.update(id, () => stored);
  };
  const issued = ({ id, text, stored }: Prepared): IssuedToken => ({ ...viewOf(id, stored), text });

  const assertOwner = (owner: TokenOwner): void => {
    if ('user' in owner ? users.find(owner.user) !== undefined : teams.find(owner.team) !== undefined) return;
    const [kind, name] = 'user' in owner ? ['user', owner.user] : ['team', owner.team];
    throw new Problem('not_found', `there is no ${kind} "${name}" to have a token`);
  };

  return {
    prepare,
    write,
    issued,
    tokens: ({ user, team } = {}) =>
      tokens
        .list()
        .filter(([, token]) => !isOver(token))
        .map(([id, token]) => viewOf(id, token))
        .filter((each) => (user === undefined || each.user === user) && (team === undefined || each.team === team))
        .sort((a, b) => a.createdAtMs - b.createdAtMs),
    token(id) {
      const stored = tokens.find(id);
      return stored === undefined ? undefined : viewOf(id, stored);
    },

    createToken: (owner, settings) =>
      changes.serially(async () => {
        assertOwner(owner);
        await sweep();
        assertCount(tokens.count, MAX_TOKENS, 'tokens');
        assertCount(allOf(owner).length, MAX_OF_ONE, 'tokens of this owner');
        const prepared = prepare(owner, settings);
        await write(prepared);
        return issued(prepared);
      }),

    createSession: (user, expiresAtMs) =>
      changes.serially(async () => {
        assertOwner({ user });
        await sweep();
        const sessions = allOf({ user }).filter(([, { session }]) => session);
        sessions.sort(([, a], [, b]) => b.createdAtMs - a.createdAtMs);
        for (const [id] of sessions.slice(MAX_SESSIONS - 1)) await tokens.remove(id);
        const { stored, ...rest } = prepare({ user }, { label: 'session', expiresAtMs, by: user });
        const prepared = { ...rest, stored: { ...stored, session: true } };
        await write(prepared);
        return issued(prepared);
      }),

    removeToken: (id, options = {}) =>
      changes.serially(async () => {
        if (tokens.find(id) === undefined) return false;
        changes.assertStillOpen((draft) => {
          draft.tokens.delete(id);
        }, options.by);
        return tokens.remove(id);
      }),

    async removeAllOf(owner) {
      for (const [id] of allOf(owner)) await tokens.remove(id);
    },
    async removeSessionsOf(user, keep) {
      for (const [id, { session }] of allOf({ user })) if (session && id !== keep) await tokens.remove(id);
    },
  };
}

function isSameOwner(one: TokenOwner, other: TokenOwner): boolean {
  if ('user' in one) return 'user' in other && one.user === other.user;
  return 'team' in other && one.team === other.team;
}
