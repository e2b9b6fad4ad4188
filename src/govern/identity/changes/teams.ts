import { Problem } from '../../../model/problem.ts';
import type { StoredTeam } from '../directory.ts';
import type { Identity, TeamView } from '../identity.ts';
import { assertCount, assertNameFree, assertRolesExist, assertSeen, type Changes, iso } from './changes.ts';

const MAX_TEAMS = 2_000;

export function teamChanges(changes: Changes): Pick<Identity, 'teams' | 'team' | 'putTeam' | 'removeTeam'> {
  const { directory, clock } = changes;
  const { users, teams, tokens } = directory;

  const view = (name: string): TeamView | undefined => {
    const stored = teams.find(name);
    if (stored === undefined) return undefined;
    const { createdAtMs, ...shown } = stored;
    return { name, ...shown, createdAt: iso(createdAtMs), revision: teams.revisionOf(name) };
  };

  return {
    teams: () => teams.list().map(([name]) => view(name)!),
    team: view,

    putTeam: (name, change, options = {}) =>
      changes.serially(async () => {
        const before = teams.find(name);
        assertSeen(teams, 'team', name, options.expectedRevision, view);
        if (change.roles !== undefined) assertRolesExist(change.roles, changes);
        const stranger = change.members?.find((member) => users.find(member) === undefined);
        if (stranger !== undefined) throw new Problem('not_found', `there is no user "${stranger}" to be a member`);
        if (before === undefined) {
          assertNameFree(name, 'team', changes);
          assertCount(teams.count, MAX_TEAMS, 'teams');
        }
        const made: StoredTeam = before ?? { description: '', members: [], roles: [], createdAtMs: clock.now() };
        const after = { ...made, ...change };
        changes.assertStillOpen((draft) => {
          draft.teams.set(name, after);
        }, options.by);
        await teams.update(name, () => after);
        return view(name)!;
      }),

    removeTeam: (name, options = {}) =>
      changes.serially(async () => {
        if (teams.find(name) === undefined) {
          throw new Problem('not_found', `there is no team "${name}"; GET /v1/teams lists them`);
        }
        assertSeen(teams, 'team', name, options.expectedRevision, view);
        changes.assertStillOpen((draft) => {
          draft.teams.delete(name);
        }, options.by);
        await teams.remove(name);
        for (const [id, { owner }] of tokens.list()) {
          if ('team' in owner && owner.team === name) await tokens.remove(id);
        }
      }),
  };
}
