import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Failure } from '../../../ui/failure.tsx';
import { MaySet } from '../../../ui/may-set.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { TypedInput } from '../../../ui/typed-input.tsx';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import classes from './configuration.module.css';
import { Conflicts } from './conflicts.tsx';
import { SettingField } from './field.tsx';
import { Remove } from './remove.tsx';
import { type Config, commandOf, GROUPS } from './settings.ts';
import { Verdict } from './verdict.tsx';

/** Every setting with its meaning. Changes are gathered, looked at by the policies, and saved as one version. */
export default function Configuration({ view }: FunctionTabProps) {
  const { name, config } = view;
  const [{ find }, setWords] = useWords(['find']);
  const [changes, setChanges] = useState<Partial<Config>>({});
  /** What the changes were written upon. */
  const [base, setBase] = useState(view);
  const may = useMay('function:configure', `function:${name}`);
  const keys = Object.keys(changes) as (keyof Config)[];
  const saving = useChange(
    (body: Partial<Config>) =>
      api.patch('/v1/functions/{name}', {
        path: { name },
        body,
        headers: { 'If-Match': `"${base.revision}"` },
      }),
    ['/v1/functions', '/v1/policies', '/v1/audit'],
  );
  // What one has saved oneself is no conflict with what one wrote after that.
  const isTheirs = (key: keyof Config) => !equal(saving.variables?.[key], config[key]);
  const both = keys.filter(
    (key) => !equal(base.config[key], config[key]) && !equal(changes[key], config[key]) && isTheirs(key),
  );
  // Somebody else's change of other settings is no conflict: what one writes goes upon it.
  if (base !== view && both.length === 0) setBase(view);
  const change = (key: keyof Config, value: unknown) => {
    const { [key]: _, ...others } = changes;
    // What is being saved is no longer what stands.
    const isSaving = saving.isPending && Object.hasOwn(saving.variables, key);
    setChanges(equal(config[key], value) && !isSaving ? others : { ...others, [key]: value });
  };
  const save = () =>
    saving.mutate(changes, {
      onSuccess: (made) => {
        // What was written meanwhile is not saved yet.
        const isSaved = ([key, value]: [string, unknown]) => value === changes[key as keyof Config];
        setChanges((now) => Object.fromEntries(Object.entries(now).filter((each) => !isSaved(each))));
        notifications.show({ message: `Version ${made.version} of ${name} serves with it`, color: 'lagoon' });
      },
    });
  const isFound = (text: string) => text.toLowerCase().includes(find.trim().toLowerCase());

  return (
    <div className={classes.form}>
      {both.length > 0 && (
        <Conflicts
          view={view}
          changes={changes}
          keys={both}
          onTheirs={() => {
            setChanges(Object.fromEntries(keys.filter((key) => !both.includes(key)).map((key) => [key, changes[key]])));
            setBase(view);
          }}
          onMine={() => setBase(view)}
        />
      )}
      <TypedInput
        aria-label="Find a setting"
        placeholder="Find a setting"
        value={find}
        onText={(find) => setWords({ find })}
        leftSection={<IconSearch size={15} aria-hidden />}
        type="search"
        className={classes.find ?? ''}
      />
      <MaySet action="function:configure" on={`function:${name}`}>
        {GROUPS.map(({ title, settings }) => {
          const shown = settings.filter((each) => isFound(`${each.title} ${each.meaning} ${each.key}`));
          if (shown.length === 0) return null;
          return (
            <Panel key={title} title={title}>
              <div className={classes.fields}>
                {shown.map((setting) => (
                  <div
                    key={setting.key}
                    className={classes.field}
                    data-changed={keys.includes(setting.key) || undefined}
                  >
                    <SettingField
                      setting={setting}
                      value={changes[setting.key] ?? config[setting.key]}
                      onChange={(value) => change(setting.key, value)}
                    />
                    {keys.includes(setting.key) && (
                      <Text size="xs" className={classes.mark ?? ''}>
                        changed; not saved yet
                      </Text>
                    )}
                  </div>
                ))}
              </div>
            </Panel>
          );
        })}
      </MaySet>
      {may.allowed === true && (
        <div className={classes.save} data-idle={keys.length === 0 || undefined}>
          <Verdict name={name} changes={changes} />
          {keys.length > 0 && <Failure error={saving.error} />}
          <Group gap="xs" justify="flex-end">
            <Text size="sm" c="dimmed" role="status">
              {keys.length === 0 ? 'Nothing is changed' : `${keys.length} changed`}
            </Text>
            <Button
              variant="default"
              disabled={keys.length === 0}
              onClick={() => {
                setChanges({});
                saving.reset();
              }}
            >
              Undo
            </Button>
            <Button onClick={save} loading={saving.isPending} disabled={keys.length === 0 || both.length > 0}>
              Save as a new version
            </Button>
          </Group>
        </div>
      )}
      <CommandLine words={commandOf(name, config, changes)} />
      <Remove view={view} />
    </div>
  );
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
