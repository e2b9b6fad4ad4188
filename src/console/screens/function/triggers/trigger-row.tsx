import { Button, Group, Menu, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDots, IconFlask } from '@tabler/icons-react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { messageOf } from '../../../api/problem.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { tell } from '../../../ui/deed.tsx';
import { formatCount, formatDuration } from '../../../ui/format.ts';
import { May } from '../../../ui/may.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import type { TriggerView } from '../../../ui/trigger-form/draft.ts';
import { lookOf } from '../../../ui/trigger-form/types.ts';
import { visible } from '../../../ui/visible.ts';
import { toneOfTrigger } from '../trigger-state.ts';
import classes from './triggers.module.css';

interface TriggerRowProps {
  readonly trigger: TriggerView;
  /** The URL points at it. */
  readonly isMeant: boolean;
  readonly onChange: () => void;
  readonly onTest: () => void;
}

/** One trigger: what it waits for, how it is, what it did. */
export function TriggerRow({ trigger, isMeant, onChange, onTest }: TriggerRowProps) {
  const { name, type, summary, state, enabled, revision, counts, waiting, lagMs, lastEventAtMs, lastError, next } =
    trigger;
  const [isRemoving, { open, close }] = useDisclosure(false);
  const may = useMay('trigger:write', `function:${trigger.function}`);
  const headers = { 'If-Match': `"${revision}"` };
  const switching = useChange(
    (on: boolean) => api.patch('/v1/triggers/{name}', { path: { name }, body: { enabled: on }, headers }),
    ['/v1/triggers', '/v1/map'],
  );
  const removing = useChange(
    () => api.delete('/v1/triggers/{name}', { path: { name }, headers }),
    ['/v1/triggers', '/v1/map'],
  );
  const { title, icon: Icon } = lookOf(type);
  const did = [
    `${formatCount(counts.accepted)} accepted`,
    `${formatCount(counts.delivered)} delivered`,
    ...(counts.filtered > 0 ? [`${formatCount(counts.filtered)} filtered out`] : []),
    ...(counts.lost > 0 ? [`${formatCount(counts.lost)} lost`] : []),
    ...(waiting > 0 ? [`${formatCount(waiting)} wait, the oldest for ${formatDuration(lagMs)}`] : []),
  ];
  return (
    <li className={classes.row} data-meant={isMeant || undefined}>
      <Icon size={20} stroke={1.5} aria-hidden />
      <div className={classes.what}>
        <div className={classes.title}>
          <b>{summary}</b>
          <StatusBadge tone={toneOfTrigger(state)} plain>
            {state}
          </StatusBadge>
        </div>
        <div className={classes.small}>
          {title} · {name} · {did.join(', ')}
          {lastEventAtMs !== undefined && (
            <>
              {' '}
              · last <Time at={lastEventAtMs} ago />
            </>
          )}
          {next?.[0] !== undefined && enabled && (
            <>
              {' '}
              · next <Time at={next[0]} />
            </>
          )}
          {trigger.path !== undefined && (
            <>
              {' '}
              · called at <code>{trigger.path}</code>
            </>
          )}
        </div>
        {lastError !== undefined && (
          <div className={classes.fault}>
            {visible(lastError.message)} (<Time at={lastError.atMs} ago />)
          </div>
        )}
        {switching.error !== null && (
          <div className={classes.fault} role="alert">
            {messageOf(switching.error)}
          </div>
        )}
      </div>
      <Group gap="xs" className={classes.actions ?? ''} data-loading={switching.isPending || undefined}>
        <Switch
          size="sm"
          checked={enabled}
          disabled={may.allowed !== true || switching.isPending}
          {...(may.reason !== undefined && { title: may.reason })}
          onChange={({ currentTarget: { checked } }) =>
            switching.mutate(checked, {
              onSuccess: () =>
                tell(`${name} ${checked ? 'runs again' : 'is paused'}`, [
                  'trigger',
                  checked ? 'resume' : 'pause',
                  name,
                ]),
            })
          }
          label={enabled ? 'On' : 'Paused'}
          aria-label={`${name} is on`}
        />
        <May action="trigger:write" on={`function:${trigger.function}`}>
          <Button
            size="xs"
            variant="default"
            onClick={onTest}
            aria-label={`Test ${name}`}
            leftSection={<IconFlask size={14} aria-hidden />}
          >
            Test
          </Button>
        </May>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button size="compact-sm" variant="subtle" color="gray" aria-label={`Do something with ${name}`}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <May action="trigger:write" on={`function:${trigger.function}`}>
              <Menu.Item onClick={onChange}>Change it</Menu.Item>
            </May>
            <May action="trigger:write" on={`function:${trigger.function}`}>
              <Menu.Item c="var(--fob-bad)" onClick={open}>
                Remove it
              </Menu.Item>
            </May>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Confirm
        opened={isRemoving}
        onClose={close}
        title={`Remove the trigger ${name}?`}
        verb="Remove it"
        onConfirm={async () => {
          await removing.mutateAsync(undefined);
          notifications.show({ message: `The trigger ${name} is removed` });
        }}
        command={['trigger', 'rm', name]}
      >
        {summary} does not wake the function any more.{' '}
        <Text span>What it has accepted already is still delivered.</Text>
      </Confirm>
    </li>
  );
}
