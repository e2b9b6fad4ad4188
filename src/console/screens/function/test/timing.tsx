import type { Api } from '../../../api/types.gen.ts';
import { formatDuration } from '../../../ui/format.ts';
import type { Run } from './run.ts';
import classes from './test.module.css';

type Invocation = Api['GET /v1/invocations/{id}']['answer'];

/** Where the time of a run went: one bar, and the same in words. */
export function Timing({ run, invocation }: { readonly run: Run; readonly invocation: Invocation | undefined }) {
  if (run.durationMs === undefined) return null;
  const phases: readonly (readonly [name: string, ms: number])[] = [
    ['Waited', invocation === undefined ? 0 : waitOf(invocation)],
    ['Sandbox', invocation?.startMs ?? 0],
    ['Code placed', invocation?.placeMs ?? 0],
    ['Code loaded', invocation?.loadMs ?? 0],
    ['Ran', run.durationMs],
  ];
  const there = phases.filter(([, ms]) => ms > 0);
  const all = there.reduce((sum, [, ms]) => sum + ms, 0);
  return (
    <section aria-label="Timing">
      <div className={classes.bar} aria-hidden>
        {there.map(([name, ms]) => (
          <span key={name} data-phase={name} style={{ flexGrow: Math.max(ms / all, 0.01) }} />
        ))}
      </div>
      <ul className={classes.phases}>
        {there.map(([name, ms]) => (
          <li key={name} data-phase={name}>
            {name} <b>{formatDuration(ms)}</b>
          </li>
        ))}
        <li>{run.coldStart ? 'A cold start' : 'In a warm sandbox'}</li>
        <li>
          You waited <b>{formatDuration(run.waitedMs)}</b>
        </li>
      </ul>
    </section>
  );
}

/** The time in the queue without the phases of a cold start, which lie in it. */
function waitOf({ queuedMs, startMs = 0, placeMs = 0, loadMs = 0 }: Invocation): number {
  return Math.max(0, queuedMs - startMs - placeMs - loadMs);
}
