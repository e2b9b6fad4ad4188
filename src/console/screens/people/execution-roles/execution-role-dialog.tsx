import { Button, Group, Select, TagsInput, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';

export type ExecutionRole = Api['GET /v1/execution-roles/{name}']['answer'];

interface ExecutionRoleDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is made. */
  readonly role?: ExecutionRole;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Makes an execution role, or changes one: grant by grant, or by templates. */
export function ExecutionRoleDialog({ opened, onClose, role, onDone }: ExecutionRoleDialogProps) {
  const teams = useApi('/v1/teams', undefined, { enabled: opened });
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [grants, setGrants] = useState<string[]>([]);
  const [assignableBy, setAssignableBy] = useState<string[]>([]);
  const [revision, setRevision] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    if (!opened) return;
    setName(role?.name ?? '');
    setDescription(role?.description ?? '');
    setGrants(role?.grants ?? []);
    setAssignableBy(role?.assignableBy ?? []);
    setRevision(role?.revision ?? 0);
  }, [opened]);
  const target = role?.name ?? name;
  const mine = { description, grants, assignableBy };
  const save = useChange(
    (at: number | undefined) =>
      api.put('/v1/execution-roles/{name}', { path: { name: target }, body: mine, ...ifRevision(at) }),
    ['/v1/execution-roles', '/v1/secrets', '/v1/functions'],
  );
  const before = role?.grants ?? [];
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      size="lg"
      title={role === undefined ? 'New execution role' : `Change the execution role ${role.name}`}
      verb={role === undefined ? 'Make the role' : 'Save'}
      isReady={NAME.test(target)}
      command={[
        ...['execution-role', role === undefined ? 'create' : 'set', target || 'NAME'],
        ...grants.filter((grant) => !before.includes(grant)).flatMap((grant) => ['--grant', grant]),
        ...before.filter((grant) => !grants.includes(grant)).flatMap((grant) => ['--revoke', grant]),
        ...assignableBy.flatMap((team) => ['--assignable-by', team]),
        ...(description === '' ? [] : ['--description', description]),
      ]}
      mine={mine}
      revision={revision}
      stands={() => api.get('/v1/execution-roles/{name}', { path: { name: target } })}
      onSubmit={async (at) => {
        await save.mutateAsync(at);
        notifications.show({ message: `The execution role ${target} is ${role === undefined ? 'made' : 'changed'}` });
        onDone?.(target);
      }}
    >
      {role === undefined && (
        <TextInput
          label="Name"
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={
            name !== '' && !NAME.test(name) ? 'Letters, digits, _ and -, beginning with a letter or digit' : undefined
          }
        />
      )}
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Template onAdd={(added) => setGrants([...new Set([...grants, ...added])])} />
      <TagsInput
        label="Grants"
        description="kind:name:access, such as bucket:photos:read, queue:orders:send or secret:db-password"
        value={grants}
        onChange={setGrants}
      />
      <TagsInput
        label="May be given by"
        description="Teams whose members may give it to functions; nobody named: whoever may configure the function"
        data={teams.data?.teams.map((team) => team.name) ?? []}
        value={assignableBy}
        onChange={setAssignableBy}
      />
    </FormDialog>
  );
}

/** Adds what a template grants for one thing. */
function Template({ onAdd }: { readonly onAdd: (grants: string[]) => void }) {
  const query = useApi('/v1/execution-role-templates', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const templates = query.data?.templates ?? [];
  const [name, setName] = useState<string | null>(null);
  const [about, setAbout] = useState('');
  const template = templates.find((each) => each.name === name);
  return (
    <Group align="flex-end" gap="sm">
      <Select
        label="From a template"
        placeholder="It often …"
        data={templates.map((each) => ({ value: each.name, label: each.meaning }))}
        value={name}
        onChange={setName}
        style={{ flex: '1 1 14rem' }}
      />
      <TextInput
        label={
          template === undefined ? 'Of' : `Name of the ${template.about === 'kv' ? 'key-value space' : template.about}`
        }
        value={about}
        onChange={(event) => setAbout(event.currentTarget.value)}
        disabled={template === undefined}
        style={{ flex: '1 1 10rem' }}
      />
      <Button
        variant="default"
        disabled={template === undefined || about.trim() === ''}
        onClick={() => {
          onAdd(template!.grants.map((grant) => grant.replace('NAME', about.trim())));
          setAbout('');
        }}
      >
        Add
      </Button>
    </Group>
  );
}
