import Type from 'typebox';
import { Compile } from 'typebox/compile';
import {
  defaultConfig,
  FUNCTION_NAME_PATTERN,
  type FunctionConfig,
  FunctionConfigSchema,
  PAYLOAD_RECORDING,
  RETRY_REASONS,
} from '../../model/function.ts';
import { isNeverOpen, NETWORK_RULES, parseNetworkHost } from '../../model/network.ts';
import { ONE_LINE_WORDS } from '../../model/one-line.ts';
import { Problem } from '../../model/problem.ts';

const MAX_ENVIRONMENT_BYTES = 65_536;
const MAX_TAGS = 50;
const MAX_REPORTED = 20;

const partial = Compile(Type.Partial(FunctionConfigSchema));
const whole = Compile(FunctionConfigSchema);
const nameForm = new RegExp(FUNCTION_NAME_PATTERN);

type WholeNumberField = {
  [K in keyof FunctionConfig]: FunctionConfig[K] extends number ? K : never;
}[keyof FunctionConfig];

const DESTINATION =
  'empty, or a destination: function:<name>, queue:<name>, topic:<name>, bucket:<name>/<prefix>, or an http(s) address';

/** What a setting may be, as a message says it. */
const ALLOWED: Readonly<Record<keyof FunctionConfig, string>> = {
  runtime: 'the name of a runtime, such as "python" or "node"',
  handler: '`file.export`, such as "main.callme", of letters, digits and "_./-$", at most 256 characters',
  memoryMb: wholeNumber('memoryMb'),
  timeoutMs: wholeNumber('timeoutMs'),
  environment:
    'a map of names (a letter or "_", then letters, digits and "_", at most 128) to texts of at most 4096 characters without NUL',
  maxConcurrency: wholeNumber('maxConcurrency'),
  sandboxConcurrency: wholeNumber('sandboxConcurrency'),
  network: `one of ${NETWORK_RULES.join(', ')}`,
  networkHosts:
    'a list of at most 50 hosts `<name or address>:<port>`, such as "api.github.com:443", "10.1.0.0/16:5432"; a name stands for itself alone, without wildcards',
  grants:
    'a list of at most 100 grants `<kind>:<name>[:<access>]`, such as "bucket:photos:read", "queue:jobs:send", "kv:*"',
  role: 'empty, or the name of an execution role: letters, digits, "-" and "_", at most 64',
  secrets: 'a map of environment variables to secrets, each as `<name>` or `<name>@<version>`',
  recordPayloads: `one of ${PAYLOAD_RECORDING.join(', ')}`,
  debug: 'true or false',
  logRetentionDays: wholeNumber('logRetentionDays'),
  eventRetries: wholeNumber('eventRetries'),
  eventRetryDelayMs: wholeNumber('eventRetryDelayMs'),
  eventMaxAgeMs: wholeNumber('eventMaxAgeMs'),
  eventConcurrency: wholeNumber('eventConcurrency'),
  eventRetryOn: `a list of ${RETRY_REASONS.join(', ')}`,
  onSuccess: DESTINATION,
  onFailure: DESTINATION,
  description: 'a text of at most 1000 characters',
  tags: 'a map of names (letters, digits and "_.:/=+@-", at most 128) to texts of at most 256 characters',
  owner: `a text of at most 128 characters ${ONE_LINE_WORDS}`,
};

/** Throws `invalid_request` where a function cannot have this name. */
export function checkName(name: string): void {
  if (nameForm.test(name)) return;
  throw new Problem(
    'invalid_request',
    `a function cannot be named ${show(name)}: names have 1 to 64 letters, digits, "-" and "_" and begin with a letter or digit`,
    { details: { field: 'name' } },
  );
}

/** The settings that are really given. Throws `invalid_request` that names each wrong field and what is allowed there. */
export function checkGiven(config: unknown): Partial<FunctionConfig> {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new Problem('invalid_request', 'the configuration must be an object of settings');
  }
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  if (!partial.Check(given)) throw wrongSettings(given, partial.Errors(given));
  checkSizes(given);
  return given;
}

