import { Problem } from '../../model/problem.ts';
import type { MetricQuery } from './metrics.ts';
import { floorTo, HOUR_MS, MINUTE_MS } from './slots.ts';

/** Most points of one series. */
const MAX_POINTS = 1_500;
const POINTS = 200;
const NICE_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080];

/** The whole steps that a query is about. Throws `invalid_request` for times that are none, and for too many points. */
export function stepsOf(
  { fromMs, toMs, stepMs }: Pick<MetricQuery, 'fromMs' | 'toMs' | 'stepMs'>,
  minutesFromMs: number,
): { fromMs: number; toMs: number; stepMs: number } {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || fromMs < 0 || fromMs >= toMs)
    throw new Problem('invalid_request', 'the query ends before it begins: give a "from" that is earlier than "to"');
  const step = stepMs ?? usualStep(toMs - fromMs, fromMs < minutesFromMs);
  if (!(step >= MINUTE_MS) || step % MINUTE_MS !== 0)
    throw new Problem('invalid_request', 'a step is a whole number of minutes, such as 1m, 5m or 1h');
  const start = floorTo(fromMs, step);
  const end = Math.ceil(toMs / step) * step;
  const points = (end - start) / step;
  if (points > MAX_POINTS) {
    const fits = usualStep((toMs - fromMs) * (POINTS / MAX_POINTS), false) / MINUTE_MS;
    throw new Problem(
      'invalid_request',
      `these would be ${points.toLocaleString('en-US')} points a series, and ${MAX_POINTS.toLocaleString('en-US')} are the most: ask for a shorter time, or for steps of ${fits}m or more`,
    );
  }
  return { fromMs: start, toMs: end, stepMs: step };
}

/** What gives at most about 200 points; whole hours where minutes are no longer kept. */
function usualStep(spanMs: number, byHour: boolean): number {
  const wantedMs = Math.max(spanMs / POINTS, byHour ? HOUR_MS : MINUTE_MS);
  const minutes =
    NICE_MINUTES.find((each) => each * MINUTE_MS >= wantedMs) ?? Math.ceil(wantedMs / MINUTE_MS / 1_440) * 1_440;
  return minutes * MINUTE_MS;
}
