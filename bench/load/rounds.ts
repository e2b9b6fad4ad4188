import { treeCpuMs } from '../machine/process-tree.ts';
import { median, spread } from '../statistics.ts';
import { type Load, type Method, wrk } from './wrk.ts';
import type { LoadResult } from './wrk-output.ts';

/** A server under comparison. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly method?: Method;
  /** The root of the processes whose CPU time is its cost. */
  readonly pid: number;
}

export interface Plan {
  readonly rounds: number;
  readonly connections: number;
  readonly warmUpS: number;
  readonly durationS: number;
}

/** One contender over all rounds: medians. */
export interface Summary {
  readonly ratePerS: number;
  /** How far the rounds' rates lie apart, relative to their median. */
  readonly rateSpread: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** CPU time of all its processes for one request. */
  readonly cpuUs: number;
  readonly requests: number;
  readonly errors: number;
}

interface Measured extends LoadResult {
  readonly cpuUs: number;
}

/** Loads the contenders in turn, round after round, so that what disturbs the machine disturbs all of them alike. */
export async function compare(
  contenders: readonly Contender[],
  plan: Plan,
  say: (text: string) => void,
): Promise<Map<string, Summary>> {
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= plan.rounds; round++) {
    for (const contender of contenders) {
      const result = await measure(contender, plan);
      measured.get(contender.name)!.push(result);
      const rate = Math.round(result.ratePerS).toLocaleString('en-US');
      say(`round ${round}/${plan.rounds}, ${plan.connections} connection(s), ${contender.name}: ${rate} req/s`);
    }
  }
  return new Map([...measured].map(([name, results]) => [name, summarise(results)]));
}

async function measure(contender: Contender, plan: Plan): Promise<Measured> {
  const load = (durationS: number): Load => ({
    url: contender.url,
    method: contender.method ?? 'GET',
    connections: plan.connections,
    durationS,
  });
  await wrk(load(plan.warmUpS));
  const beforeMs = await treeCpuMs(contender.pid);
  const result = await wrk(load(plan.durationS));
  const cpuMs = (await treeCpuMs(contender.pid)) - beforeMs;
  return { ...result, cpuUs: (cpuMs * 1_000) / Math.max(1, result.requests) };
}

function summarise(results: readonly Measured[]): Summary {
  const middle = (pick: (result: Measured) => number): number => median(results.map(pick));
  const sum = (pick: (result: Measured) => number): number => results.reduce((total, one) => total + pick(one), 0);
  return {
    ratePerS: middle((result) => result.ratePerS),
    rateSpread: spread(results.map((result) => result.ratePerS)),
    p50Us: middle((result) => result.p50Us),
    p99Us: middle((result) => result.p99Us),
    cpuUs: middle((result) => result.cpuUs),
    requests: sum((result) => result.requests),
    errors: sum((result) => result.errors),
  };
}
