import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { DESTINATION_PATTERN } from './destination.ts';
import { GRANT_PATTERN } from './grant.ts';
import { NETWORK_HOST_PATTERN, NETWORK_RULES } from './network.ts';
import { ENVIRONMENT_VALUE_PATTERN, ONE_LINE_PATTERN } from './one-line.ts';
import type { VersionOrigin } from './origin.ts';

/** A function's name: also what a path segment, a folder and a metric label can hold without escaping. */
export const FUNCTION_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';

/** What `memoryMb` and `timeoutMs` of a function may be. */
export const MEMORY_MB = { minimum: 64, maximum: 10_240 } as const;
export const TIMEOUT_MS = { minimum: 100, maximum: 900_000 } as const;

/** Failures that another attempt may cure. */
export const RETRY_REASONS = [
  'exception',
  'bad_parameters',
  'bad_result',
  'result_too_large',
  'load_failed',
  'timed_out',
  'out_of_memory',
  'crashed',
] as const;

/** Whose payloads and results are kept. */
export const PAYLOAD_RECORDING = ['none', 'failed', 'all'] as const;

const ENVIRONMENT_NAME = '^[A-Za-z_][A-Za-z0-9_]{0,127}$';
const SECRET_REFERENCE = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(?:@[1-9][0-9]{0,8})?$';

/** What an owner configures; everything has a default, so that `{}` is a valid configuration. */
export const FunctionConfigSchema = Type.Object(
  {
    runtime: Type.String({ description: 'Language runtime, such as `python` or `node`' }),
    handler: Type.String({
      pattern: '^[A-Za-z0-9_./-]+\\.[A-Za-z_$][A-Za-z0-9_$]*$',
      maxLength: 256,
      description:
        'Entry point as `file.export`, the file without its ending; `callme` as export means named parameters, any other name `(event, context)`',
    }),
    memoryMb: Type.Integer({
      ...MEMORY_MB,
      default: 128,
      description: 'Memory limit in MiB; the CPU share follows it (1 vCPU per 1,769 MiB)',
    }),
    timeoutMs: Type.Integer({
      ...TIMEOUT_MS,
      default: 30_000,
      description: 'How long one invocation may run, in milliseconds',
    }),
    environment: Type.Record(
      Type.String({ pattern: ENVIRONMENT_NAME }),
      Type.String({ pattern: ENVIRONMENT_VALUE_PATTERN, maxLength: 4096 }),
      {
        additionalProperties: false,
        default: {},
        description: 'Environment variables that the function sees',
      },
    ),
    maxConcurrency: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 1_000,
      description: 'Most invocations of this function at once on a node; more wait shortly, then get 429',
    }),
    sandboxConcurrency: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 1,
      description: 'Invocations that one sandbox may run at the same time',
    }),
    network: Type.Enum([...NETWORK_RULES], {
      default: 'services',
      description:
        'What it may reach: `none`, the `services` that it was granted, those and the `hosts` in networkHosts, or those and the `internet` without private networks',
    }),
    networkHosts: Type.Array(Type.String({ pattern: NETWORK_HOST_PATTERN }), {
      maxItems: 50,
      default: [],
      description:
        'Where `network` is `hosts`: what it may reach, as `<name or address>:<port>`, such as `api.github.com:443`, `10.1.0.0/16:5432`, `10.0.0.5:8000-8099/udp`',
    }),
    grants: Type.Array(Type.String({ pattern: GRANT_PATTERN }), {
      maxItems: 100,
      default: [],
      description: 'Backing services that it may use, as `<kind>:<name>[:<access>]`, such as `bucket:photos:read`',
    }),
    role: Type.String({
      pattern: '^$|^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
      default: '',
      description: 'Execution role whose grants it has besides its own; empty means none',
    }),
    secrets: Type.Record(Type.String({ pattern: ENVIRONMENT_NAME }), Type.String({ pattern: SECRET_REFERENCE }), {
      additionalProperties: false,
      default: {},
      description:
        'Secrets that it sees as environment variables: the name of each variable, and of the secret, as `<name>` or `<name>@<version>`',
    }),
    recordPayloads: Type.Enum([...PAYLOAD_RECORDING], {
      default: 'none',
      description: 'Which payloads and results are kept, for replay: `none`, those of `failed` runs, or `all`',
    }),
    debug: Type.Boolean({
      default: false,
      description:
        'A debugger may attach to it: one sandbox at most, which is never frozen; for development, `fob dev --inspect` sets it',
    }),
    logRetentionDays: Type.Integer({
      minimum: 0,
      maximum: 3_650,
      default: 0,
      description: 'How long its log lines are kept, in days; 0 means as long as the node keeps records',
    }),
    eventRetries: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 2,
      description: 'How often an event is tried again after its first attempt failed',
    }),
    eventRetryDelayMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 60_000,
      description:
        'Wait before the first retry of an event, in milliseconds; it doubles each time, at most to 1 hour, with jitter from the third on',
    }),
    eventMaxAgeMs: Type.Integer({
      minimum: 1_000,
      maximum: 1_209_600_000,
      default: 21_600_000,
      description: 'An event that could not be delivered for this long, in milliseconds, is given up',
    }),
    eventConcurrency: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 10,
      description: 'Most runs for events at once',
    }),
    eventRetryOn: Type.Array(Type.Enum([...RETRY_REASONS]), {
      default: [...RETRY_REASONS],
      uniqueItems: true,
      description: 'Which failures of a run are worth another attempt; others end the event at once',
    }),
    onSuccess: Type.String({
      pattern: `^$|${DESTINATION_PATTERN}`,
      default: '',
      description:
        'Where the result of a delivered event goes: `function:`, `queue:`, `topic:` or `bucket:` and a name, or a URL',
    }),
    onFailure: Type.String({
      pattern: `^$|${DESTINATION_PATTERN}`,
      default: '',
      description:
        'Where an event goes that could not be delivered, with the error; without one it waits among the dead events',
    }),
    description: Type.String({ maxLength: 1_000, default: '' }),
    tags: Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.:/=+@-]{1,128}$' }), Type.String({ maxLength: 256 }), {
      additionalProperties: false,
      default: {},
    }),
    owner: Type.String({
      pattern: ONE_LINE_PATTERN,
      maxLength: 128,
      default: '',
      description: 'Who is on call for it',
    }),
  },
  { additionalProperties: false },
);

