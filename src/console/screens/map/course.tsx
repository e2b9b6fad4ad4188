import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { formatCount, formatDuration, formatShare, formatTime } from '../../ui/format.ts';
import { Sparkline } from '../../ui/sparkline.tsx';
import classes from './map.module.css';
import type { MapEdge, MapNode } from './model.ts';

type Step = Api['GET /v1/map/course']['answer']['steps'][number];
interface Ends {
  readonly from?: string;
  readonly to?: string;
}
interface Row {
  readonly name: string;
  readonly value: (step: Step) => number;
  readonly format: (value: number) => string;
  readonly bad?: boolean;
}

const MINUTE_MS = 60_000;

/** How often, how well and how fast, over the time that the map shows. */
export function Course({ of, window }: { readonly of: Ends; readonly window: string }) {
  const { data } = useApi('/v1/map/course', { query: { ...of, window } }, { keepPrevious: true });
  if (data === undefined) return null;
  const { steps, stepMs } = data;
  const rows: readonly Row[] = [
    { name: 'Per minute', value: ({ calls }) => (calls * MINUTE_MS) / stepMs, format: formatCount },
    {
      name: 'Errors',
      value: ({ calls, errors }) => (calls === 0 ? 0 : errors / calls),
      format: formatShare,
      bad: steps.some(({ errors }) => errors > 0),
    },
    { name: 'p50', value: ({ p50Ms }) => p50Ms, format: formatDuration },
    { name: 'p99', value: ({ p99Ms }) => p99Ms, format: formatDuration },
  ];
  return (
    <section aria-label="Over time">
      <h3 className={classes.heading}>Over time</h3>
      <dl className={classes.course}>
        {rows.map(({ name, value, format, bad = false }) => {
          const values = steps.map(value);
          const most = format(Math.max(0, ...values));
          return (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Sparkline values={values} width={150} height={22} bad={bad} label={`${name}: ${most} at most`} />
                <span className={classes.most}>≤ {most}</span>
              </dd>
            </div>
          );
        })}
      </dl>
      {steps[0] !== undefined && (
        <p className={classes.courseTime}>
          <span>{formatTime(new Date(steps[0].atMs)).replace(/:\d\d$/, '')}</span>
          <span>now</span>
        </p>
      )}
    </section>
  );
}

/** What has to be asked for to have the course of a thing; `undefined` where nothing is known of it. */
export function endsOfNode({ id, kind, calls }: MapNode): Ends | undefined {
  if (kind === 'group' || (calls === 0 && kind !== 'door')) return undefined;
  // What came to a trigger is what it woke a function with.
  if (kind === 'trigger') return { from: id };
  const [from, to] = id.split(' ');
  return to === undefined ? { to: id } : { from: from!, to };
}

/** As `endsOfNode`, of a line. */
export function endsOfEdge({ from, to, kind, numbers, merged = false }: MapEdge): Ends | undefined {
  if (merged || numbers.calls === 0) return undefined;
  if (kind === 'feeds') return to.startsWith('trigger:') ? { from: to } : undefined;
  return { from: from.split(' ')[0]!, to };
}
