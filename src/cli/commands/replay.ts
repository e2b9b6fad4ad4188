import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { difference } from '../check/difference.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration } from '../human.ts';
import { note, paint, print, printJson } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface Part {
  readonly contentType: string;
  readonly bytes: number;
  readonly body?: string;
  readonly bodyBase64?: string;
}

interface End {
  readonly version: number;
  readonly status: string;
  readonly result?: Part;
  readonly errorType?: string;
  readonly errorMessage?: string;
}

interface Replay {
  readonly same: boolean;
  readonly before: End;
  readonly after: End & { readonly invocationId: string; readonly durationMs: number };
  readonly unsent: readonly (Part & { readonly destination: string })[];
}

interface Recording extends End {
  readonly invocationId: string;
  readonly function: string;
  readonly payload: Part;
}

interface ReplayOptions {
  readonly version?: number;
  readonly alias?: string;
  readonly show?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<invocation>', 'id of a recorded invocation')
    .description(
      'Runs a recorded invocation again and shows how its end differs from the recorded one. What the function would send through the ' +
        'platform is not sent, and shown; what it does at once, such as writing to a bucket, it does. Invocations are recorded where the ' +
        'function wants it: fob set <function> --record-payloads failed. The exit code is 1 where the ends differ.',
    )
    .option('--version <number>', 'the version to run; default: the one that serves', wholeNumber('--version', 1))
    .option('--alias <name>', 'the alias to run')
    .option('--show', 'only show what was recorded')
    .addHelpText(
      'after',
      examples(
        ['fob replay 0190f3c2-…', 'with what serves now'],
        ['fob replay 0190f3c2-… --version 4', 'does version 4 do better?'],
        ['fob replay 0190f3c2-… --show', 'what was it given?'],
      ),
    )
    .action(async (id: string, _options, self: Command) => {
      const options = optionsOf<ReplayOptions>(self);
      const client = await clientOf(self);
      const path = `/v1/invocations/${encodeURIComponent(id)}`;
      if (options.show) {
        const recording = await client.json<Recording>('GET', `${path}/recording`);
        if (options.json) printJson(recording);
        else printRecording(recording);
        return;
      }
      if (options.version !== undefined && options.alias !== undefined)
        throw new Failure(EXIT.usage, 'give --version or --alias, not both');
      const { version, alias } = options;
      const body = { ...(version !== undefined && { version }), ...(alias !== undefined && { alias }) };
      const replayed = await sendJson<Replay>(client, 'POST', `${path}/replay`, body);
      if (options.json) printJson(replayed);
      else printReplay(replayed);
      if (!replayed.same) process.exitCode = EXIT.functionFailed;
    });
}

function printRecording(recording: Recording): void {
  const { function: name, version, payload } = recording;
  print(`${paint('bold', harmless(name))} version ${version} ${wordFor(recording)}`);
  print(paint('dim', 'it was given:'));
  print(textOf(payload));
  print(paint('dim', recording.errorType === undefined ? 'it answered:' : 'it failed:'));
  print(endText(recording));
}

function printReplay({ same, before, after, unsent }: Replay): void {
  const sign = same ? paint('green', '✔') : paint('red', '✘');
  const verdict = same ? 'ended as it was recorded' : 'ended otherwise than it was recorded';
  print(
    `${sign} version ${after.version} ${verdict} with version ${before.version} ${paint('dim', formatDuration(after.durationMs))}`,
  );
  if (same) print(endText(after));
  else {
    for (const line of difference(endValue(after), endValue(before)).split('\n')) {
      print(`  ${line.startsWith('+') ? paint('green', harmless(line)) : paint('red', harmless(line))}`);
    }
    note(paint('dim', '  - recorded   + now'));
  }
  for (const item of unsent) print(`${paint('yellow', 'not sent')} to ${harmless(item.destination)}: ${textOf(item)}`);
  note(`its record and log: fob runs ${after.invocationId}`);
}

function wordFor({ status }: End): string {
  return status === 'succeeded' ? paint('green', status) : paint('red', status);
}

function endText(end: End): string {
  if (end.errorType !== undefined) return harmless(`${end.errorType}: ${end.errorMessage ?? ''}`);
  return end.result === undefined ? paint('dim', 'a stream, of which nothing was kept') : textOf(end.result);
}

function textOf({ bytes, body, bodyBase64, contentType }: Part): string {
  if (body !== undefined) return harmless(body);
  return bodyBase64 === undefined
    ? `(${bytes} bytes of ${contentType}, too large to be kept)`
    : `(${bytes} bytes of ${contentType})`;
}

/** An end as a value whose differences can be shown line by line. */
function endValue({ status, result, errorType, errorMessage }: End): unknown {
  if (status !== 'succeeded') return { status, error: `${errorType ?? ''}: ${errorMessage ?? ''}` };
  const { body, bodyBase64 } = result ?? {};
  if (body === undefined) return { status, bytes: bodyBase64 ?? result?.bytes };
  try {
    return { status, result: JSON.parse(body) };
  } catch {
    return { status, result: body };
  }
}
