import { MultiSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import { RoleSelect } from '../role-select.tsx';

export type Team = Api['GET /v1/teams/{name}']['answer'];

type Mine = Pick<Team, 'description' | 'members' | 'roles'>;

interface TeamDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a team is made. */
  readonly team?: Team;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Makes a team, or changes one. */
export function TeamDialog({ opened, onClose, team, onDone }: TeamDialogProps) {
  const users = useApi('/v1/users', undefined, { enabled: opened });
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [members, setMembers] = useState<string[]>([]);
  const [roles, setRoles] = useState<string[]>([]);
  const [revision, setRevision] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    if (!opened) return;
    setName(team?.name ?? '');
    setDescription(team?.description ?? '');
    setMembers(team?.members ?? []);
    setRoles(team?.roles ?? []);
    setRevision(team?.revision ?? 0);
  }, [opened]);
  const mine = { description, members, roles };
  const target = team?.name ?? name;
  const save = useChange(
    (at: number | undefined) => api.put('/v1/teams/{name}', { path: { name: target }, body: mine, ...ifRevision(at) }),
    ['/v1/teams', '/v1/users', '/v1/session'],
  );
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={team === undefined ? 'New team' : `Change the team ${team.name}`}
      verb={team === undefined ? 'Make the team' : 'Save'}
      isReady={NAME.test(target)}
      command={commandOf(team, target || 'NAME', mine)}
      mine={mine}
      revision={revision}
      stands={() => api.get('/v1/teams/{name}', { path: { name: target } })}
      onSubmit={async (at) => {
        await save.mutateAsync(at);
        notifications.show({ message: `The team ${target} is ${team === undefined ? 'made' : 'changed'}` });
        onDone?.(target);
      }}
    >
      {team === undefined && (
        <TextInput
          label="Name"
          description="Also what the owner of a function says"
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={
            name !== '' && !NAME.test(name) ? 'Letters, digits and . _ -, beginning with a letter or digit' : undefined
          }
        />
      )}
      <TextInput
        label="What it does"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <MultiSelect
        label="Members"
        searchable
        hidePickedOptions
        limit={100}
        data={[...new Set([...(users.data?.users.map((user) => user.name) ?? []), ...members])]}
        value={members}
        onChange={setMembers}
        nothingFoundMessage="There is no such user"
      />
      <RoleSelect value={roles} onChange={setRoles} description="Every member has them" />
    </FormDialog>
  );
}

/** Members are changed by commands of their own; they are shown where nothing else is changed. */
function commandOf(team: Team | undefined, name: string, { description, members, roles }: Mine): string[] {
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
