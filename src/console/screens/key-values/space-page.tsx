import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBraces, IconPlus, IconSearch, IconTrash } from '@tabler/icons-react';
import { useNavigate, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { firstOf, useDue } from '../../api/due.ts';
import { renew, usePages } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { countText, formatBytes } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { operands } from '../../ui/shell-words.ts';
import { Time } from '../../ui/time.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import { useWords } from '../../ui/words.ts';
import { EntryDrawer } from './entry-drawer.tsx';
import { ValueForm } from './value-form.tsx';
import { type Entry, KEYS } from './values.ts';

const PAGE = 200;

const COLUMNS: readonly Column<Entry>[] = [
  { key: 'key', title: 'Key', width: 'minmax(7rem, 3fr)', cell: ({ key }) => <code title={key}>{key}</code> },
  { key: 'size', title: 'Size', width: '5.5rem', align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
  { key: 'revision', title: 'Revision', width: '6rem', align: 'right', wide: true, cell: ({ revision }) => revision },
  {
    key: 'goes',
    title: 'Goes',
    width: '7rem',
    wide: true,
    cell: ({ expiresAtMs }) => (expiresAtMs === undefined ? '' : <Time at={expiresAtMs} ago />),
  },
];

/** One space: its keys, each with its value. */
export default function SpacePage() {
  const { name = '' } = useParams();
  const navigate = useNavigate();
  const [{ prefix, key }, setWords] = useWords(['prefix', 'key']);
  const [isSetting, { open, close }] = useDisclosure(false);
  const pages = usePages(
    KEYS,
    { path: { space: name }, query: { limit: PAGE, ...(prefix !== '' && { prefix }) } },
    ({ entries }) => entries,
  );
  useDue('/v1/kv', firstOf(pages.items.map(({ expiresAtMs }) => expiresAtMs)), pages.dataUpdatedAt);
  return (
    <Page
      title={name}
      crumbs={[{ title: 'Key-value spaces', to: '/key-values' }]}
      actions={
        <Group gap="xs">
          <May action="kv:write" on={`kv:${name}`}>
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              Set a value
            </Button>
          </May>
          <ConfirmButton
            label="Remove all keys"
            action="kv:manage"
            on={`kv:${name}`}
            button={{ leftSection: <IconTrash size={15} aria-hidden /> }}
            title={`Remove all keys of ${name}?`}
            typed={name}
            command={['kv', 'rm', name, '--all']}
            onConfirm={async () => {
              const { removed } = await api.delete(KEYS, { path: { space: name } });
              await navigate('/key-values');
              await renew('/v1/kv');
              return `${countText(removed, 'key')} of ${name} ${removed === 1 ? 'is' : 'are'} removed`;
            }}
          >
            Their values are gone for good, and so is the space until it holds a key again.
          </ConfirmButton>
        </Group>
      }
    >
      <Panel
        title="Keys"
        aside={
          <TypedInput
            aria-label="Keys that begin with"
            placeholder="Begins with"
            leftSection={<IconSearch size={15} aria-hidden />}
            value={prefix}
            onText={(text) => setWords({ prefix: text })}
          />
        }
        flush
      >
        <PagedTable
          pages={pages}
          what="The keys"
          label={`Keys of ${name}`}
          rows={pages.items}
          columns={COLUMNS}
          rowKey={(entry) => entry.key}
          onOpen={(entry) => setWords({ key: entry.key }, true)}
          empty={
            prefix === '' ? (
              <EmptyState icon={IconBraces} title="It holds no key">
                What is set here, or by a function, appears by itself.
              </EmptyState>
            ) : (
              <EmptyState icon={IconBraces} title={`No key begins with “${prefix}”`} />
            )
          }
        />
      </Panel>
      <CommandLine words={['kv', 'list', ...operands(...(prefix === '' ? [name] : [name, prefix]))]} />
      <EntryDrawer space={name} entryKey={key} onClose={() => setWords({ key: '' })} />
      <ValueForm opened={isSetting} onClose={close} space={name} />
    </Page>
  );
}
