import { ActionIcon, Anchor, Button, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconFilterPlus, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { formatTimeExactly } from '../../ui/format.ts';
import { Highlight } from '../../ui/highlight.tsx';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import { LineContext } from './line-context.tsx';
import classes from './line-detail.module.css';
import type { LogLine } from './lines.ts';
import { linePath } from './query.ts';
import { fieldsOf, structured } from './structured.ts';

const TONES: Readonly<Record<LogLine['level'], Tone>> = {
  trace: 'quiet',
  debug: 'quiet',
  info: 'info',
  warn: 'notice',
  error: 'bad',
  fatal: 'bad',
};

interface LineDetailProps {
  readonly line: LogLine;
  readonly find: string;
  readonly onClose: () => void;
  /** Shows only lines that are so. */
  readonly onWhere: (condition: string) => void;
  readonly onOnly: (change: { invocation?: string; stream?: string }) => void;
}

/** One line whole: its fields, where it comes from, and the lines around it. */
export function LineDetail({ line, find, onClose, onWhere, onOnly }: LineDetailProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { timeMs, level, function: name, version, invocationId, sandboxId, stream, text } = line;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line takes the focus
  useEffect(() => heading.current?.focus({ preventScroll: true }), [line]);
  const fields = fieldsOf(text);
  return (
    <aside
      className={classes.detail}
      aria-label="The chosen line"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={classes.header}>
        <StatusBadge tone={TONES[level]}>{stream === 'platform' ? 'platform' : level}</StatusBadge>
        <h2 ref={heading} tabIndex={-1} className={classes.when}>
          {formatTimeExactly(new Date(timeMs))}
        </h2>
        <CopyButton value={text} timeout={1_500}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy the line'}>
              <ActionIcon onClick={copy} aria-label={copied ? 'Copied' : 'Copy the line'}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
        <ActionIcon onClick={onClose} aria-label="Close the line">
          <IconX size={16} />
        </ActionIcon>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys */}
      <pre className={classes.text} tabIndex={0}>
        <Highlight text={structured(text)?.message ?? text} find={find} />
      </pre>
      {fields.length > 0 && (
        <table className={classes.fields}>
          <caption>Fields</caption>
          <tbody>
            {fields.map((field, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name, and they never change
              <Field key={at} {...field} find={find} onWhere={onWhere} />
            ))}
          </tbody>
        </table>
      )}
      <dl className={classes.facts}>
        <dt>Function</dt>
        <dd>
          <Anchor inherit underline="always" component={Link} to={`/functions/${encodeURIComponent(name)}`}>
            {name}
          </Anchor>{' '}
          version {version}
        </dd>
        {invocationId !== undefined && (
          <>
            <dt>Invocation</dt>
            <dd>
              <Anchor inherit component={Link} to={`/invocations/${encodeURIComponent(invocationId)}`}>
                {invocationId}
              </Anchor>
            </dd>
          </>
        )}
        <dt>Stream</dt>
        <dd>
          {sandboxId} ({stream})
        </dd>
      </dl>
      <Group gap="xs">
        {invocationId !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => onOnly({ invocation: invocationId })}>
            Only this invocation
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => onOnly({ stream: sandboxId })}>
          Only this stream
        </Button>
        <Button size="compact-sm" variant="default" component={Link} to={linePath(line)}>
          Go to its place in the stream
        </Button>
      </Group>
      {stream !== 'platform' && <LineContext line={line} />}
    </aside>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: string;
  readonly condition?: string;
  readonly find: string;
  readonly onWhere: (condition: string) => void;
}

function Field({ name, value, condition, find, onWhere }: FieldProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Highlight text={value} find={find} />
      </td>
      <td>
        {condition !== undefined && (
          <Tooltip label={`Only lines with ${condition.slice(0, 60)}`}>
            <ActionIcon size="sm" onClick={() => onWhere(condition)} aria-label={`Only lines with this ${name}`}>
              <IconFilterPlus size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </td>
    </tr>
  );
}
