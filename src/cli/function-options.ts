import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import { type FunctionConfig, MEMORY_MB, PAYLOAD_RECORDING, TIMEOUT_MS } from '../model/function.ts';
import { NETWORK_RULES } from '../model/network.ts';
import { collect, wholeNumber } from './command-line.ts';
import { EXIT, Failure } from './failure.ts';
import { parseDurationMs, parseMemoryMb } from './human.ts';

/** What `deploy` and `set` can configure, as commander hands it over. */
export interface FunctionOptions {
  readonly runtime?: string;
  readonly handler?: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly env?: readonly string[];
  readonly envFile?: string;
  readonly concurrency?: number;
  readonly sandboxConcurrency?: number;
  readonly network?: string;
  readonly networkHost?: readonly string[];
  readonly grant?: readonly string[];
  readonly role?: string;
  readonly secret?: readonly string[];
  readonly recordPayloads?: string;
  readonly logRetentionDays?: number;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly owner?: string;
  readonly eventRetries?: number;
  readonly eventRetryDelay?: string;
  readonly eventMaxAge?: string;
  readonly eventConcurrency?: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

/** Adds the options of a function's configuration to a command. */
export function addFunctionOptions(command: Command): Command {
  return command
    .option('--runtime <name>', 'language runtime, such as python or node')
    .option('--handler <file.export>', 'entry point, such as main.callme or index.handler')
    .option('--memory <size>', 'memory limit: 256, 256m, 1g; CPU follows it')
    .option('--timeout <duration>', 'longest run of one call: 500ms, 30s, 5m')
    .option('--env <NAME=value>', 'environment variable; may be given several times', collect)
    .option('--env-file <file>', 'environment variables, one NAME=value a line')
    .option('--concurrency <n>', 'most calls at once on a node', wholeNumber('--concurrency', 1))
    .option('--sandbox-concurrency <n>', 'calls at once within one sandbox', wholeNumber('--sandbox-concurrency', 1))
    .option('--network <rule>', `what it may reach: ${NETWORK_RULES.join(', ')}`)
    .option(
      '--network-host <host:port>',
      'a host that it may reach, such as api.github.com:443, and no other; may be given several times',
      collect,
    )
    .option(
      '--grant <kind:name:access>',
      'what it may use, such as bucket:photos:read; may be given several times',
      collect,
    )
    .option('--role <name>', 'execution role whose grants it has besides its own; "" for none')
    .option('--secret <NAME=secret>', 'a secret as environment variable; may be given several times', collect)
    .option('--record-payloads <which>', `payloads and results kept for replay: ${PAYLOAD_RECORDING.join(', ')}`)
    .option(
      '--log-retention-days <n>',
      'days that its log is kept; 0: as the node does',
      wholeNumber('--log-retention-days', 0),
    )
    .option('--description <text>', 'what it is for')
    .option('--tag <name=value>', 'a tag; may be given several times', collect)
    .option('--owner <who>', 'who is on call for it')
    .option('--event-retries <n>', 'attempts for an event after its first', wholeNumber('--event-retries', 0))
    .option('--event-retry-delay <duration>', 'before the first retry: 1m; it doubles each time')
    .option('--event-max-age <duration>', 'an event that is older is given up: 6h')
    .option('--event-concurrency <n>', 'most runs for events at once', wholeNumber('--event-concurrency', 1))
    .option(
      '--on-success <destination>',
      'where results of events go: queue:done, topic:x, function:f, bucket:b/p, a URL; "" for none',
    )
    .option('--on-failure <destination>', 'where events go that could not be delivered; "" for the dead events');
}

/** The configuration that was given, and nothing else. Throws usage failures for what cannot be read. */
export function configOf(options: FunctionOptions): Partial<FunctionConfig> {
  const config: Partial<FunctionConfig> = {};
  if (options.runtime !== undefined) config.runtime = options.runtime;
  if (options.handler !== undefined) config.handler = options.handler;
  if (options.memory !== undefined) config.memoryMb = memoryMb(options.memory);
  if (options.timeout !== undefined) config.timeoutMs = timeoutMs(options.timeout);
  if (options.env !== undefined || options.envFile !== undefined) {
    config.environment = { ...readEnvFile(options.envFile), ...pairs(options.env ?? [], '--env') };
  }
  if (options.concurrency !== undefined) config.maxConcurrency = options.concurrency;
  if (options.sandboxConcurrency !== undefined) config.sandboxConcurrency = options.sandboxConcurrency;
  if (options.network !== undefined) config.network = networkRule(options.network);
  if (options.networkHost !== undefined) {
    config.networkHosts = [...options.networkHost];
    config.network ??= 'hosts';
  } else if (config.network !== undefined && config.network !== 'hosts') config.networkHosts = [];
  if (options.grant !== undefined) config.grants = [...options.grant];
  if (options.role !== undefined) config.role = options.role;
  if (options.secret !== undefined) config.secrets = pairs(options.secret, '--secret');
  if (options.recordPayloads !== undefined) config.recordPayloads = payloadRecording(options.recordPayloads);
  if (options.logRetentionDays !== undefined) config.logRetentionDays = options.logRetentionDays;
  if (options.description !== undefined) config.description = options.description;
  if (options.tag !== undefined) config.tags = pairs(options.tag, '--tag');
  if (options.owner !== undefined) config.owner = options.owner;
  if (options.eventRetries !== undefined) config.eventRetries = options.eventRetries;
  if (options.eventRetryDelay !== undefined)
    config.eventRetryDelayMs = parseDurationMs(options.eventRetryDelay, '--event-retry-delay');
  if (options.eventMaxAge !== undefined) config.eventMaxAgeMs = parseDurationMs(options.eventMaxAge, '--event-max-age');
  if (options.eventConcurrency !== undefined) config.eventConcurrency = options.eventConcurrency;
  if (options.onSuccess !== undefined) config.onSuccess = options.onSuccess;
  if (options.onFailure !== undefined) config.onFailure = options.onFailure;
  return config;
}

/** `NAME=value` texts as an object. */
export function pairs(texts: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw new Failure(EXIT.usage, `${option}: "${text}" is not written as name=value`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function memoryMb(text: string): number {
  const { minimum, maximum } = MEMORY_MB;
  const value = parseMemoryMb(text, '--memory');
  if (value >= minimum && value <= maximum) return value;
  throw new Failure(EXIT.usage, `--memory: ${text} is not between ${minimum} and ${maximum} MB`);
}

function timeoutMs(text: string): number {
  const { minimum, maximum } = TIMEOUT_MS;
  const value = parseDurationMs(text, '--timeout');
  if (value >= minimum && value <= maximum) return value;
  throw new Failure(EXIT.usage, `--timeout: ${text} is not between ${minimum}ms and ${maximum / 60_000}m`);
}

function networkRule(text: string): FunctionConfig['network'] {
  const rule = NETWORK_RULES.find((each) => each === text);
  if (rule === undefined) throw new Failure(EXIT.usage, `--network: "${text}" is none of ${NETWORK_RULES.join(', ')}`);
  return rule;
}

function payloadRecording(text: string): FunctionConfig['recordPayloads'] {
  const which = PAYLOAD_RECORDING.find((each) => each === text);
  if (which !== undefined) return which;
  throw new Failure(EXIT.usage, `--record-payloads: "${text}" is none of ${PAYLOAD_RECORDING.join(', ')}`);
}

function readEnvFile(path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new Failure(EXIT.notFound, `--env-file: ${path} cannot be read`, { cause });
  }
}
