import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useNavigate } from 'react-router';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import classes from './configuration.module.css';

/** Removes the function, after its name was typed. */
export function Remove({ view: { name, revision } }: { readonly view: FunctionView }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const removing = useChange(
    () => api.delete('/v1/functions/{name}', { path: { name }, headers: { 'If-Match': `"${revision}"` } }),
    [],
  );
  return (
    <Panel title="Remove it">
      <div className={classes.remove}>
        <Text size="sm">
          Its triggers, versions and aliases go with it. Its records and logs stay until they are too old.
        </Text>
        <May action="function:remove" on={`function:${name}`}>
          <Button variant="default" c="var(--fob-bad)" onClick={open}>
            Remove the function
          </Button>
        </May>
      </div>
      <Confirm
        opened={isOpen}
        onClose={close}
        title={`Remove ${name}?`}
        verb="Remove it"
        typed={name}
        onConfirm={async () => {
          await removing.mutateAsync(undefined);
          notifications.show({ message: `${name} is removed` });
          await navigate('/functions');
        }}
      >
        Invocations of it fail from now on, and nothing wakes it any more. This cannot be taken back.
        <CommandLine words={['rm', name]} />
      </Confirm>
    </Panel>
  );
}
