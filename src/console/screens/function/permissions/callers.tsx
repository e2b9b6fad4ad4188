import { Button, Group, TagsInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { ApiProblem, messageOf } from '../../../api/problem.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useKnownCallers } from './known-callers.ts';
import { MayInvoke } from './may-invoke.tsx';
import classes from './permissions.module.css';

type Access = Api['GET /v1/functions/{name}/access']['answer'];

/** Who may invoke it: the function's own rule, if it has one, and how that comes out for everybody. */
export function Callers({ view: { name } }: { readonly view: FunctionView }) {
  const access = useApi('/v1/functions/{name}/access', { path: { name } });
  return (
    <div className={classes.stack}>
      <Panel title="Who may invoke it">
        <QueryView query={access} what="The rule">
          {(found) => <Rule name={name} access={found} onReload={() => access.refetch()} />}
        </QueryView>
      </Panel>
      <MayInvoke name={name} />
    </div>
  );
}

interface RuleProps {
  readonly name: string;
  /** The rule as it stands now. */
  readonly access: Access;
  readonly onReload: () => Promise<{ readonly data: Access | undefined }>;
}

function Rule({ name, access: now, onReload }: RuleProps) {
  const may = useMay('function:configure', `function:${name}`);
  /** What the changes are written upon. */
  const [access, setAccess] = useState(now);
  const [allow, setAllow] = useState([...(access.allow ?? [])]);
  const [deny, setDeny] = useState([...(access.deny ?? [])]);
  const take = (rule: Access) => {
    setAccess(rule);
    setAllow([...(rule.allow ?? [])]);
    setDeny([...(rule.deny ?? [])]);
  };
  const isAs = (rule: Access) => same(allow, rule.allow ?? []) && same(deny, rule.deny ?? []);
  // What somebody writes is not taken from them by what others save.
  if (access !== now && (isAs(access) || isAs(now))) take(now);
  const known = ['*', ...useKnownCallers()];
  const path = { name };
  const headers: Record<string, string> =
    access.revision === 0 ? { 'If-None-Match': '*' } : { 'If-Match': `"${access.revision}"` };
  const saving = useChange(
    () =>
      allow.length + deny.length === 0
        ? api.delete('/v1/functions/{name}/access', { path, headers })
        : api.put('/v1/functions/{name}/access', {
            path,
            body: { ...(allow.length > 0 && { allow }), ...(deny.length > 0 && { deny }) },
            headers,
          }),
    ['/v1/functions', '/v1/can'],
  );
  const isChanged = !isAs(access);
  const isBehind = access.revision !== now.revision && !saving.isPending;
  const isRefused = saving.error instanceof ApiProblem && saving.error.status === 412;
  const flags = [
    ...added(allow, access.allow).flatMap((each) => ['--allow', each]),
    ...added(deny, access.deny).flatMap((each) => ['--deny', each]),
    ...[...(access.allow ?? []), ...(access.deny ?? [])]
      .filter((each) => !allow.includes(each) && !deny.includes(each))
      .flatMap((each) => ['--remove', each]),
  ];
  return (
    <div className={classes.stack}>
      <Text size="sm">
        {access.revision === 0
          ? 'It has no rule of its own: roles of people and grants of functions decide.'
          : (access.allow?.length ?? 0) > 0
            ? 'Those who are let in, and nobody else.'
            : 'Whoever roles and grants let in, but for those who are kept out.'}
      </Text>
      <fieldset disabled={may.allowed !== true} className={classes.rule}>
        <TagsInput
          label="Let in"
          description="With one of these, those and nobody else: user:…, team:…, token:…, function:…, * for everybody with a credential, anonymous for those without"
          data={known}
          value={allow}
          onChange={setAllow}
          placeholder={allow.length === 0 ? 'Whoever roles and grants let in' : ''}
        />
        <TagsInput
          label="Keep out"
          description="This wins over all else"
          data={known}
          value={deny}
          onChange={setDeny}
          placeholder={deny.length === 0 ? 'Nobody' : ''}
        />
      </fieldset>
      {may.reason !== undefined && (
        <Text size="sm" c="dimmed">
          {may.reason}
        </Text>
      )}
      {allow.includes('anonymous') && (
        <Text size="sm" c="var(--fob-notice)">
          Whoever reaches the node can invoke it at /f/{name}, without a credential.
        </Text>
      )}
      {(saving.error !== null || isBehind) && (
        <div role="alert">
          <Text size="sm" c="var(--fob-bad)">
            {saving.error === null ? 'Somebody has changed the rule while you were writing' : messageOf(saving.error)}
          </Text>
          {(isRefused || isBehind) && (
            <Button
              size="xs"
              variant="default"
              onClick={async () => {
                take((await onReload()).data ?? now);
                saving.reset();
              }}
            >
              Show the rule as it is now
            </Button>
          )}
        </div>
      )}
      <Group justify="space-between" gap="xs">
        <CommandLine words={['access', name, ...(isChanged ? flags : [])]} />
        {may.allowed === true && (
          <Group gap="xs">
            <Button
              variant="default"
              disabled={!isChanged}
              onClick={() => {
                take(now);
                saving.reset();
              }}
            >
              Undo
            </Button>
            <Button
              disabled={!isChanged}
              loading={saving.isPending}
              onClick={() =>
                saving.mutate(undefined, {
                  onSuccess: () =>
                    notifications.show({ message: `Who may invoke ${name} is changed`, color: 'lagoon' }),
                })
              }
            >
              Save
            </Button>
          </Group>
        )}
      </Group>
    </div>
  );
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

function added(now: readonly string[], before: readonly string[] = []): string[] {
  return now.filter((each) => !before.includes(each));
}
