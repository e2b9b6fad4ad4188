import { Alert, Anchor, Button, CopyButton, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { ApiProblem } from '../../api/problem.ts';
import type { Api } from '../../api/types.gen.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { lookOf } from '../../ui/trigger-form/trigger-form.tsx';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import { accessOf, type Draft } from './draft.ts';
import { GrantList } from './grant-list.tsx';
import { MissingPermissions } from './missing-permissions.tsx';
import { commandsOf, configOf, planOf, scriptOf, titleOfTask } from './plan.ts';
import type { StepId } from './steps.ts';
import { triggerLine } from './summary.ts';

type Verdict = Api['POST /v1/policies/check']['answer'];

/** All of it once more, each part with a way back to where it is changed, and what the policies say of it. */
export function StepReview() {
  const { draft } = useCreation();
  const { functions, triggers } = draft.parts;
  return (
    <Stack gap="md">
      {functions.map((fn, at) => (
        <Panel
          // biome-ignore lint/suspicious/noArrayIndexKey: functions keep their places
          key={at}
          title={fn.name || 'The function'}
          aside={<PolicyBadge at={at} />}
        >
          <Stack gap="sm">
            <dl className={classes.facts}>
              {rowsOf(draft, at).map(([label, value, step]) => (
                <div key={label} className={classes.fact}>
                  <dt>{label}</dt>
                  <dd>
                    <span>{value}</span>
                    <Change step={step} what={label} />
                  </dd>
                </div>
              ))}
            </dl>
            {accessOf(draft, at).mode === 'new' && <GrantList grants={accessOf(draft, at).grants} />}
            <PolicyVerdict at={at} />
          </Stack>
        </Panel>
      ))}
      <Panel
        title={triggers.length === 1 ? 'What wakes it' : 'What wakes them'}
        aside={<Change step="trigger" what="triggers" />}
      >
        {triggers.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing by itself: it is called by hand, from the command line, or by the API.
          </Text>
        ) : (
          <ul className={classes.plain}>
            {triggers.map(({ of, trigger }, at) => {
              const { icon: Icon, title } = lookOf(trigger.type);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: triggers keep their places
                <li key={at}>
                  <Icon size={17} stroke={1.6} aria-hidden />
                  <span>
                    <b>{title}</b> {triggerLine(trigger)}
                    {functions.length > 1 && <Text span c="dimmed">{` → ${functions[of]?.name}`}</Text>}
                    {!trigger.enabled && (
                      <Text span c="dimmed">
                        {' (paused)'}
                      </Text>
                    )}
                  </span>
                </li>
              );
            })}
          </ul>
        )}
      </Panel>
      <MissingPermissions />
      <WhatIsMade />
    </Stack>
  );
}

/** What comes into being, in order, and the commands that do the same. */
function WhatIsMade() {
  const creation = useCreation();
  const plan = planOf(creation);
  const commands = commandsOf(creation);
  const variables = Object.keys(creation.blueprint?.secrets ?? {});
  return (
    <Panel
      title="What is made"
      aside={
        <CopyButton value={scriptOf(commands)} timeout={1_500}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="xs"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            >
              {copied ? 'Copied' : 'Copy all commands'}
            </Button>
          )}
        </CopyButton>
      }
    >
      <div className={classes.made}>
        <ol className={classes.numbered}>
          {plan.map((task) => (
            <li key={task.id}>{titleOfTask(task, creation.draft)}</li>
          ))}
        </ol>
        <Stack gap={6} miw={0}>
          <Text size="xs" c="dimmed">
            The same on the command line
          </Text>
          {commands.map((words) => (
            <CommandLine key={words.join(' ')} words={words} />
          ))}
          {variables.length > 0 && (
            <Text size="xs" c="dimmed">
              The secrets are given in the environment of <code>fob apply</code>: {variables.join(', ')}
            </Text>
          )}
        </Stack>
      </div>
    </Panel>
  );
}