export type FunctionConfig = Static<typeof FunctionConfigSchema>;

/** Every setting's default; runtime and handler have none, they are guessed. */
export function defaultConfig(): Omit<FunctionConfig, 'runtime' | 'handler'> {
  return Value.Default(FunctionConfigSchema, {}) as Omit<FunctionConfig, 'runtime' | 'handler'>;
}

/** A configuration that an older version of the platform wrote lacks the settings that came later: they have their defaults. */
export function completeConfig(written: FunctionConfig): FunctionConfig {
  const config = { ...defaultConfig(), ...written };
  // Before there were more rules, `none` let a function reach what it was granted.
  if (config.network === 'none' && config.grants.length > 0) config.network = 'services';
  return config;
}

/** How an entry point is called: one named `callme` by named parameters, any other one as `(event, context)`. */
export function conventionOf(handler: string): 'callme' | 'handler' {
  return handler.endsWith('.callme') ? 'callme' : 'handler';
}

/** What the code of a version is and where it is kept. */
export interface CodeInfo {
  /** How it was given: one source text, or an archive. */
  readonly form: 'inline' | 'zip' | 'tar.gz';
  /** Blob digest of exactly what was uploaded (for an inline text: its bytes). */
  readonly sourceDigest: string;
  readonly sourceBytes: number;
  /** File name of an inline text within the code folder, such as `main.py`. */
  readonly fileName?: string;
  /** Blob digest of the built tree (tar.gz) that sandboxes run; equal inputs build once. */
  readonly treeDigest: string;
  /** Files in the built tree, and their total size. */
  readonly fileCount: number;
  readonly treeBytes: number;
}

/** One immutable version: code and configuration, numbered from 1. */
export interface FunctionVersion {
  readonly version: number;
  readonly createdAt: string;
  readonly config: FunctionConfig;
  readonly code: CodeInfo;
  /** Who made it, and from what; absent on versions that were made before this was recorded. */
  readonly origin?: VersionOrigin;
  /** By code, or by settings alone, with the code of the version before; absent on versions that were made before this was recorded. */
  readonly how?: 'deploy' | 'configure';
}

/** A function as it is remembered: its identity and the version that serves. */
export interface FunctionDocument extends FunctionVersion {
  /** Random UUID; what the FoB door calls a function's id. */
  readonly id: string;
  /** Unique name; the same as `id` where none was given. */
  readonly name: string;
  readonly functionCreatedAt: string;
  /** Highest number that a version of it was given, which a rollback does not lower; absent: that of the version which serves. */
  readonly newest?: number;
  /** Versions that served before, the newest last: what a rollback goes back to. */
  readonly before?: readonly number[];
  /** What came to serve when, the newest last; bounded. */
  readonly moves?: readonly ServingMove[];
}

/** A version came to serve. */
export interface ServingMove {
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly how: 'deploy' | 'configure' | 'rollback';
}

/** The highest number that a version of a function was given. */
export function newestVersion({ version, newest = 0 }: FunctionDocument): number {
  return Math.max(version, newest);
}

/** A function with the registry revision that optimistic concurrency compares (an HTTP ETag). */
export interface StoredFunction {
  readonly document: FunctionDocument;
  readonly revision: number;
}
