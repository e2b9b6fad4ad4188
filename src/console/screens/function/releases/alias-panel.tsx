import { Button, Group, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconDots, IconTrendingUp } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { ConfirmButton } from '../../../ui/confirm-button.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { Time } from '../../../ui/time.tsx';
import { ReleaseView } from './release-view.tsx';
import classes from './releases.module.css';
import { Shares } from './shares.tsx';
import { sharesText } from './shares-text.ts';

export type Alias = Api['GET /v1/functions/{name}/aliases']['answer']['aliases'][number];

interface AliasPanelProps {
  readonly view: FunctionView;
  readonly alias: Alias;
  readonly onEdit: () => void;
  readonly onRelease: () => void;
}

/** One alias: what it names, the release that is under way, and what it named before. */
export function AliasPanel({ view: { name }, alias, onEdit, onRelease }: AliasPanelProps) {
  const { name: own, description, versions, stickyBy, updatedAt, updatedBy, release, revision } = alias;
  const [isRemoving, removal] = useDisclosure(false);
  /** Where it goes back to as it was asked about: what others do, or the release by itself, does not change the question. */
  const [asked, setAsked] = useState<number>();
  const path = { name, alias: own };
  const headers = { 'If-Match': `"${revision}"` };
  const goBack = useChange(
    () => api.post('/v1/functions/{name}/aliases/{alias}/rollback', { path, body: { to: asked! }, headers }),
    ['/v1/functions', '/v1/releases'],
  );
  const removing = useChange(
    () => api.delete('/v1/functions/{name}/aliases/{alias}', { path, headers }),
    ['/v1/functions'],
  );
  const isUnderWay = release?.state === 'running' || release?.state === 'paused';
  const backTo = alias.rollsBackTo;
  return (
    <Panel
      title={
        <span>
          <span className={classes.quiet}>{name}:</span>
          {own}
        </span>
      }
      aside={
        <>
          {!isUnderWay && (
            <May action="function:release" on={`function:${name}`}>
              <Button
                size="xs"
                onClick={onRelease}
                disabled={versions.length > 1}
                title={versions.length > 1 ? 'Move it to one version first' : undefined}
                leftSection={<IconTrendingUp size={14} aria-hidden />}
              >
                Release gradually
              </Button>
            </May>
          )}
          <May action="function:release" on={`function:${name}`}>
            <Button
              size="xs"
              variant="default"
              onClick={onEdit}
              disabled={isUnderWay}
              title={isUnderWay ? 'The release moves it until it ends' : undefined}
            >
              Move
            </Button>
          </May>
          <ConfirmButton
            label="Roll back"
            action="function:release"
            on={`function:${name}`}
            onAsk={() => setAsked(backTo)}
            button={{
              size: 'xs',
              disabled: backTo === undefined,
              leftSection: <IconArrowBackUp size={14} aria-hidden />,
            }}
            title={`Roll ${own} back to version ${asked}?`}
            command={['rollback', name, '--alias', own, '--to', String(asked)]}
            onConfirm={async () => `${name}:${own} is ${sharesText((await goBack.mutateAsync(undefined)).versions)}`}
          >
            {isUnderWay && 'The release ends. '}
            All invocations of {name}:{own} go to version {asked} at once, in place of {sharesText(versions)}.
          </ConfirmButton>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button size="compact-sm" variant="subtle" color="gray" aria-label={`Do something else with ${own}`}>
                <IconDots size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <May action="function:release" on={`function:${name}`}>
                <Menu.Item c="var(--fob-bad)" onClick={removal.open}>
                  Remove it
                </Menu.Item>
              </May>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <div className={classes.alias}>
        {description !== '' && <Text size="sm">{description}</Text>}
        <Shares versions={versions} />
        <Text size="xs" c="dimmed">
          Moved <Time at={updatedAt} ago /> by {updatedBy}
          {stickyBy !== undefined && `; callers stay with one version by ${stickyBy}`}
          {backTo !== undefined && `; before: version ${backTo}`}
        </Text>
        {release !== undefined && <ReleaseView release={release} />}
        <Group>
          <CommandLine words={['alias', 'show', name, own]} />
        </Group>
      </div>
      <Confirm
        opened={isRemoving}
        onClose={removal.close}
        title={`Remove the alias ${own}?`}
        verb="Remove it"
        typed={own}
        onConfirm={async () => {
          await removing.mutateAsync(undefined);
          notifications.show({ message: `The alias ${own} is removed` });
        }}
        command={['alias', 'rm', name, own]}
      >
        Invocations, triggers and destinations that name {name}:{own} fail from now on. The versions stay.
      </Confirm>
    </Panel>
  );
}
