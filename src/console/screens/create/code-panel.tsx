import { Kbd, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { languageOf, tidyWords } from '../../ui/code-language.ts';
import { useEventCompletion } from '../../ui/event-completion.ts';
import { Failure } from '../../ui/failure.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import { type CodeFile, withFunction } from './draft.ts';
import { useSample } from './sample.ts';

interface CodePanelProps {
  readonly at: number;
  readonly fault?: string | undefined;
}

/** The code of a function, with the event that it gets at its side. */
export function CodePanel({ at, fault }: CodePanelProps) {
  const { draft, update } = useCreation();
  const { files, handler } = draft.parts.functions[at]!;
  const waking = draft.parts.triggers.find(({ of }) => of === at)?.trigger;
  const sample = useSample(waking, handler);
  const completion = useEventCompletion(sample);
  const [path, setPath] = useState(() => mainFile(files, handler));
  const file = files.find((each) => each.path === path) ?? files[0]!;
  const set = (text: string) =>
    update((before) => {
      const own = before.parts.functions[at]!.files.map((each) => (each.path === file.path ? { ...each, text } : each));
      return withFunction(before, at, { files: own });
    });
  return (
    <Panel
      title="Code"
      aside={
        files.length > 1 && (
          <Select
            aria-label="File"
            size="xs"
            data={files.map((each) => each.path)}
            value={file.path}
            onChange={(next) => next !== null && setPath(next)}
            allowDeselect={false}
            searchable={files.length > 10}
          />
        )
      }
    >
      <div className={classes.code}>
        <div className={classes.editor}>
          {completion !== undefined && (
            <CodeEditor
              key={file.path}
              label={`Code of ${file.path}`}
              value={file.text}
              onChange={set}
              language={languageOf(file.path)}
              minHeight="20rem"
              extensions={completion}
              format
            />
          )}
          <Failure error={fault} />
          <Text size="xs" c="dimmed" mt={6}>
            <Kbd size="xs">Ctrl S</Kbd> {tidyWords(languageOf(file.path))} · after <code>event</code> and a dot or
            bracket comes what the event holds · <Kbd size="xs">Esc</Kbd> then <Kbd size="xs">Tab</Kbd> leaves the
            editor
          </Text>
        </div>
        {sample !== undefined && (
          <section className={classes.sample} aria-label="Sample event">
            <Text size="xs" fw={600} mb={4}>
              The event that it gets
            </Text>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can have the focus */}
            <pre tabIndex={0}>{JSON.stringify(sample, null, 2)}</pre>
          </section>
        )}
      </div>
    </Panel>
  );
}

/** What files are called that a function is entered by. */
const ENTRY = /^(index|main|app|handler|function|lambda_function)\.[^/]+$/;
const CODE = /\.(py|[mc]?[jt]sx?)$/;

/** The file that the entry point is in; where that is for the node to find, the one that looks most like it. */
function mainFile(files: readonly CodeFile[], handler: string): string {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const found = files.find(({ path }) => stem !== '' && path.replace(/\.[^.]+$/, '') === stem);
  if (found !== undefined) return found.path;
  const likeness = ({ path, text }: CodeFile) =>
    (CODE.test(path) ? 8 : 0) +
    (path.includes('/') ? 0 : 4) +
    (ENTRY.test(path) ? 2 : 0) +
    (text.trim() === '' ? 0 : 1);
  return [...files].sort((a, b) => likeness(b) - likeness(a))[0]!.path;
}
