import { Anchor, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { formatDuration } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { lookOf } from '../../ui/trigger-form/trigger-form.tsx';
import { useCreation } from './context.tsx';
import shared from './create.module.css';
import { accessOf, type Draft, followedBy, ownerOf, tagsOf } from './draft.ts';
import { GrantList } from './grant-list.tsx';
import { MissingPermissions } from './missing-permissions.tsx';
import { PolicyBadge, PolicyVerdict } from './policy-verdict.tsx';
import classes from './review.module.css';
import type { StepId } from './step-list.ts';
import { triggerLine } from './summary.ts';
import { WhatIsMade } from './what-is-made.tsx';

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
        title={functions.length === 1 ? 'What wakes it' : 'What wakes them'}
        aside={<Change step="trigger" what="triggers" />}
      >
        {triggers.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing by itself: it is called by hand, from the command line, or by the API.
          </Text>
        ) : (
          <ul className={shared.plain}>
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

function Change({ step, what }: { readonly step: StepId; readonly what: string }) {
  const { go } = useCreation();
  return (
    <Anchor component="button" type="button" size="xs" onClick={() => go(step)} className={classes.change ?? ''}>
      <IconPencil size={13} aria-hidden /> Change
      <VisuallyHidden component="span"> {what}</VisuallyHidden>
    </Anchor>
  );
}

function rowsOf(draft: Draft, at: number): [string, string, StepId][] {
  const fn = draft.parts.functions[at]!;
  const { mode, role } = accessOf(draft, at);
  return [
    ['Code', codeLine(draft, at), draft.start === 'blueprint' || draft.start === 'code' ? 'function' : 'start'],
    ['Description', fn.description || 'none', 'function'],
    ['Owner', ownerOf(fn) || 'none', 'function'],
    ...(tagsOf(fn).length > 0 ? [['Tags', tagsOf(fn).join(', '), 'function'] as [string, string, StepId]] : []),
    ['Runtime', fn.runtime || 'the node finds out', 'function'],
    ['Handler', fn.handler || 'the node finds out', 'role'],
    [
      'Role',
      mode === 'none' ? 'none: it reaches no service' : `${role}${mode === 'new' ? ', which is made' : ''}`,
      'role',
    ],
    ['Memory and timeout', `${fn.memoryMb.toLocaleString('en-GB')} MB, ${formatDuration(fn.timeoutMs)}`, 'resources'],
  ];
}

function codeLine({ start, blueprint, upload, repository, parts }: Draft, at: number): string {
  const { files } = parts.functions[at]!;
  if (start === 'repository') {
    const [[what, ref] = ['default', 'branch']] = Object.entries(followedBy(repository));
    return `${repository.url}, ${what} ${ref}`;
  }
  if (files.length === 0) return upload?.name ?? 'none';
  const from = start === 'blueprint' ? `, from the blueprint ${blueprint}` : '';
  return `${files.length === 1 ? files[0]!.path : `${files.length} files`}${from}`;
}
