import { Button, Checkbox, NumberInput, Select } from '@mantine/core';
import { IconBolt, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { CommandLine } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { formatCount } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Panel } from '../../ui/panel.tsx';
import { rangeWords, useTimeRange } from '../../ui/range.ts';
import { SinceFirst } from '../../ui/since-first.tsx';
import { wordsOf } from '../../ui/status-badge.tsx';
import { TimeRange } from '../../ui/time-range.tsx';
import { useNextPage } from '../../ui/use-next-page.ts';
import { useWords } from '../../ui/words.ts';
import { Activity } from './activity.tsx';
import { columnsOf } from './columns.tsx';
import { invocationPath, STATUSES } from './invocation.ts';
import classes from './invocations.module.css';
import { useInvocations } from './use-invocations.ts';

/** How far back one looks first, at most. */
const LONGEST = '24h';
const FAILED = 'any failure';

interface InvocationListProps {
  /** Only those of this function. */
  readonly function?: string;
  /** Further filters, at the left of the others. */
  readonly children?: ReactNode;
}

/** Records of invocations with their filters: newest first, any number of them; where the URL says no time, all since the first, of a day at most. */
export function InvocationList(props: InvocationListProps) {
  return (
    <SinceFirst longest={LONGEST} name={props.function}>
      {(usual) => <ListOfTime {...props} usual={usual} />}
    </SinceFirst>
  );
}

function ListOfTime({ function: only, usual, children }: InvocationListProps & { readonly usual: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { range, setRange } = useTimeRange(usual);
  const [words, change] = useWords(['function', 'status', 'version', 'alias', 'cold', 'slower']);
  const name = only ?? words.function;
  const status = STATUSES.find((each) => each === words.status);
  const version = /^[1-9]\d{0,8}$/.test(words.version) ? Number(words.version) : undefined;
  const slower = /^\d{1,9}$/.test(words.slower) ? Number(words.slower) : undefined;
  const found = useInvocations({
    ...(name !== '' && { function: name }),
    ...(status !== undefined && { status }),
    ...(words.status === FAILED && { failed: true }),
    ...(version !== undefined && { version }),
    ...(words.alias !== '' && { alias: words.alias }),
    ...(words.cold === '1' && { coldStart: true }),
    ...(slower !== undefined && { minDurationMs: slower }),
    ...range,
  });
  const more = useNextPage(found);
  const isFiltered = ['status', 'version', 'alias', 'cold', 'slower'].some((each) => words[each as 'status'] !== '');
  const longest = found.items.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  return (
    <>
      <Panel flush>
        <div className={classes.filters}>
          {children}
          <Select
            size="xs"
            className={classes.status ?? ''}
            aria-label="How they ended"
            data={[
              { value: '', label: 'However ended' },
              { value: FAILED, label: 'Any failure' },
              ...STATUSES.map((each) => ({ value: each, label: wordsOf(each) })),
            ]}
            value={words.status}
            allowDeselect={false}
            onChange={(value) => change({ status: value ?? '' }, true)}
          />
          <NumberInput
            size="xs"
            className={classes.number ?? ''}
            aria-label="Version"
            placeholder="Any version"
            min={1}
            allowDecimal={false}
            value={version ?? ''}
            onChange={(value) => change({ version: String(value) })}
          />
          <NumberInput
            size="xs"
            className={classes.number ?? ''}
            aria-label="At least so many milliseconds long"
            placeholder="Any length"
            prefix="≥ "
            suffix=" ms"
            min={0}
            allowDecimal={false}
            value={slower ?? ''}
            onChange={(value) => change({ slower: String(value) })}
          />
          <Checkbox
            size="xs"
            label="Only cold starts"
            checked={words.cold === '1'}
            onChange={(event) => change({ cold: event.currentTarget.checked ? '1' : '' }, true)}
          />
          <span className={classes.space} />
          <TimeRange range={range} onRange={setRange} />
        </div>
        <div className={classes.activity}>
          <Activity function={name} range={range} onRange={setRange} {...(version !== undefined && { version })} />
        </div>
        {found.newer > 0 && (
          <div className={classes.newer} role="status">
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={() => void client.resetQueries({ queryKey: ['pages of invocations'] })}
            >
              {`${formatCount(found.newer)} newer: show them`}
            </Button>
          </div>
        )}
        {found.data === undefined ? (
          found.error === null ? (
            <Loading rows={10} />
          ) : (
            <ErrorState error={found.error} what="The list of invocations" onRetry={() => void found.refetch()} />
          )
        ) : (
          <DataTable
            label="Invocations"
            rows={found.items}
            columns={columnsOf(only !== undefined, longest)}
            rowKey={({ invocationId }) => invocationId}
            rowHeight={36}
            maxHeight="max(20rem, calc(100vh - 27rem))"
            onOpen={({ invocationId }) => void navigate(invocationPath(invocationId))}
            onEnd={more}
            empty={
              <EmptyState
                icon={IconBolt}
                title={isFiltered ? 'No call is like that' : 'No call in this time'}
                action={
                  isFiltered ? (
                    <Button
                      variant="default"
                      onClick={() => change({ status: '', version: '', alias: '', cold: '', slower: '' }, true)}
                    >
                      Show all invocations
                    </Button>
                  ) : (
                    <Button variant="default" onClick={() => setRange({ from: '30d' })}>
                      Look at the last 30 days
                    </Button>
                  )
                }
              >
                {rangeWords(range)}.{' '}
                {isFiltered
                  ? 'Take a filter back, or look at a longer time.'
                  : 'Each call appears here when it has ended.'}
              </EmptyState>
            }
          />
        )}
      </Panel>
      <CommandLine
        words={[
          'runs',
          ...(name === '' ? [] : [name]),
          ...(status === undefined ? [] : ['--status', status]),
          ...(words.cold === '1' ? ['--cold'] : []),
          '--since',
          range.from,
        ]}
      />
    </>
  );
}
