import { Anchor, Group, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { ConfirmButton } from '../../../ui/confirm-button.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import { functionPath } from '../paths.ts';

interface ServedBeforeProps {
  readonly view: FunctionView;
  /** `undefined` until it is known. */
  readonly versions: Api['GET /v1/functions/{name}/versions']['answer'] | undefined;
}

const HOW = { deploy: 'deployed', configure: 'settings changed', rollback: 'rolled back to' };
const SHOWN = 8;

/** What served when where no alias is named, and the way back. */
export function ServedBefore({ view: { name, version, revision }, versions }: ServedBeforeProps) {
  const to = versions?.rollsBackTo;
  /** Where one goes back to as it was asked about: what others do meanwhile does not change the question. */
  const [asked, setAsked] = useState<number>();
  const target = versions?.versions.find((each) => each.version === asked);
  const goBack = useChange(
    () =>
      api.post('/v1/functions/{name}/rollback', {
        path: { name },
        body: { to: asked! },
        headers: { 'If-Match': `"${revision}"` },
      }),
    ['/v1/functions'],
  );
  const messageOf = (of: number) => versions?.versions.find((each) => each.version === of)?.origin?.message;
  const newestFirst = [...(versions?.moves ?? [])].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <Panel
      title="What served when, without an alias"
      flush
      aside={
        <Group gap="sm">
          <Anchor component={Link} to={functionPath(name, 'code')} size="sm">
            All versions
          </Anchor>
          <ConfirmButton
            label="Roll back"
            action="function:release"
            on={`function:${name}`}
            onAsk={() => setAsked(to)}
            button={{ size: 'xs', disabled: to === undefined, leftSection: <IconArrowBackUp size={14} aria-hidden /> }}
            title={`Roll ${name} back to version ${asked}?`}
            command={['rollback', name, '--to', String(asked)]}
            onConfirm={async () => `Version ${(await goBack.mutateAsync(undefined)).version} of ${name} serves`}
          >
            Invocations of <b>{name}</b> without an alias go to version {asked}
            {target !== undefined && (
              <>
                , made <Time at={target.createdAt} ago />
                {target.origin?.message !== undefined && ` (“${visible(target.origin.message)}”)`}
              </>
            )}
            , at once, in place of version {version}. Version {version} and all aliases stay as they are.
          </ConfirmButton>
        </Group>
      }
    >
      <SimpleTable label="What served when" head={['Since', 'Version', 'How', 'By']}>
        {newestFirst.slice(0, SHOWN).map((move, at) => (
          <tr key={move.at + move.version}>
            <td>
              <Time at={move.at} />
            </td>
            <td>
              {move.version}
              {at === 0 && move.version === version && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  serves
                </Text>
              )}
            </td>
            <td>
              {HOW[move.how]}
              {messageOf(move.version) !== undefined && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  “{messageOf(move.version)}”
                </Text>
              )}
            </td>
            <td>{move.by}</td>
          </tr>
        ))}
      </SimpleTable>
    </Panel>
  );
}
