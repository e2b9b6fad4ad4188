import { useApi } from '../../../api/hooks.ts';
import { courseOf } from '../../../ui/course.ts';
import { formatCount, formatDuration, formatShare } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { Sparkline } from '../../../ui/sparkline.tsx';
import classes from './overview.module.css';

const METRICS = ['invocations', 'errors', 'duration', 'coldStarts', 'throttles', 'billed'];
const AGE = '1h';
const STEP = '2m';
const SLOTS = 30;

interface Shown {
  readonly title: string;
  readonly value: string;
  readonly values: readonly number[];
  readonly bad?: boolean;
}

/** The last hour in six numbers, each with its course. */
export function Numbers({ name }: { readonly name: string }) {
  const query = useApi('/v1/metrics/query', {
    query: { metric: METRICS, function: name, from: AGE, step: STEP },
  });
  return (
    <Panel flush>
      <QueryView query={query} what="The numbers" rows={2}>
        {({ metrics }) => {
          const course = (metric: string): number[] => {
            const found = metrics.find((each) => each.metric === metric);
            return found === undefined ? [] : courseOf(found, found.series[0]?.points ?? [], SLOTS);
          };
          const sumOf = (metric: string) => course(metric).reduce((sum, value) => sum + value, 0);
          const calls = sumOf('invocations');
          const errors = sumOf('errors');
          const throttles = sumOf('throttles');
          const durations = course('duration');
          const newest = durations.findLast((value) => value > 0);
          const numbers: Shown[] = [
            { title: 'Invocations, last hour', value: formatCount(calls), values: course('invocations') },
            {
              title: calls === 0 ? 'Failed' : `Failed, ${formatShare(errors / calls)}`,
              value: formatCount(errors),
              values: course('errors'),
              bad: errors > 0,
            },
            {
              title: 'p90 of the duration',
              value: newest === undefined ? '–' : formatDuration(newest),
              values: durations,
            },
            { title: 'Cold starts', value: formatCount(sumOf('coldStarts')), values: course('coldStarts') },
            {
              title: 'Throttled',
              value: formatCount(throttles),
              values: course('throttles'),
              bad: throttles > 0,
            },
            { title: 'Cost, GB-seconds', value: formatCost(sumOf('billed')), values: course('billed') },
          ];
          return (
            <dl className={classes.numbers}>
              {numbers.map(({ title, value, values, bad = false }) => (
                <div key={title} className={classes.number}>
                  <dt>{title}</dt>
                  <dd>
                    <div className={classes.value} data-bad={bad || undefined}>
                      {value}
                    </div>
                    <Sparkline values={values} width={180} height={26} bad={bad} />
                  </dd>
                </div>
              ))}
            </dl>
          );
        }}
      </QueryView>
    </Panel>
  );
}

/** Small amounts count, too: a short call is some thousandths. */
function formatCost(gbSeconds: number): string {
  return gbSeconds > 0 && gbSeconds < 1 ? gbSeconds.toPrecision(2) : formatCount(gbSeconds);
}
