import { Problem } from '../../../model/problem.ts';
import type { StoredUser } from '../directory.ts';
import type { Identity, UserView } from '../identity.ts';
import { checkPassword, hashPassword } from '../passwords.ts';
import { assertCount, assertNameFree, assertRolesExist, assertSeen, type Changes, iso } from './changes.ts';
import type { TokenChanges } from './tokens.ts';

const MAX_USERS = 10_000;

type UserPart = Pick<Identity, 'users' | 'user' | 'putUser' | 'removeUser'> & {
  writePassword(name: string, password: string, keep?: string): Promise<void>;
};

export function userChanges(changes: Changes, tokens: TokenChanges): UserPart {
  const { directory, clock } = changes;
  const { users, teams } = directory;

  const view = (name: string): UserView | undefined => {
    const stored = users.find(name);
    if (stored === undefined) return undefined;
    const { password, createdAtMs, ...shown } = stored;
    return {
      name,
      ...shown,
      teams: directory.teamsOf(name),
      hasPassword: password !== undefined,
      createdAt: iso(createdAtMs),
      revision: users.revisionOf(name),
    };
  };
  const absent = (name: string): Problem =>
    new Problem('not_found', `there is no user "${name}"; GET /v1/users lists them`);

  return {
    users: () => users.list().map(([name]) => view(name)!),
    user: view,

    async putUser(name, change, options = {}) {
      if (options.password !== undefined) checkPassword(options.password);
      const password = options.password === undefined ? undefined : await hashPassword(options.password);
      return changes.serially(async () => {
        const before = users.find(name);
        assertSeen(users, 'user', name, options.expectedRevision, view);
        if (change.roles !== undefined) assertRolesExist(change.roles, changes);
        if (before === undefined) {
          assertNameFree(name, 'user', changes);
          assertCount(users.count, MAX_USERS, 'users');
        }
        const made: StoredUser = before ?? {
          fullName: '',
          email: '',
          roles: [],
          disabled: false,
          createdAtMs: clock.now(),
        };
        const after = { ...made, ...change, ...(password !== undefined && { password }) };
        const token = options.token === undefined ? undefined : tokens.prepare({ user: name }, options.token);
        changes.assertStillOpen((draft) => {
          draft.users.set(name, after);
          if (token !== undefined) draft.tokens.set(token.id, token.stored);
        }, options.by);
        // The token first: a user whose creation a crash cut short can be made again, one without a way in cannot be used.
        if (token !== undefined) await tokens.write(token);
        await users.update(name, () => after);
        return { ...view(name)!, ...(token !== undefined && { token: tokens.issued(token) }) };
      });
    },

    removeUser: (name, options = {}) =>
      changes.serially(async () => {
        if (users.find(name) === undefined) throw absent(name);
        assertSeen(users, 'user', name, options.expectedRevision, view);
        changes.assertStillOpen((draft) => {
          draft.users.delete(name);
        }, options.by);
        // Refused from the first step on, whatever happens to the others.
        await users.remove(name);
        await tokens.removeAllOf({ user: name });
        for (const team of directory.teamsOf(name)) {
          await teams.update(team, (stored) => ({
            ...stored!,
            members: stored!.members.filter((member) => member !== name),
          }));
        }
      }),

    async writePassword(name, password, keep) {
      checkPassword(password);
      if (users.find(name) === undefined) throw absent(name);
      const hash = await hashPassword(password);
      await changes.serially(async () => {
        if (users.find(name) === undefined) throw absent(name);
        await users.update(name, (stored) => ({ ...stored!, password: hash }));
        await tokens.removeSessionsOf(name, keep);
      });
    },
  };
}
