import { Button, Checkbox, Group, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { useDeed } from '../../../ui/deed.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import classes from './code.module.css';

type Answer = Api['GET /v1/functions/{name}/versions']['answer'];

interface VersionsProps {
  readonly view: FunctionView;
  readonly query: UseQueryResult<Answer, Error>;
  readonly onCompare: (from: number, to: number) => void;
  readonly onOpen: (version: number) => void;
}

/** Every version that is kept: who made it, when, from which commit, what names it; to be looked at, compared, pinned, gone back to. */
export function Versions({ view, query, onCompare, onOpen }: VersionsProps) {
  const { name, revision } = view;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [target, setTarget] = useState<number>();
  const publish = useDeed({
    change: (version: number) => api.post('/v1/functions/{name}/publish', { path: { name }, body: { version } }),
    touches: ['/v1/functions'],
    done: (version) => `Version ${version} is kept for good`,
    command: (version) => ['publish', name, '--version-number', String(version)],
  });
  const unpublish = useDeed({
    change: (version: number) =>
      api.delete('/v1/functions/{name}/versions/{version}/publication', { path: { name, version } }),
    touches: ['/v1/functions'],
    done: (version) => `Version ${version} is kept as long as others are`,
    command: (version) => ['publish', name, '--undo', String(version)],
  });
  const rollBack = useChange(
    (to: number) =>
      api.post('/v1/functions/{name}/rollback', {
        path: { name },
        body: { to },
        headers: { 'If-Match': `"${revision}"` },
      }),
    ['/v1/functions'],
  );
  const choose = (version: number) =>
    setChosen(chosen.includes(version) ? chosen.filter((each) => each !== version) : [...chosen, version].slice(-2));
  const [one, other] = [...chosen].sort((a, b) => a - b);
  return (
    <>
      <Panel
        title="Versions"
        flush
        aside={
          <Button size="xs" variant="default" disabled={other === undefined} onClick={() => onCompare(one!, other!)}>
            Compare the two chosen
          </Button>
        }
      >
        <QueryView query={query} what="The versions">
          {({ versions, cursor }) => (
            <>
              <SimpleTable
                label="Versions"
                head={['[Chosen to compare]', 'Version', 'Made', 'By', 'What and from where', '[Actions]']}
              >
                {versions.map(({ version, createdAt, origin, how, serves, aliases, publication }) => (
                  <tr key={version}>
                    <td>
                      <Checkbox
                        size="xs"
                        aria-label={`Compare version ${version}`}
                        checked={chosen.includes(version)}
                        onChange={() => choose(version)}
                      />
                    </td>
                    <td>
                      <Group gap={6} wrap="nowrap">
                        <button type="button" className={classes.link} onClick={() => onOpen(version)}>
                          {version}
                        </button>
                        {serves && (
                          <StatusBadge tone="good" plain>
                            serves
                          </StatusBadge>
                        )}
                        {publication !== undefined && (
                          <StatusBadge tone="info" plain>
                            pinned
                          </StatusBadge>
                        )}
                      </Group>
                      <Text size="xs" c="dimmed">
                        {aliases.map(({ alias, weight }) => (weight < 100 ? `${alias} ${weight}%` : alias)).join(', ')}
                      </Text>
                    </td>
                    <td>
                      <Time at={createdAt} />
                    </td>
                    <td>{origin?.by ?? '–'}</td>
                    <td className={classes.wide}>
                      {how === 'configure' && <Text size="sm">Settings changed</Text>}
                      {visible(origin?.message ?? publication?.description ?? '')}
                      {origin?.git !== undefined && (
                        <Text size="xs" c="dimmed">
                          <code>{origin.git.commit.slice(0, 10)}</code> {origin.git.branch ?? origin.git.tag}
                          {origin.git.author && ` by ${origin.git.author}`}
                          {!origin.git.clean && ', with changes that were not committed'}
                        </Text>
                      )}
                    </td>
                    <td>
                      <Menu position="bottom-end" withinPortal>
                        <Menu.Target>
                          <Button
                            variant="subtle"
                            size="compact-sm"
                            color="gray"
                            aria-label={`Do something with version ${version}`}
                          >
                            <IconDots size={16} />
                          </Button>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item onClick={() => onOpen(version)}>Look at its files</Menu.Item>
                          {!serves && (
                            <Menu.Item onClick={() => onCompare(version, view.version)}>
                              Compare with what serves
                            </Menu.Item>
                          )}
                          {publication === undefined ? (
                            <May action="function:release" on={`function:${name}`}>
                              <Menu.Item onClick={() => publish.act(version)}>Pin it: keep it for good</Menu.Item>
                            </May>
                          ) : (
                            <May action="function:release" on={`function:${name}`}>
                              <Menu.Item onClick={() => unpublish.act(version)}>Pin it no more</Menu.Item>
                            </May>
                          )}
                          {!serves && (
                            <May action="function:release" on={`function:${name}`}>
                              <Menu.Item onClick={() => setTarget(version)}>Go back to it: make it serve</Menu.Item>
                            </May>
                          )}
                        </Menu.Dropdown>
                      </Menu>
                    </td>
                  </tr>
                ))}
              </SimpleTable>
              {cursor !== undefined && <p className={classes.binary}>Older ones: fob versions {name}</p>}
            </>
          )}
        </QueryView>
      </Panel>
      <CommandLine words={['versions', name]} />
      <Confirm
        opened={target !== undefined}
        onClose={() => setTarget(undefined)}
        title={`Make version ${target} serve?`}
        verb="Go back to it"
        onConfirm={async () => {
          await rollBack.mutateAsync(target!);
          notifications.show({ message: `Version ${target} of ${name} serves`, color: 'lagoon' });
        }}
        command={['rollback', name, '--to', String(target)]}
      >
        Invocations of <b>{name}</b> without a version get version {target} from now on, in place of version{' '}
        {view.version}. Aliases stay as they are. Version {view.version} is kept.
      </Confirm>
    </>
  );
}
