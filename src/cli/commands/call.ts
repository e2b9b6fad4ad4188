import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CLOUD_EVENT_TYPE } from '../../model/cloudevents.ts';
import { harmless, harmlessJson } from '../../model/harmless.ts';
import { parseTarget } from '../../model/target.ts';
import { aboutFunction, functionPath, type LogLine } from '../api.ts';
import { type NodeClient, readBody, readFailure } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration, parseDurationMs } from '../human.ts';
import { formatLogLine } from '../log-line.ts';
import { note, noteJson, paintError, print, printBytes, printJson } from '../output.ts';
import { ownCommand } from '../project.ts';
import { testEvent } from '../test-event-api.ts';

const MAX_DELAY_MS = 604_800_000;

interface CallOptions {
  readonly data?: string;
  readonly type?: string;
  readonly event?: string;
  readonly saved?: string;
  readonly raw?: boolean;
  readonly logs?: boolean;
  readonly output?: string;
  readonly async?: boolean;
  readonly once?: string;
  readonly orderKey?: string;
  readonly delay?: string;
  readonly json?: boolean;
}

interface Payload {
  readonly type: string;
  readonly body: Buffer;
}

/** What a function's failure looks like in the API. */
interface FailureBody {
  readonly code?: string;
  readonly detail?: string;
  readonly errorType?: string;
  readonly stack?: string;
}

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .argument('[parameters...]', 'name=value gives a text, name:=value gives JSON (numbers, lists, true ...)')
    .description(
      'Runs a function and prints its result. Its failure goes to standard error, with its stack, and the exit code is 1.',
    )
    .option('-d, --data <payload>', 'the payload: a text, @file, or - for standard input')
    .option('--event <cloudevent>', 'an event, which it sees as from a trigger: JSON, @file, or - for standard input')
    .option('--saved <name>', 'the test event of that name, which fob event save has kept')
    .option('--type <type>', 'content type of the payload; default: application/json')
    .option('--raw', 'print the result byte for byte, without a line end of its own')
    .option('-o, --output <file>', 'write the result to a file, byte for byte')
    .option('--logs', 'print what the function logged, to standard error')
    .option('--async', 'accept it as an event and print its id; it is run soon, and again where it fails')
    .option('--once <key>', 'idempotency key: however often it is sent, it runs once')
    .option('--order-key <key>', 'with --async: events of one key are run one after the other, in order')
    .option('--delay <duration>', 'with --async: not before so long from now, such as 30s, 5m')
    .addHelpText(
      'after',
      examples(
        ['fob call hello', 'no parameters'],
        ['fob call add param1=1 param2=1', 'texts by name'],
        ['fob call resize width:=300 tags:=\'["a","b"]\'', 'JSON values by name'],
        ['fob call report --async', 'run it in the background, with retries'],
        ['fob event sample bucket photos --as cloudevent | fob call meta --event -', 'with a sample of an event'],
        ['fob call pay --saved big-order', 'with an event that was saved'],
        ['fob call thumbnail --data @cat.jpg --type image/jpeg -o small.jpg', 'bytes in, bytes out'],
      ),
    )
    .action(async (name: string, parameters: string[], _options, self: Command) => {
      await call(await clientOf(self), name, parameters, optionsOf<CallOptions>(self));
    });
}

async function call(client: NodeClient, name: string, parameters: string[], options: CallOptions): Promise<void> {
  const payload = await payloadOf(client, name, parameters, options);
  const once: Record<string, string> = options.once === undefined ? {} : { 'idempotency-key': options.once };
  if (options.async) return callLater(client, name, payload, options, once);
  if (options.orderKey !== undefined || options.delay !== undefined) {
    throw new Failure(EXIT.usage, '--order-key and --delay go with --async');
  }
  const started = performance.now();
  const response = await aboutFunction(client, name, async () => {
    const answer = await client.send('POST', functionPath(name, '/invoke'), {
      headers: { 'content-type': payload.type, accept: '*/*', ...once },
      body: payload.body,
      acceptFailure: true,
    });
    const byFunction = answer.headers['fob-function-error'] !== undefined;
    if ((answer.statusCode ?? 0) >= 400 && !byFunction) throw await readFailure(answer);
    return answer;
  });
  const invocationId = String(response.headers['fob-invocation-id'] ?? '');
  if (response.headers['fob-function-error'] === undefined) await printResult(response, options);
  else await printError(response, options);
  if (options.logs) await printLogs(client, name, invocationId, response, performance.now() - started);
}

/** Hands the call over as an event. */
async function callLater(
  client: NodeClient,
  name: string,
  payload: Payload,
  options: CallOptions,
  once: Readonly<Record<string, string>>,
): Promise<void> {
  const delayMs = options.delay === undefined ? undefined : parseDurationMs(options.delay, '--delay');
  if (delayMs !== undefined && delayMs > MAX_DELAY_MS) throw new Failure(EXIT.usage, '--delay: at most 7d');
  const accepted = await aboutFunction(client, name, () =>
    client.json<{ eventId: string; duplicate: boolean }>('POST', functionPath(name, '/events'), {
      headers: {
        'content-type': payload.type,
        ...once,
        ...(options.orderKey !== undefined && { 'fob-event-key': options.orderKey }),
        ...(delayMs !== undefined && { 'fob-delay-ms': String(delayMs) }),
      },
      body: payload.body,
    }),
  );
  if (options.json) return printJson(accepted);
  print(accepted.eventId);
  if (process.stdout.isTTY) {
    note(
      `${accepted.duplicate ? 'accepted before' : 'accepted'}; follow it with: ${ownCommand()} events ${accepted.eventId}`,
    );
  }
}

