import { ActionIcon, Autocomplete, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconLockOpen, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { grantWords } from '../../ui/grant-words.ts';
import { useCreation } from './context.tsx';
import classes from './create.module.css';

interface GrantListProps {
  readonly grants: readonly string[];
  /** Absent: they are only shown. */
  readonly onChange?: (grants: readonly string[]) => void;
}

/** What a role allows, in words, and a line that adds more from templates. */
export function GrantList({ grants, onChange }: GrantListProps) {
  return (
    <Stack gap="xs">
      {grants.length === 0 ? (
        <Text size="sm" c="dimmed">
          It allows nothing yet.
        </Text>
      ) : (
        <ul className={classes.grants} aria-label="What it allows">
          {grants.map((grant) => (
            <li key={grant}>
              <IconLockOpen size={15} stroke={1.6} aria-hidden />
              <span className={classes.grantWords}>
                {grantWords(grant)} <code>{grant}</code>
              </span>
              {onChange !== undefined && (
                <ActionIcon
                  size="sm"
                  aria-label={`Take away ${grant}`}
                  onClick={() => onChange(grants.filter((each) => each !== grant))}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {onChange !== undefined && <AddGrant onAdd={(more) => onChange([...new Set([...grants, ...more])])} />}
    </Stack>
  );
}

function AddGrant({ onAdd }: { readonly onAdd: (grants: readonly string[]) => void }) {
  const { known } = useCreation();
  const [name, setName] = useState<string | null>(null);
  const [about, setAbout] = useState('');
  const template = known.templates.find((each) => each.name === name);
  const names =
    template?.about === 'bucket' || template?.about === 'queue' || template?.about === 'topic'
      ? known[template.about]
      : template?.about === 'function'
        ? known.functions
        : [];
  const add = () => {
    if (template === undefined || about === '') return;
    onAdd(template.grants.map((grant) => grant.replace('NAME', about)));
    setAbout('');
  };
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label="Template"
        placeholder="What is it to do?"
        data={known.templates.map((each) => ({ value: each.name, label: capital(each.meaning) }))}
        value={name}
        onChange={setName}
        flex="1 1 14rem"
      />
      <Autocomplete
        label={template === undefined ? 'Of which' : `Which ${template.about === 'kv' ? 'space' : template.about}`}
        placeholder="Its name, or a beginning and *"
        data={[...(names ?? [])]}
        value={about}
        onChange={(text) => setAbout(text.trim())}
        disabled={template === undefined}
        limit={30}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || about === '') return;
          event.preventDefault();
          add();
        }}
        flex="1 1 12rem"
        spellCheck={false}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={15} />}
        onClick={add}
        disabled={template === undefined || about === ''}
      >
        Allow
      </Button>
    </Group>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
