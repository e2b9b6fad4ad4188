import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { messageOf } from '../../../api/problem.ts';
import { CodeEditor } from '../../../ui/code-editor.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Failure } from '../../../ui/failure.tsx';
import { May } from '../../../ui/may.tsx';
import { prettyValue } from '../../../ui/pretty-json.ts';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import type { TriggerView } from '../../../ui/trigger-form/draft.ts';
import { functionPath } from '../paths.ts';

interface TriggerTestProps {
  readonly name: string;
  readonly trigger: TriggerView;
  readonly onClose: () => void;
}

/** Sends an event through a trigger's filter and mapping, and on to the function if one wants. */
export function TriggerTest({ name, trigger, onClose }: TriggerTestProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState('');
  const testing = useChange(
    ({ dryRun }: { dryRun: boolean }) =>
      api.post('/v1/triggers/{name}/test', {
        path: { name: trigger.name },
        body: { dryRun, ...(text.trim() !== '' && { event: JSON.parse(text) }) },
      }),
    ['/v1/triggers'],
  );
  const { mutate } = testing;
  // A sample of what it would send stands there from the start, unless somebody writes faster than the node answers.
  useEffect(() => {
    const fill = (sample: unknown) => setText((now) => (now === '' ? JSON.stringify(sample, null, 2) : now));
    mutate({ dryRun: true }, { onSuccess: ({ event }) => fill(event) });
  }, [mutate]);
  const test = (dryRun: boolean) => {
    try {
      if (text.trim() !== '') JSON.parse(text);
      setFault('');
      testing.mutate({ dryRun });
    } catch (error) {
      setFault(`This is no JSON: ${messageOf(error)}`);
    }
  };
  const { data } = testing;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={`Test ${trigger.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          The event goes through the trigger’s filter and mapping, as one of its source would.
        </Text>
        <CodeEditor
          label="CloudEvent as JSON"
          value={text}
          onChange={setText}
          language="json"
          minHeight="12rem"
          maxHeight="36vh"
        />
        <Failure error={fault || testing.error} />
        <Group gap="xs" justify="flex-end" data-loading={testing.isPending || undefined}>
          <Button variant="default" onClick={() => test(true)} disabled={testing.isPending}>
            Only show what it would get
          </Button>
          <May action="trigger:write" on={`function:${name}`}>
            <Button onClick={() => test(false)} loading={testing.isPending}>
              Run the function with it
            </Button>
          </May>
        </Group>
        {data !== undefined && (
          <div role="status">
            <StatusBadge tone={data.matched ? 'good' : 'notice'}>
              {data.matched ? 'The filter lets it through' : 'The filter keeps it out'}
            </StatusBadge>
            {data.run !== undefined && (
              <Group gap="xs" mt="xs">
                <StatusBadge tone={toneOf(data.run.status)}>{wordsOf(data.run.status)}</StatusBadge>
                <Anchor component={Link} to={functionPath(name, `invocations/${data.run.invocationId}`)} size="sm">
                  The invocation
                </Anchor>
              </Group>
            )}
          </div>
        )}
        {data?.run !== undefined && (
          <CodeEditor
            label="What the function returned"
            value={data.run.error ?? prettyValue(data.run.result ?? null)}
            language={data.run.error === undefined ? 'json' : 'text'}
            readOnly
            minHeight="3rem"
            maxHeight="16rem"
          />
        )}
        {data?.run === undefined && data?.payload !== undefined && (
          <CodeEditor
            label="What the function would get"
            value={prettyValue(data.payload)}
            language="json"
            readOnly
            minHeight="3rem"
            maxHeight="16rem"
          />
        )}
        <CommandLine words={['trigger', 'test', trigger.name]} />
      </Stack>
    </Drawer>
  );
}
