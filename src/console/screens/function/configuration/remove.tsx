import { Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { api } from '../../../api/client.ts';
import type { FunctionView } from '../../../api/things.ts';
import { ConfirmButton } from '../../../ui/confirm-button.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { useSeenRevision } from '../../../ui/seen-revision.ts';
import classes from './configuration.module.css';

/** Removes the function, after its name was typed. */
export function Remove({ view: { name, revision } }: { readonly view: FunctionView }) {
  const navigate = useNavigate();
  const seen = useSeenRevision(revision);
  return (
    <Panel title="Remove it">
      <div className={classes.remove}>
        <Text size="sm">
          Its triggers, versions and aliases go with it. Its records and logs stay until they are too old.
        </Text>
        <ConfirmButton
          label="Remove the function"
          action="function:remove"
          on={`function:${name}`}
          button={{ c: 'var(--fob-bad)' }}
          title={`Remove ${name}?`}
          typed={name}
          command={['rm', name]}
          onAsk={seen.ask}
          onConfirm={async () => {
            await seen.act((precondition) => api.delete('/v1/functions/{name}', { path: { name }, ...precondition }));
            await navigate('/functions');
            return `${name} is removed`;
          }}
        >
          Invocations of it fail from now on, and nothing wakes it any more. This cannot be taken back.
        </ConfirmButton>
      </div>
    </Panel>
  );
}
