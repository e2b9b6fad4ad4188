import { Group, Select, Slider, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import type { Alias } from './alias-panel.tsx';
import classes from './releases.module.css';
import { Shares } from './shares.tsx';
import { sharesText } from './shares-text.ts';

interface AliasEditorProps {
  readonly view: FunctionView;
  /** Absent for a new one. */
  readonly alias: Alias | undefined;
  readonly versions: readonly number[];
  readonly onClose: () => void;
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Moves an alias to a version, or to two by weights, which a slider sets; or makes a new one. */
export function AliasEditor({ view, alias, versions, onClose }: AliasEditorProps) {
  /** What it stood at when the dialogue was opened; 0: there was none. */
  const [revision] = useState(alias?.revision ?? 0);
  const [name, setName] = useState(alias?.name ?? '');
  const [first, setFirst] = useState(alias?.versions[0]?.version ?? view.version);
  const [second, setSecond] = useState(alias?.versions[1]?.version);
  const [weight, setWeight] = useState(alias?.versions[1]?.weight ?? 10);
  const [description, setDescription] = useState(alias?.description ?? '');
  const [stickyBy, setStickyBy] = useState(alias?.stickyBy ?? '');
  const choices = [...new Set([...versions, first, ...(second === undefined ? [] : [second])])]
    .sort((a, b) => b - a)
    .map((each) => ({ value: String(each), label: `Version ${each}${each === view.version ? ', serves' : ''}` }));
  const wanted =
    second === undefined || second === first || weight === 0
      ? [{ version: first, weight: 100 }]
      : weight === 100
        ? [{ version: second, weight: 100 }]
        : [
            { version: first, weight: 100 - weight },
            { version: second, weight },
          ];
  const saving = useChange(
    (revision: number | undefined) =>
      api.put('/v1/functions/{name}/aliases/{alias}', {
        path: { name: view.name, alias: name },
        body: { versions: wanted, description, ...(stickyBy !== '' && { stickyBy }) },
        ...ifRevision(revision),
      }),
    ['/v1/functions', '/v1/releases'],
  );
  const command = [
    ...['alias', 'set', view.name, name],
    ...(wanted.length === 1 ? [String(wanted[0]!.version)] : wanted.map((each) => `${each.version}=${each.weight}`)),
    ...(stickyBy === '' ? [] : ['--sticky-by', stickyBy]),
  ];
  const stands = async () => {
    const now = await api.get('/v1/functions/{name}/aliases/{alias}', { path: { name: view.name, alias: name } });
    return { ...now, versions: sharesText(now.versions) };
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      size="lg"
      title={alias === undefined ? `A new alias of ${view.name}` : `Move ${view.name}:${alias.name}`}
      verb={alias === undefined ? 'Make it' : 'Move it'}
      isReady={NAME.test(name)}
      {...(NAME.test(name) && { command })}
      mine={{ versions: sharesText(wanted), description, stickyBy }}
      stands={stands}
      revision={revision}
      onSubmit={async (at) => {
        const { versions: now } = await saving.mutateAsync(at);
        notifications.show({ message: `${view.name}:${name} is ${sharesText(now)}`, color: 'lagoon' });
      }}
    >
      {alias === undefined && (
        <TextInput
          label="Name"
          description={`What callers say: ${view.name}:${name || 'prod'}`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value.trim())}
          error={name !== '' && !NAME.test(name) && 'Letters, digits, - and _; a letter first'}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      <Group grow align="flex-start">
        <Select
          label="Version"
          data={choices}
          value={String(first)}
          onChange={(next) => setFirst(Number(next))}
          allowDeselect={false}
        />
        <Select
          label="Second version"
          placeholder="None: all invocations get the first"
          data={choices.filter(({ value }) => value !== String(first))}
          value={second === undefined ? null : String(second)}
          onChange={(next) => setSecond(next === null ? undefined : Number(next))}
          clearable
          clearButtonProps={{ 'aria-label': 'No second version' }}
        />
      </Group>
      {second !== undefined && second !== first && (
        <div>
          <Text size="sm" fw={500} id="weight">
            Version {second} gets {weight}% of the invocations
          </Text>
          <Slider
            className={classes.weight}
            value={weight}
            onChange={setWeight}
            min={0}
            max={100}
            label={null}
            thumbLabel={`Share of version ${second} in per cent`}
            marks={[{ value: 0 }, { value: 25 }, { value: 50 }, { value: 75 }, { value: 100 }]}
          />
        </div>
      )}
      <Shares versions={wanted} />
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={1_000}
      />
      <TextInput
        label="Callers stay with one version by"
        description="header:name, query:name, cookie:name or payload:$.path; empty: each invocation for itself"
        value={stickyBy}
        onChange={(event) => setStickyBy(event.currentTarget.value.trim())}
        placeholder="cookie:session"
        spellCheck={false}
        autoComplete="off"
      />
    </FormDialog>
  );
}