/** One whole configuration: what is given over what stood before over the defaults. Throws `invalid_request` where it does not fit. */
export function mergeConfig(
  before: FunctionConfig | undefined,
  given: Partial<FunctionConfig> & Pick<FunctionConfig, 'runtime' | 'handler'>,
): FunctionConfig {
  const defaults = defaultConfig();
  const config = { ...defaults, ...before, ...given };
  if (!whole.Check(config)) throw wrongSettings(config, whole.Errors(config));
  checkNetwork(config);
  // Of two sandboxes nobody could say which one a breakpoint is in.
  return config.debug ? { ...config, maxConcurrency: 1, sandboxConcurrency: 1 } : config;
}

/** Throws where what a function may reach is not what it was given besides. */
function checkNetwork({ network, networkHosts, grants, role }: FunctionConfig): void {
  const refuse = (field: string, why: string): never => {
    throw new Problem('invalid_request', why, { details: { fields: [field] } });
  };
  const wrong = networkHosts.find((host) => parseNetworkHost(host) === undefined);
  if (wrong !== undefined)
    refuse('networkHosts', `networkHosts has ${show(wrong)}: it must be ${ALLOWED.networkHosts}`);
  const closed = networkHosts.find((host) => isNeverOpen(parseNetworkHost(host)!));
  if (closed !== undefined)
    refuse(
      'networkHosts',
      `networkHosts has ${show(closed)}, which is open to no function: this machine and link-local addresses stay closed. Services of this node are granted`,
    );
  if (network === 'hosts' && networkHosts.length === 0)
    refuse('networkHosts', 'network is "hosts", and networkHosts names none: name one, such as "api.github.com:443"');
  if (network !== 'hosts' && networkHosts.length > 0)
    refuse('network', `networkHosts are given, and network is "${network}": set it to "hosts", or networkHosts to []`);
  if (network === 'none' && (grants.length > 0 || role !== ''))
    refuse(
      'network',
      'network is "none", which reaches no services, but there are grants or a role: set it to "services"',
    );
}

function wrongSettings(
  config: Readonly<Record<string, unknown>>,
  errors: readonly { instancePath: string }[],
): Problem {
  const fields = new Set(errors.map((error) => error.instancePath.slice(1)).filter((path) => path !== ''));
  const messages = [...fields].slice(0, MAX_REPORTED).map((path) => describe(config, path));
  return new Problem('invalid_request', messages.join('; '), {
    details: { fields: [...fields].slice(0, MAX_REPORTED).map((path) => path.replaceAll('/', '.')) },
  });
}

function describe(config: Readonly<Record<string, unknown>>, path: string): string {
  const [field = '', ...inner] = path.split('/');
  if (!Object.hasOwn(ALLOWED, field)) {
    return `there is no setting ${show(field)}; the settings are ${Object.keys(ALLOWED).join(', ')}`;
  }
  const allowed = ALLOWED[field as keyof FunctionConfig];
  // Values in maps may be secrets: only their names are shown.
  if (inner.length > 0) return `${field} has ${show(inner.join('/'))} wrong: it must be ${allowed}`;
  return `${field} must be ${allowed}, not ${show(config[field])}`;
}

function checkSizes(config: Partial<FunctionConfig>): void {
  const environmentBytes = Object.entries(config.environment ?? {}).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (environmentBytes > MAX_ENVIRONMENT_BYTES) {
    throw new Problem(
      'invalid_request',
      `environment has ${environmentBytes} bytes of names and values; ${MAX_ENVIRONMENT_BYTES} are allowed`,
      { details: { fields: ['environment'] } },
    );
  }
  const tags = Object.keys(config.tags ?? {}).length;
  if (tags > MAX_TAGS) {
    throw new Problem('invalid_request', `tags has ${tags} entries; ${MAX_TAGS} are allowed`, {
      details: { fields: ['tags'] },
    });
  }
}

function wholeNumber(field: WholeNumberField): string {
  const { minimum, maximum } = FunctionConfigSchema.properties[field] as { minimum?: number; maximum?: number };
  return `a whole number from ${minimum} to ${maximum}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
