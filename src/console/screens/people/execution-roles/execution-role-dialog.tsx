import { Button, Group, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { useDraft } from '../../../ui/draft.ts';
import { ifRevision } from '../../../ui/form-dialog.tsx';
import { ThingDialog } from '../../../ui/thing-dialog.tsx';

export type ExecutionRole = Api['GET /v1/execution-roles/{name}']['answer'];

interface ExecutionRoleDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is created. */
  readonly role?: ExecutionRole;
}

/** Creates an execution role, or changes one: grant by grant, or by templates. */
export function ExecutionRoleDialog({ opened, onClose, role }: ExecutionRoleDialogProps) {
  const teams = useApi('/v1/teams', undefined, { enabled: opened });
  const [draft, set] = useDraft(opened, () => ({
    description: role?.description ?? '',
    grants: role?.grants ?? [],
    assignableBy: role?.assignableBy ?? [],
  }));
  const { description, grants, assignableBy } = draft;
  const before = role?.grants ?? [];
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="execution role"
      thing={role}
      size="lg"
      command={(name) => [
        ...['execution-role', role === undefined ? 'create' : 'set', name],
        ...grants.filter((grant) => !before.includes(grant)).flatMap((grant) => ['--grant', grant]),
        ...before.filter((grant) => !grants.includes(grant)).flatMap((grant) => ['--revoke', grant]),
        ...assignableBy.flatMap((team) => ['--assignable-by', team]),
        ...(description === '' ? [] : ['--description', description]),
      ]}
      mine={{ ...draft }}
      stands={(name) => api.get('/v1/execution-roles/{name}', { path: { name } })}
      save={async (name, revision) => {
        await api.put('/v1/execution-roles/{name}', { path: { name }, body: draft, ...ifRevision(revision) });
      }}
      touches={['/v1/execution-roles', '/v1/secrets', '/v1/functions']}
      to="/people/execution-roles"
    >
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <Template onAdd={(added) => set({ grants: [...new Set([...grants, ...added])] })} />
      <TagsInput
        label="Grants"
        description="kind:name:access, such as bucket:photos:read, queue:orders:send or secret:db-password"
        value={grants}
        onChange={(next) => set({ grants: next })}
      />
      <TagsInput
        label="May be given by"
        description="Teams whose members may give it to functions; nobody named: whoever may configure the function"
        data={teams.data?.teams.map((team) => team.name) ?? []}
        value={assignableBy}
        onChange={(next) => set({ assignableBy: next })}
      />
    </ThingDialog>
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
