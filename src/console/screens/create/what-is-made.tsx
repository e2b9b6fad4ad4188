import { Button, CopyButton, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { CommandLine } from '../../ui/command-line.tsx';
import { Panel } from '../../ui/panel.tsx';
import { commandsOf, scriptOf } from './commands.ts';
import { useCreation } from './context.tsx';
import { planOf, titleOfTask } from './plan.ts';
import classes from './review.module.css';

/** What comes into being, in order, and the commands that do the same. */
export function WhatIsMade() {
  const creation = useCreation();
  const plan = planOf(creation);
  const commands = commandsOf(creation);
  const variables = Object.keys(creation.blueprint?.secrets ?? {});
  return (
    <Panel
      title="What is made"
      aside={
        <CopyButton value={scriptOf(commands)} timeout={1_500}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="xs"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            >
              {copied ? 'Copied' : 'Copy all commands'}
            </Button>
          )}
        </CopyButton>
      }
    >
      <div className={classes.made}>
        <ol className={classes.numbered}>
          {plan.map((task) => (
            <li key={task.id}>{titleOfTask(task, creation.draft)}</li>
          ))}
        </ol>
        <Stack gap={6} miw={0}>
          <Text size="xs" c="dimmed">
            The same on the command line
          </Text>
          {commands.map((words) => (
            <CommandLine key={words.join(' ')} words={words} />
          ))}
          {variables.length > 0 && (
            <Text size="xs" c="dimmed">
              The secrets are given in the environment of <code>fob apply</code>: {variables.join(', ')}
            </Text>
          )}
        </Stack>
      </div>
    </Panel>
  );
}
