import { Button, Group, Kbd, Select, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { messageOf } from '../../../api/problem.ts';
import { CodeEditor } from '../../../ui/code-editor.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { useTriggerKinds } from '../../../ui/trigger-form/types.ts';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import { useTargets } from '../targets.ts';
import { History } from './history.tsx';
import { keep, kept } from './kept.ts';
import { Result } from './result.tsx';
import { type Run, runFunction } from './run.ts';
import { useSavedEvents } from './saved.ts';
import { SavedEvents } from './saved-events.tsx';
import { firstSource, sampleOf, sourceGroups } from './sources.ts';
import classes from './test.module.css';

/** The event of a function that nothing wakes. */
const ANY = '{\n  "hello": "world"\n}';
const MOST_RUNS = 20;

/** Runs the function with an event, and shows what came of it: result, log, timing. */
export default function Test({ view }: FunctionTabProps) {
  const { name, id } = view;
  const [words, setWords] = useWords(['target', 'event']);
  const saved = useSavedEvents(id);
  const { kinds = [] } = useTriggerKinds();
  const triggers = useApi('/v1/triggers', { query: { function: name } });
  const before = useRef(kept(id));
  // Absent until it is known what it begins with.
  const [written, setText] = useState(before.current?.text);
  const text = written ?? '';
  const [fault, setFault] = useState('');
  const [runs, setRuns] = useState<readonly Run[]>([]);
  const [shown, setShown] = useState<Run>();
  const [running, setRunning] = useState<AbortController>();
  const may = useMay('function:invoke', `function:${name}`);
  const targets = useTargets(view);
  const target = targets.find(({ value }) => value === words.target)?.value ?? name;
  const found = triggers.data?.triggers ?? [];
  const groups = sourceGroups(saved.events, found, kinds);
  const problem = useMemo(() => jsonFault(text), [text]);

  const write = (next: string, source = words.event) => {
    setText(next);
    keep(id, { text: next, source });
  };
  const textOf = async (source: string) =>
    saved.events.find((each) => `saved:${each.name}` === source)?.text ?? (await sampleOf(source, view, found));
  const begin = async (source: string) => {
    setFault('');
    setWords({ event: source });
    try {
      write(await textOf(source), source);
    } catch (error) {
      setFault(messageOf(error));
    }
  };
  // It begins with what was written before, else with what the URL names, else as the function's trigger sends it.
  const isReady = !triggers.isPending;
  const begun = useRef(false);
  const first = async () => {
    const source = words.event || firstSource(found);
    if (before.current !== undefined && ['', before.current.source].includes(words.event)) {
      setWords({ event: before.current.source });
      return;
    }
    let sample = ANY;
    try {
      if (source !== undefined) sample = await textOf(source);
      if (source !== undefined) setWords({ event: source });
    } catch (error) {
      setFault(messageOf(error));
    }
    // Who was quicker than the node keeps what was typed.
    setText((now) => (now === before.current?.text ? sample : now));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what it may begin with is known
  useEffect(() => {
    if (begun.current || !isReady) return;
    begun.current = true;
    void first();
  }, [isReady]);

  const run = async () => {
    if (may.allowed !== true || running !== undefined || written === undefined || problem !== undefined) return;
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

  return (
    <>
      <div className={classes.columns}>
        <Panel
          title="Event"
          aside={
            <SavedEvents saved={saved} text={text} current={words.event} onSaved={(event) => setWords({ event })} />
          }
        >
          <div className={classes.fields}>
            <Select
              label="Begin from"
              placeholder="A saved event, or a sample"
              data={groups}
              value={groups.some(({ items }) => items.some(({ value }) => value === words.event)) ? words.event : null}
              onChange={(source) => source !== null && void begin(source)}
              searchable
              nothingFoundMessage="No event is called so"
              error={fault || undefined}
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
            onChange={(next) => next !== text && write(next)}
            language="json"
            minHeight="16rem"
            maxHeight="44vh"
            onRun={() => void run()}
          />
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
                  disabled={written === undefined || problem !== undefined}
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
      {written !== undefined && problem === undefined && (
        <CommandLine words={['call', target, ...dataOf(text), '--logs']} />
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