/** The result as it comes: JSON indented for people, text with a line end, anything else byte for byte. */
async function printResult(response: IncomingMessage, options: CallOptions): Promise<void> {
  if (options.output !== undefined) {
    await pipeline(response, createWriteStream(options.output)).catch((cause: unknown) => {
      throw new Failure(EXIT.refused, `the result could not be written to ${options.output}`, { cause });
    });
    return;
  }
  const type = (response.headers['content-type'] ?? '').split(';')[0]!.trim();
  if (type === 'application/json' && !options.raw) {
    const text = (await readBody(response)).toString('utf8');
    if (!process.stdout.isTTY) return await printBytes(Buffer.from(`${text}\n`));
    return print(harmlessJson(indented(text)));
  }
  let last = 0x0a;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      await printBytes(chunk);
      last = chunk.at(-1) ?? last;
    }
  } catch (cause) {
    throw new Failure(EXIT.functionFailed, 'the function failed in the middle of its answer', { cause });
  }
  if (last !== 0x0a && !options.raw && (process.stdout.isTTY || type.startsWith('text/'))) print('');
}

/** JSON for people: small values stay as the function wrote them, large ones are indented. Numbers keep every digit. */
function indented(text: string): string {
  if (text.length <= 80 || /\d{16}/.test(text)) return text;
  return JSON.stringify(JSON.parse(text), null, 2);
}

async function printError(response: IncomingMessage, options: CallOptions): Promise<void> {
  const text = (await readBody(response)).toString('utf8');
  const failure = JSON.parse(text) as FailureBody;
  process.exitCode = EXIT.functionFailed;
  if (options.json) return noteJson(failure);
  const type = failure.errorType === undefined || failure.errorType === '' ? '' : `${failure.errorType}: `;
  note(`${paintError('red', `${failure.code}:`)} ${harmless(type + (failure.detail ?? ''))}`);
  if (failure.stack !== undefined && failure.stack !== '') note(paintError('dim', harmless(failure.stack)));
}

async function printLogs(
  client: NodeClient,
  name: string,
  invocationId: string,
  response: IncomingMessage,
  elapsedMs: number,
): Promise<void> {
  const { lines } = await client.json<{ lines: LogLine[] }>('GET', '/v1/logs', {
    query: { function: name, invocation: invocationId, limit: 1000 },
  });
  for (const line of lines.reverse()) note(formatLogLine(line, { now: Date.now(), paint: paintError }));
  const { 'fob-duration-ms': duration, 'fob-cold-start': cold } = response.headers;
  const parts = [
    `invocation ${invocationId}`,
    ...(duration === undefined ? [] : [`function ${formatDuration(Number(duration))}`]),
    `call ${formatDuration(elapsedMs)}`,
    ...(cold === 'true' ? ['cold start'] : []),
  ];
  note(paintError('dim', parts.join(', ')));
}

/** A slip of the pen is no failure of the function, which nobody should be woken for. */
function assertJson(body: Buffer): void {
  if (body.length === 0) return;
  try {
    JSON.parse(body.toString());
  } catch (cause) {
    throw new Failure(EXIT.usage, `--data is no JSON: ${(cause as Error).message}`, {
      hint: 'a text of another kind says which: --type text/plain',
      cause,
    });
  }
}

async function payloadOf(
  client: NodeClient,
  name: string,
  parameters: string[],
  options: CallOptions,
): Promise<Payload> {
  const type = options.type ?? 'application/json';
  if (options.saved !== undefined) {
    if (parameters.length > 0 || options.data !== undefined || options.event !== undefined)
      throw new Failure(EXIT.usage, '--saved is the whole payload: leave parameters, --data and --event out');
    const { text } = await testEvent(client, parseTarget(name).function, options.saved);
    return { type, body: Buffer.from(text) };
  }
  if (options.event !== undefined) {
    if (parameters.length > 0 || options.data !== undefined)
      throw new Failure(EXIT.usage, '--event is the whole payload: leave parameters and --data out');
    return { type: CLOUD_EVENT_TYPE, body: await readData(options.event) };
  }
  if (options.data === undefined) return namedPayload(named(parameters));
  if (parameters.length > 0) throw new Failure(EXIT.usage, 'give parameters by name or --data, not both');
  const body = await readData(options.data);
  if (options.type === undefined) assertJson(body);
  return { type, body };
}

/** Texts alone go as a form, so that the function's annotations may convert them, as they do in a URL; else it is JSON. */
function namedPayload(values: Record<string, unknown>): Payload {
  const texts = Object.entries(values).filter((each): each is [string, string] => typeof each[1] === 'string');
  if (texts.length === 0 || texts.length < Object.keys(values).length) {
    return { type: 'application/json', body: Buffer.from(JSON.stringify(values)) };
  }
  return { type: 'application/x-www-form-urlencoded', body: Buffer.from(String(new URLSearchParams(texts))) };
}

/** `name=text` and `name:=json` as one object. */
export function named(parameters: readonly string[]): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const parameter of parameters) {
    const match = /^([^:=]+)(:?=)(.*)$/s.exec(parameter);
    if (match === null) {
      throw new Failure(
        EXIT.usage,
        `"${parameter}" is no name=value or name:=json; a whole payload is given by --data`,
      );
    }
    const [, name, sign, text] = match as unknown as [string, string, string, string];
    if (values.has(name)) throw new Failure(EXIT.usage, `the parameter "${name}" is given more than once`);
    values.set(name, sign === '=' ? text : jsonValue(name, text));
  }
  return Object.fromEntries(values);
}

function jsonValue(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = `for a text, write ${name}=${text}`;
    throw new Failure(EXIT.usage, `the value of ${name} is not JSON: ${text}`, { hint, cause });
  }
}
