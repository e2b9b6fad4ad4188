import { ActionIcon, Button, Group, Pill, Select, Switch, TagsInput, TextInput, Tooltip } from '@mantine/core';
import { IconDownload, IconFilter, IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { urlOf } from '../../api/client.ts';
import { TimeRange } from '../../ui/time-range.tsx';
import { LiveButton } from './live-button.tsx';
import classes from './log-view.module.css';
import { LEVELS, type Level, type useLogFilters } from './query.ts';
import type { LogSource } from './source.ts';

const TYPING_MS = 300;

interface FilterBarProps {
  readonly view: ReturnType<typeof useLogFilters>;
  readonly source?: LogSource;
  /** Of one invocation neither the time nor the stream is chosen. */
  readonly isOfOne: boolean;
  readonly children?: ReactNode;
}

/** What is looked for, in which part of time, and whether new lines come by themselves. */
export function FilterBar({ view, source, isOfOne, children }: FilterBarProps) {
  const { filters, query, range, setRange, change } = view;
  const [showsMore, setShowsMore] = useState(false);
  const hasMore = filters.where.length > 0 || (filters.platform && !isOfOne);
  const more = showsMore || hasMore;
  const { tail: lineFilters, ...bounds } = query;
  const { platform: _platform, ...exported } = lineFilters;
  return (
    <div className={classes.filters}>
      <div className={classes.bar}>
        <Search text={filters.text} onText={(text) => change({ text })} />
        {children}
        <Select
          size="xs"
          className={classes.level ?? ''}
          aria-label="Level"
          data={[
            { value: '', label: 'All levels' },
            ...LEVELS.slice(1).map((level) => ({
              value: level,
              label: level === 'fatal' ? 'Only fatal' : `${level[0]!.toUpperCase()}${level.slice(1)} and graver`,
            })),
          ]}
          value={filters.level ?? ''}
          allowDeselect={false}
          onChange={(level) => change({ level: (level || undefined) as Level | undefined })}
        />
        {!isOfOne && <TimeRange range={range} onRange={setRange} />}
        <Button
          size="xs"
          variant={more ? 'light' : 'default'}
          leftSection={<IconFilter size={15} stroke={1.6} aria-hidden />}
          onClick={() => setShowsMore(!more)}
          aria-expanded={more}
          disabled={hasMore}
        >
          Fields
        </Button>
        {!isOfOne && (
          <LiveButton isLive={filters.live} onLive={(live) => change({ live })} {...(source && { source })} />
        )}
        <Tooltip label="Download all lines that match">
          <ActionIcon
            component="a"
            href={urlOf('/v1/logs/export', {}, { ...exported, ...bounds, format: 'ndjson' })}
            download
            variant="default"
            size={30}
            aria-label="Download all lines that match"
          >
            <IconDownload size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </div>
      {more && (
        <div className={classes.bar}>
          <TagsInput
            size="xs"
            className={classes.where ?? ''}
            aria-label="Conditions for fields of JSON lines"
            placeholder={filters.where.length === 0 ? 'status>=500 and (user.id=42 or msg~"timed out")' : ''}
            splitChars={[]}
            acceptValueOnBlur
            value={[...filters.where]}
            onChange={(where) => change({ where })}
          />
          <Switch
            size="xs"
            label="Begin and end of each call"
            checked={filters.platform}
            onChange={(event) => change({ platform: event.currentTarget.checked })}
          />
        </div>
      )}
      <Chosen view={view} />
    </div>
  );
}

/** Filters that are chosen elsewhere and are taken back here. */
function Chosen({ view: { filters, change } }: Pick<FilterBarProps, 'view'>) {
  const chosen = (['version', 'stream', 'invocation', 'trace'] as const).filter((name) => filters[name] !== undefined);
  if (chosen.length === 0) return null;
  return (
    <Group gap={6}>
      {chosen.map((name) => (
        <Pill
          key={name}
          withRemoveButton
          onRemove={() => change({ [name]: undefined })}
          removeButtonProps={{ 'aria-label': `Not only this ${name}`, 'aria-hidden': false, tabIndex: 0 }}
        >
          {name} {String(filters[name])}
        </Pill>
      ))}
    </Group>
  );
}

/** The text that is looked for: used while one types, with a short wait. `s` goes there. */
function Search({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number>(undefined);
  const used = useRef(text);
  // What was typed since is not undone by what one typed before coming true.
  useEffect(() => {
    if (text !== used.current) setTyped(text);
    used.current = text;
  }, [text]);
  useEffect(() => {
    let isSecond = false;
    const onKey = (event: globalThis.KeyboardEvent): void => {
      // After `g` it is the name of a screen.
      const isSearch = event.key === 's' && !isSecond;
      isSecond = event.key === 'g';
      if (!isSearch || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]'))
        return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.clearTimeout(timer.current);
    };
  }, []);
  const use = (next: string): void => {
    window.clearTimeout(timer.current);
    if (next === used.current) return;
    used.current = next;
    onText(next);
  };
  return (
    <TextInput
      ref={input}
      size="xs"
      className={classes.search ?? ''}
      type="search"
      aria-label="Search for a text"
      placeholder="Search for a text"
      leftSection={<IconSearch size={15} stroke={1.6} aria-hidden />}
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => use(next), TYPING_MS);
      }}
      // Whoever goes on to a link is not brought back by what they typed just before.
      onBlur={() => use(typed)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter') use(typed);
      }}
    />
  );
}
