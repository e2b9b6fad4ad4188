import { memo } from 'react';
import { Highlight } from '../../ui/highlight.tsx';
import { visible } from '../../ui/visible.ts';
import classes from './line-list.module.css';
import { type Entry, isGap, type LogLine } from './lines.ts';
import { structured } from './structured.ts';

/** More of a line than any screen is wide is only shown beside the list. */
const MAX_SHOWN = 1_000;

interface LineRowProps {
  readonly entry: Entry;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly isCurrent: boolean;
  readonly find: string;
  readonly showsFunction: boolean;
  readonly onPick: (place: number) => void;
}

/** One line, on one row. */
export const LineRow = memo(function LineRow(props: LineRowProps) {
  const { entry, id, top, place, isCurrent, find, showsFunction, onPick } = props;
  if (isGap(entry)) {
    return (
      <div
        role="option"
        aria-selected={isCurrent}
        id={id}
        className={`${classes.row} ${classes.gap}`}
        style={{ top }}
        data-current={isCurrent || undefined}
      >
        ⋯ {entry.gap}
      </div>
    );
  }
  const { timeMs, function: name, text } = entry;
  // What the platform says of a call that went well is no level of the function's.
  const level = entry.stream === 'platform' && entry.level === 'info' ? 'platform' : entry.level;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears Enter
    <div
      role="option"
      aria-selected={isCurrent}
      id={id}
      className={classes.row}
      style={{ top }}
      data-current={isCurrent || undefined}
      data-level={level}
      onClick={() => onPick(place)}
    >
      <span className={classes.time}>{clockOf(timeMs)}</span>
      <span className={classes.level}>{level === 'platform' ? 'fob' : level}</span>
      {showsFunction && <span className={classes.function}>{name}</span>}
      <span className={classes.text}>
        <LineWords text={entry.stream === 'platform' ? inShort(entry) : text} find={find} />
      </span>
    </div>
  );
});

/** What the platform says of an invocation, from where it matters on a phone; the line's detail has it in whole. */
function inShort({ text, invocationId }: LogLine): string {
  const said = invocationId === undefined ? text : text.replace(`${invocationId} `, '');
  return said.replace(/^END failed \(exception\): /, '');
}

/** What a line says, on one row: of a JSON object its message, and then its fields. */
export function LineWords({ text, find = '' }: { readonly text: string; readonly find?: string }) {
  const said = structured(text);
  if (said === undefined) return <Highlight text={text.slice(0, MAX_SHOWN)} find={find} />;
  return (
    <>
      {said.message !== undefined && (
        <span>
          <Highlight text={said.message.slice(0, MAX_SHOWN)} find={find} />{' '}
        </span>
      )}
      {said.fields.slice(0, 24).map(([name, value]) => (
        <span key={name} className={classes.field}>
          <span className={classes.name}>{visible(name)}=</span>
          <Highlight text={value.slice(0, 200)} find={find} />{' '}
        </span>
      ))}
    </>
  );
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day to the millisecond: made by hand, since thousands are made a second. */
export function clockOf(ms: number): string {
  const when = new Date(ms);
  return `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}.${String(when.getMilliseconds()).padStart(3, '0')}`;
}
