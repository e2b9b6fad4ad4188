import { Button, Group, Modal, Select, Slider, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { ApiProblem, messageOf } from '../../../api/problem.ts';
import type { FunctionView } from '../../../api/things.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { May } from '../../../ui/may.tsx';
import { Time } from '../../../ui/time.tsx';
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
  const [base, setBase] = useState(alias);
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
    () =>
      api.put('/v1/functions/{name}/aliases/{alias}', {
        path: { name: view.name, alias: name },
        body: { versions: wanted, description, ...(stickyBy !== '' && { stickyBy }) },
        headers: base === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${base.revision}"` },
      }),
    ['/v1/functions', '/v1/releases'],
  );
  const isMoved = base !== undefined && alias !== undefined && base.revision !== alias.revision;
  const isRefused = saving.error instanceof ApiProblem && saving.error.status === 412;
  const save = () =>
    saving.mutate(undefined, {
      onSuccess: ({ versions: now }) => {
        notifications.show({ message: `${view.name}:${name} is ${sharesText(now)}`, color: 'lagoon' });
        onClose();
      },
    });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={alias === undefined ? `A new alias of ${view.name}` : `Move ${view.name}:${alias.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (NAME.test(name) && !isMoved) save();
        }}
      >
        <Stack gap="md">
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
          {isMoved && (
            <div role="alert" className={classes.why}>
              <Text size="sm">
                {alias.updatedBy} moved it <Time at={alias.updatedAt} ago />: it is {sharesText(alias.versions)} now.
                You want {sharesText(wanted)}.
              </Text>
              <Group gap="xs" mt="xs">
                <Button size="xs" variant="default" onClick={onClose}>
                  Leave it as theirs
                </Button>
                <Button
                  size="xs"
                  onClick={() => {
                    setBase(alias);
                    saving.reset();
                  }}
                >
                  Keep mine
                </Button>
              </Group>
            </div>
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
          {saving.error !== null && !(isRefused && isMoved) && (
            <Text size="sm" c="var(--fob-bad)" role="alert">
              {messageOf(saving.error)}
            </Text>
          )}
          {NAME.test(name) && (
            <CommandLine
              words={[
                ...['alias', 'set', view.name, name],
                ...(wanted.length === 1
                  ? [String(wanted[0]!.version)]
                  : wanted.map((each) => `${each.version}=${each.weight}`)),
                ...(stickyBy === '' ? [] : ['--sticky-by', stickyBy]),
              ]}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <May action="function:release" on={`function:${view.name}`}>
              <Button type="submit" loading={saving.isPending} disabled={!NAME.test(name) || isMoved}>
                {alias === undefined ? 'Make it' : 'Move it'}
              </Button>
            </May>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