function Change({ step, what }: { readonly step: StepId; readonly what: string }) {
  const { go } = useCreation();
  return (
    <Anchor component="button" type="button" size="xs" onClick={() => go(step)} className={classes.change ?? ''}>
      <IconPencil size={13} aria-hidden /> Change
      <span className={classes.hidden}> {what}</span>
    </Anchor>
  );
}

function rowsOf(draft: Draft, at: number): [string, string, StepId][] {
  const fn = draft.parts.functions[at]!;
  const { mode, role } = accessOf(draft, at);
  return [
    ['Code', codeLine(draft, at), draft.start === 'blueprint' || draft.start === 'code' ? 'function' : 'start'],
    ['Description', fn.description || 'none', 'function'],
    ['Runtime', fn.runtime || 'the node finds out', 'function'],
    ['Entry point', fn.handler || 'the node finds out', 'role'],
    [
      'Role',
      mode === 'none' ? 'none: it reaches no service' : `${role}${mode === 'new' ? ', which is made' : ''}`,
      'role',
    ],
    ['Memory and time', `${fn.memoryMb.toLocaleString('en-GB')} MB, ${formatDuration(fn.timeoutMs)}`, 'resources'],
  ];
}

function codeLine({ start, blueprint, upload, repository, parts }: Draft, at: number): string {
  const { files } = parts.functions[at]!;
  if (start === 'repository') return `${repository.url}, ${repository.follow} ${repository.ref || 'main'}`;
  if (files.length === 0) return upload?.name ?? 'none';
  const from = start === 'blueprint' ? `, from the blueprint ${blueprint}` : '';
  return `${files.length === 1 ? files[0]!.path : `${files.length} files`}${from}`;
}

/** What the policies say of a function as it is written; asked anew when that changes. */
function useVerdict(at: number) {
  const { draft } = useCreation();
  const { name } = draft.parts.functions[at]!;
  const config = configOf(draft, at);
  const isAsked = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);
  return useQuery<Verdict, ApiProblem>({
    queryKey: ['/v1/policies/check', { function: name, config }],
    queryFn: () => api.post('/v1/policies/check', { body: { function: name, config } }),
    enabled: isAsked,
    retry: false,
  });
}

function PolicyBadge({ at }: { readonly at: number }) {
  const { data, error } = useVerdict(at);
  if (error !== null) return <StatusBadge tone="quiet">policies not known</StatusBadge>;
  if (data === undefined) return <StatusBadge tone="busy">asking the policies</StatusBadge>;
  if (!data.allowed) return <StatusBadge tone="bad">policies forbid it</StatusBadge>;
  if (data.violations.length + data.warnings.length > 0) return <StatusBadge tone="notice">policies warn</StatusBadge>;
  return <StatusBadge tone="good">policies allow it</StatusBadge>;
}

function PolicyVerdict({ at }: { readonly at: number }) {
  const { data, error, isLoading } = useVerdict(at);
  if (isLoading) return <Loading rows={1} />;
  if (error !== null) {
    return (
      <Text size="sm" c="dimmed">
        What the policies say cannot be told: {error.detail}
      </Text>
    );
  }
  const said = [
    ...(data?.violations ?? []).map(({ policy, mode, message }) => ({ policy, message, isBad: mode === 'enforce' })),
    ...(data?.warnings ?? []).map((message) => ({ policy: '', message, isBad: false })),
  ];
  if (said.length === 0) return null;
  return (
    <Stack gap={6}>
      {said.map(({ policy, message, isBad }) => (
        <Alert
          key={`${policy}${message}`}
          color={isBad ? 'red' : 'yellow'}
          variant="light"
          title={`${isBad ? 'Forbidden' : 'Warned of'}${policy === '' ? '' : ` by the policy ${policy}`}`}
          className={classes.verdict ?? ''}
          data-bad={isBad || undefined}
        >
          {message}
        </Alert>
      ))}
    </Stack>
  );
}
