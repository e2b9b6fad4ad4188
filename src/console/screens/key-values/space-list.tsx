import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBraces, IconPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { ANY } from '../../api/may.ts';
import { countColumn, nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { May } from '../../ui/may.tsx';
import { NamedList } from '../../ui/named-list.tsx';
import { Page } from '../../ui/page.tsx';
import { ValueForm } from './value-form.tsx';
import { spacePath } from './values.ts';

interface Space {
  readonly name: string;
  readonly keys: number;
}

const COLUMNS: readonly Column<Space>[] = [
  nameColumn('/key-values', { title: 'Space', width: 'minmax(6rem, 2fr)' }),
  countColumn('keys', 'Keys', ({ keys }) => keys, { width: '6rem' }),
];

/** All spaces that hold a key. */
export function SpaceList() {
  const query = useApi('/v1/kv');
  const [isSetting, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const button = (
    <May action="kv:write" on={ANY}>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        Set a value
      </Button>
    </May>
  );
  return (
    <Page title="Key-value spaces" lead="Small values that functions keep under keys" actions={button}>
      <NamedList
        query={query}
        rows={({ spaces }) => spaces.map(({ space, keys }): Space => ({ name: space, keys }))}
        of="space"
        to="/key-values"
        icon={IconBraces}
        columns={COLUMNS}
        texts={({ name }) => [name]}
        hint="Name"
        action={button}
      >
        A space is there as long as it holds a key. Functions keep in it what they need again: settings, sessions,
        counters.
      </NamedList>
      <CommandLine words={['kv', 'list']} />
      <ValueForm opened={isSetting} onClose={close} onSet={(space, key) => void navigate(spacePath(space, key))} />
    </Page>
  );
}
