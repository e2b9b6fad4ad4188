import { MultiSelect, TextInput } from '@mantine/core';
import { api } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { useDraft } from '../../../ui/draft.ts';
import { ifRevision } from '../../../ui/form-dialog.tsx';
import { NAME } from '../../../ui/name-field.tsx';
import { ThingDialog } from '../../../ui/thing-dialog.tsx';
import { RoleSelect } from '../role-select.tsx';

export type Team = Api['GET /v1/teams/{name}']['answer'];

interface TeamDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a team is created. */
  readonly team?: Team;
}

type Draft = Pick<Team, 'description' | 'members' | 'roles'>;

function draftOf(team: Team | undefined): Draft {
  const { description = '', members = [], roles = [] } = team ?? {};
  return { description, members, roles };
}

/** Creates a team, or changes one. */
export function TeamDialog({ opened, onClose, team }: TeamDialogProps) {
  const users = useApi('/v1/users', undefined, { enabled: opened });
  const [draft, set] = useDraft(opened, () => draftOf(team));
  const { description, members, roles } = draft;
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="team"
      thing={team}
      rule={NAME.dotted}
      description="What functions name as their owner"
      command={(name) => commandOf(team, name, draft)}
      mine={{ ...draft }}
      stands={(name) => api.get('/v1/teams/{name}', { path: { name } })}
      save={async (name, revision) => {
        await api.put('/v1/teams/{name}', { path: { name }, body: draft, ...ifRevision(revision) });
      }}
      touches={['/v1/teams', '/v1/users', '/v1/session']}
      to="/people/teams"
    >
      <TextInput
        label="What it does"
        value={description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <MultiSelect
        label="Members"
        searchable
        hidePickedOptions
        limit={100}
        data={[...new Set([...(users.data?.users.map((user) => user.name) ?? []), ...members])]}
        value={members}
        onChange={(next) => set({ members: next })}
        nothingFoundMessage="There is no such user"
      />
      <RoleSelect value={roles} onChange={(next) => set({ roles: next })} description="Every member has them" />
    </ThingDialog>
  );
}

/** Members are changed by commands of their own; they are shown where nothing else is changed. */
function commandOf(team: Team | undefined, name: string, { description, members, roles }: Draft): string[] {
  const settings = [
    ...roles.flatMap((role) => ['--role', role]),
    ...(description === '' ? [] : ['--description', description]),
  ];
  if (team === undefined) return ['team', 'create', name, ...members, ...settings];
  const isSame = team.description === description && team.roles.join() === roles.join();
  const added = members.filter((member) => !team.members.includes(member));
  const removed = team.members.filter((member) => !members.includes(member));
  if (isSame && added.length > 0) return ['team', 'add', name, ...added];
  if (isSame && removed.length > 0) return ['team', 'remove', name, ...removed];
  return ['team', 'set', name, ...(roles.length === 0 ? ['--no-roles'] : []), ...settings];
}
