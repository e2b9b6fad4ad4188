import { Anchor } from '@mantine/core';
import { useApi } from '../../api/hooks.ts';
import type { PlatformStatus } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { formatShare } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge, type Tone, toneOf } from '../../ui/status-badge.tsx';
import classes from './nodes.module.css';

type Objective = PlatformStatus['objectives'][number];
type Kept = Objective['windows']['1h'];

const STATES: Readonly<Record<Objective['state'], { tone: Tone; words: string }>> = {
  good: { tone: 'good', words: 'kept' },
  at_risk: { tone: 'notice', words: 'at risk' },
  failing: { tone: 'bad', words: 'not kept' },
  unmeasured: { tone: 'quiet', words: 'nothing to judge yet' },
};
const WHOLE = { operational: 'Everything works', degraded: 'Some promises are at risk', down: 'Promises are not kept' };

/** How the platform keeps what it promises, from what really happened. */
export default function StatusView() {
  const query = useApi('/v1/status');
  return (
    <>
      <QueryView query={query} what="The status">
        {({ state, objectives }) => (
          <div className={classes.objectives}>
            <div>
              <StatusBadge tone={toneOf(state)}>{WHOLE[state]}</StatusBadge>
            </div>
            {objectives.map((objective) => (
              <ObjectivePanel key={objective.name} objective={objective} />
            ))}
          </div>
        )}
      </QueryView>
      <Anchor href="/status" size="sm" target="_blank" rel="noreferrer">
        The status page, for everybody whom it may concern
      </Anchor>
      <CommandLine words={['status']} />
    </>
  );
}

function ObjectivePanel({ objective }: { readonly objective: Objective }) {
  const { title, promise, target, state, windows, budgetLeft, figure, days } = objective;
  const { tone, words } = STATES[state];
  return (
    <Panel title={title} aside={<StatusBadge tone={tone}>{words}</StatusBadge>}>
      <p className={classes.promise}>
        <b>{shareText(target)}</b> {promise}
      </p>
      <FactGrid
        facts={[
          ['Last hour', keptText(windows['1h'])],
          ['Last day', keptText(windows['24h'])],
          ['Last 30 days', keptText(windows['30d'])],
          [
            'Left of what may go wrong in 30 days',
            budgetLeft === undefined ? 'nothing to judge yet' : formatShare(Math.max(0, budgetLeft)),
          ],
          ['Lately', figure],
        ]}
      />
      <div className={classes.days} role="img" aria-label={daysText(days)}>
        {days.map(({ day, state: of, share }) => (
          <span
            key={day}
            data-state={of}
            title={`${day}: ${STATES[of].words}${share === undefined ? '' : `, ${shareText(share)}`}`}
          />
        ))}
      </div>
      <p className={classes.scale} aria-hidden>
        <span>{days.length} days ago</span>
        <span>today</span>
      </p>
    </Panel>
  );
}

function keptText({ share, total, bad }: Kept): string {
  if (share === undefined) return 'nothing happened';
  return `${shareText(share)}${bad > 0 ? ` (${bad} of ${total})` : ''}`;
}

/** With as many digits as it takes to tell it from all: `99.95%`. */
function shareText(share: number): string {
  return `${(share * 100).toFixed(share === 1 || Number.isInteger(share * 100) ? 0 : 2)}%`;
}

function daysText(days: Objective['days']): string {
  const counts = Map.groupBy(days, ({ state }) => state);
  const parts = [...counts].map(([state, those]) => `${those.length} ${STATES[state].words}`);
  return `The last ${days.length} days: ${parts.join(', ')}`;
}
