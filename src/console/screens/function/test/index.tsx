import { Button, Group, Kbd, Select, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { CodeEditor } from '../../../ui/code-editor.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import { useTargets } from '../targets.ts';
import { freeName, sourceOfBrowser } from './browser-events.ts';
import { History } from './history.tsx';
import { MoveEvents } from './move-events.tsx';
import { Result } from './result.tsx';
import { type Run, runFunction } from './run.ts';
import { SavedByOthers } from './saved-by-others.tsx';
import { SavedEvents } from './saved-events.tsx';
import classes from './test.module.css';
import { useEvent } from './use-event.ts';

const MOST_RUNS = 20;

/** Runs the function with an event, and shows what came of it: result, log, timing. */
export default function Test({ view }: FunctionTabProps) {
  const { name } = view;
  const [words, setWords] = useWords(['target']);
  const event = useEvent(view);
  const { text, saved, inBrowser, source } = event;
  const [runs, setRuns] = useState<readonly Run[]>([]);
  const [shown, setShown] = useState<Run>();
  const [running, setRunning] = useState<AbortController>();
  const may = useMay('function:invoke', `function:${name}`);
  const targets = useTargets(view);
  const target = targets.find(({ value }) => value === words.target)?.value ?? name;
  const problem = useMemo(() => jsonFault(text), [text]);

  const run = async () => {
    if (may.allowed !== true || running !== undefined || !event.isWritten || problem !== undefined) return;
    const controller = new AbortController();
    setRunning(controller);
    try {
      const done = await runFunction(target, text, controller.signal);
      setRuns((before) => [done, ...before].slice(0, MOST_RUNS));
      setShown(done);
    } catch {
      // It was stopped.
    } finally {
      setRunning(undefined);
    }
  };
  useEffect(() => () => running?.abort(), [running]);
  useHotkeys([['mod+Enter', () => void run()]], []);

  const names = saved.events.map((each) => each.name);
  const ofBrowser = inBrowser.events.find((each) => sourceOfBrowser(each.name) === source);

  return (
    <>
      <MoveEvents
        name={name}
        events={inBrowser.events}
        taken={names}
        onMoved={event.onMoved}
        onForget={() => {
          for (const each of inBrowser.events) inBrowser.forget(each.name);
        }}
      />
      <div className={classes.columns}>
        <Panel
          title="Event"
          aside={
            <SavedEvents
              name={name}
              events={saved.events}
              text={text}
              problem={problem}
              base={event.base}
              suggestion={ofBrowser === undefined ? '' : freeName(ofBrowser.name, new Set(names))}
              onSaved={event.onSaved}
              onRemoved={event.onRemoved}
            />
          }
        >
          <div className={classes.fields}>
            <Select
              label="Begin from"
              placeholder="A saved event, or a sample"
              data={event.groups}
              value={event.groups.some(({ items }) => items.some(({ value }) => value === source)) ? source : null}
              onChange={(next) => next !== null && void event.begin(next)}
              searchable
              nothingFoundMessage="No event is called so"
              error={event.fault || undefined}
            />
            <Select
              label="Run"
              data={targets}
              value={target}
              onChange={(next) => setWords({ target: next === name ? '' : (next ?? '') })}
              allowDeselect={false}
            />
          </div>
          <CodeEditor
            label="Event as JSON"
            value={text}
            onChange={(next) => next !== text && event.write(next)}
            language="json"
            minHeight="16rem"
            maxHeight="44vh"
            onRun={() => void run()}
          />
          {event.theirs !== undefined && <SavedByOthers event={event.theirs} onTake={event.take} />}
          <Group justify="space-between" mt="sm" gap="xs">
            <Text size="xs" c={problem === undefined ? 'dimmed' : 'var(--fob-bad)'} role="status">
              {problem ?? (
                <>
                  <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd> runs it
                </>
              )}
            </Text>
            {running === undefined ? (
              <May action="function:invoke" on={`function:${name}`}>
                <Button
                  onClick={() => void run()}
                  disabled={!event.isWritten || problem !== undefined}
                  leftSection={<IconPlayerPlay size={16} aria-hidden />}
                >
                  Run
                </Button>
              </May>
            ) : (
              <Button
                variant="default"
                onClick={() => running.abort()}
                leftSection={<IconPlayerStop size={16} aria-hidden />}
              >
                Stop
              </Button>
            )}
          </Group>
        </Panel>
        <Result name={name} run={shown} isRunning={running !== undefined} />
      </div>
      {runs.length > 1 && <History runs={runs} shown={shown} onShow={setShown} />}
      {event.isWritten && problem === undefined && (
        <CommandLine
          words={[
            'call',
            target,
            ...(event.asSaved === undefined ? dataOf(text) : ['--saved', event.asSaved.name]),
            '--logs',
          ]}
        />
      )}
    </>
  );
}

function jsonFault(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is no JSON: ${(error as Error).message}`;
  }
}

/** The event for a command line, without what only makes it easy to read. */
function dataOf(text: string): string[] {
  return text.trim() === '' ? [] : ['--data', JSON.stringify(JSON.parse(text))];
}
