import { assertActions, assertResources } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { BUILT_IN_ROLES } from '../built-in-roles.ts';
import type { Identity, RoleView } from '../identity.ts';
import { assertCount, assertSeen, type Changes } from './changes.ts';

const MAX_ROLES = 1_000;

export function roleChanges(changes: Changes): Pick<Identity, 'roles' | 'role' | 'putRole' | 'removeRole'> {
  const { directory } = changes;
  const { roles, users, teams, tokens } = directory;

  const view = (name: string): RoleView | undefined => {
    if (Object.hasOwn(BUILT_IN_ROLES, name)) {
      const { description, statements } = BUILT_IN_ROLES[name]!;
      return { name, description, statements: [...statements], builtIn: true, revision: 0 };
    }
    const stored = roles.find(name);
    if (stored === undefined) return undefined;
    return { name, description: '', ...stored, builtIn: false, revision: roles.revisionOf(name) };
  };
  const assertOwn = (name: string): void => {
    if (!Object.hasOwn(BUILT_IN_ROLES, name)) return;
    throw new Problem(
      'conflict',
      `the role "${name}" is one of every node and cannot be changed; make one of another name`,
    );
  };

  return {
    roles: () => [...Object.keys(BUILT_IN_ROLES), ...roles.list().map(([name]) => name)].map((name) => view(name)!),
    role: view,

    putRole: (name, settings, options = {}) =>
      changes.serially(async () => {
        assertOwn(name);
        assertActions(settings.statements.flatMap(({ actions }) => actions));
        settings.statements.forEach(assertResources);
        assertSeen(roles, 'role', name, options.expectedRevision, view);
        if (roles.find(name) === undefined) assertCount(roles.count, MAX_ROLES, 'roles');
        changes.assertStillOpen((draft) => {
          draft.roles.set(name, settings);
        }, options.by);
        await roles.update(name, () => settings);
        return view(name)!;
      }),

    removeRole: (name, options = {}) =>
      changes.serially(async () => {
        assertOwn(name);
        if (roles.find(name) === undefined) {
          throw new Problem('not_found', `there is no role "${name}"; GET /v1/roles lists them`);
        }
        assertSeen(roles, 'role', name, options.expectedRevision, view);
        const holder =
          users.list().find(([, user]) => user.roles.includes(name)) ??
          teams.list().find(([, team]) => team.roles.includes(name)) ??
          tokens.list().find(([, token]) => token.scopes?.roles?.includes(name));
        if (holder !== undefined) {
          throw new Problem('conflict', `${holder[0]} has the role "${name}"; take it away first`);
        }
        await roles.remove(name);
      }),
  };
}
