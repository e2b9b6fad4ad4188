import { Button, PasswordInput, TextInput } from '@mantine/core';
import { Panel } from '../../ui/panel.tsx';
import { looseValues, usualText } from './blueprint.ts';
import { useCreation } from './context.tsx';
import classes from './create.module.css';

/** What a blueprint asks for beside its triggers' options: values of its own, and secrets. */
export function Asked() {
  const { draft, update, blueprint, values, valueFaults, secrets, setSecret, strict } = useCreation();
  if (draft.start !== 'blueprint' || blueprint === undefined) return null;
  const loose = looseValues(blueprint, draft.base !== undefined);
  const variables = Object.entries(blueprint.secrets ?? {});
  const random = variables.filter(([, { help = '' }]) => help.includes('random'));
  if (loose.length === 0 && variables.length === 0) return null;
  return (
    <Panel title="What the blueprint asks for">
      <div className={classes.fields}>
        {loose.map((name) => {
          const { label, help, default: usual } = blueprint.values[name]!;
          return (
            <TextInput
              key={name}
              label={label}
              description={help}
              value={draft.values[name] ?? values[name] ?? usualText(blueprint, name, draft.values)}
              onChange={(event) => {
                const text = event.currentTarget.value;
                update((before) => ({ ...before, values: { ...before.values, [name]: text } }));
              }}
              error={strict && usual === undefined && !draft.values[name] ? 'This is needed' : valueFaults[name]}
              withAsterisk={usual === undefined}
              spellCheck={false}
            />
          );
        })}
        {variables.map(([variable, { label, help }]) => {
          const value = secrets[variable] ?? '';
          return (
            <PasswordInput
              key={variable}
              label={label.charAt(0).toUpperCase() + label.slice(1)}
              description={`${help ?? ''}${help ? '. ' : ''}Kept sealed on the node, and nowhere in this browser`}
              value={value}
              onChange={(event) => setSecret(variable, event.currentTarget.value)}
              error={strict && value === '' ? 'This is needed' : undefined}
              aria-invalid={(strict && value === '') || undefined}
              withAsterisk
              autoComplete="new-password"
            />
          );
        })}
      </div>
      {random.length > 0 && (
        <Button
          variant="subtle"
          size="xs"
          mt="xs"
          onClick={() => {
            for (const [variable] of random) if (!secrets[variable]) setSecret(variable, randomSecret());
          }}
        >
          Make up a random one
        </Button>
      )}
    </Panel>
  );
}

/** Long and random, for keys that nobody has given yet. */
function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
