import { isDeepStrictEqual } from 'node:util';
import { CLOUD_EVENT_TYPE } from '../../model/cloudevents.ts';
import { type FunctionView, functionPath, type LogLine } from '../api.ts';
import { type NodeClient, readBody, readFailure } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration } from '../human.ts';
import { allTypes, typeNamed } from '../trigger/api.ts';
import { sampleEvent } from '../trigger/sample.ts';
import { difference, includes } from './difference.ts';
import { compareServices } from './services.ts';
import type { Expectation, TestCase } from './test-file.ts';

/** How one test went; it passed where there are no faults. */
export interface CaseResult {
  readonly name: string;
  readonly faults: readonly string[];
  /** The function's own time, in milliseconds. */
  readonly durationMs: number;
  /** What it printed. */
  readonly log: readonly string[];
}

/** How the function ended. */
interface Ended {
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string; readonly stack: string };
  readonly durationMs: number;
  readonly log: readonly string[];
}

/** Runs one test against a function that is deployed. */
export async function runCase(client: NodeClient, fn: FunctionView, test: TestCase): Promise<CaseResult> {
  const ended = await run(client, fn.name, await payloadOf(client, test));
  const expected = test.expect ?? {};
  const faults = compare(ended, expected);
  if (expected.services !== undefined) faults.push(...(await compareServices(client, expected.services)));
  return { name: test.name, faults, durationMs: ended.durationMs, log: ended.log };
}

/** What the function gets: a JSON value, or an event that it sees in its own shape. */
async function payloadOf(client: NodeClient, test: TestCase): Promise<{ type: string; value: unknown }> {
  if (test.sample === undefined) return { type: 'application/json', value: test.event ?? test.parameters ?? {} };
  const words = typeof test.sample === 'string' ? test.sample.split(/\s+/).filter((word) => word !== '') : test.sample;
  const type = typeNamed(await allTypes(client), words[0] ?? '');
  const { event } = await sampleEvent(client, type, words.slice(1), {
    ...(test.data !== undefined && { data: test.data }),
  });
  return { type: CLOUD_EVENT_TYPE, value: event };
}

async function run(client: NodeClient, name: string, payload: { type: string; value: unknown }): Promise<Ended> {
  const response = await client.send('POST', functionPath(name, '/invoke'), {
    headers: { 'content-type': payload.type, accept: '*/*' },
    body: Buffer.from(JSON.stringify(payload.value)),
    acceptFailure: true,
  });
  const failed = response.headers['fob-function-error'] !== undefined;
  if ((response.statusCode ?? 0) >= 400 && !failed) throw await readFailure(response);
  const body = (await readBody(response)).toString('utf8');
  const durationMs = Number(response.headers['fob-duration-ms'] ?? 0);
  const { lines } = await client.json<{ lines: LogLine[] }>('GET', '/v1/logs', {
    query: { function: name, invocation: String(response.headers['fob-invocation-id'] ?? ''), limit: 1_000 },
  });
  const log = lines
    .reverse()
    .filter(({ stream }) => stream !== 'platform')
    .map(({ text }) => text);
  if (!failed) return { result: parsed(body), durationMs, log };
  const problem = JSON.parse(body) as { code?: string; errorType?: string; detail?: string; stack?: string };
  return {
    error: { type: problem.errorType ?? problem.code ?? '', message: problem.detail ?? '', stack: problem.stack ?? '' },
    durationMs,
    log,
  };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function compare({ result, error, durationMs, log }: Ended, expected: Expectation): string[] {
  const faults: string[] = [];
  if (error !== undefined && expected.error === undefined)
    faults.push(`it failed: ${error.type}: ${error.message}${error.stack === '' ? '' : `\n${error.stack}`}`);
  if (expected.error !== undefined) {
    if (error === undefined)
      faults.push(`it should fail with ${expected.error}, and did not:\n${difference(result, undefined)}`);
    else if (!`${error.type}: ${error.message}`.includes(expected.error))
      faults.push(`it should fail with ${expected.error}, and failed with ${error.type}: ${error.message}`);
  }
  if (error === undefined && Object.hasOwn(expected, 'result') && !isDeepStrictEqual(result, expected.result))
    faults.push(`the result is not what it should be\n${difference(result, expected.result)}`);
  if (error === undefined && Object.hasOwn(expected, 'includes') && !includes(result, expected.includes))
    faults.push(`the result does not hold what it should\n${difference(result, expected.includes)}`);
  for (const text of [expected.logs ?? []].flat())
    if (!log.some((line) => line.includes(text))) faults.push(`it should log "${text}", and did not`);
  if (expected.withinMs !== undefined && durationMs > expected.withinMs)
    faults.push(`it took ${formatDuration(durationMs)}, more than ${formatDuration(expected.withinMs)}`);
  return faults;
}

/** A test that could not be run at all, such as for a sample that there is none of. */
export function brokenCase(name: string, error: unknown): CaseResult {
  if (!(error instanceof Failure) || error.exitCode === EXIT.unreachable) throw error;
  return { name, faults: [`it cannot be run: ${error.message}`], durationMs: 0, log: [] };
}
