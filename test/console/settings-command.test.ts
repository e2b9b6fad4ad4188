import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addFunctionOptions, configOf } from '../../src/cli/function-options.ts';
import {
  type Config,
  commandOf,
  GROUPS,
  shownValue,
} from '../../src/console/screens/function/configuration/settings.ts';
import { defaultConfig, FunctionConfigSchema } from '../../src/model/function.ts';

const SETTINGS = GROUPS.flatMap(({ settings }) => settings);
const before: Config = { ...defaultConfig(), runtime: 'node', handler: 'main.handler' };

/** What `fob set` makes of the words that the console shows. */
function parsed(changes: Partial<Config>): object {
  const [verb, name, ...rest] = commandOf('hello', before, changes);
  assert.deepEqual([verb, name], ['set', 'hello']);
  const command = addFunctionOptions(new Command()).exitOverride();
  command.parse(rest, { from: 'user' });
  return configOf(command.opts());
}

test('the form has every setting, and bounds numbers as the node does', () => {
  assert.deepEqual(SETTINGS.map(({ key }) => key).sort(), Object.keys(FunctionConfigSchema.properties).sort());
  for (const { key, field } of SETTINGS) {
    if (field.kind !== 'number' && field.kind !== 'span') continue;
    const { minimum, maximum } = FunctionConfigSchema.properties[key] as { minimum?: number; maximum?: number };
    assert.deepEqual([field.min, field.max], [minimum, maximum], key);
  }
});

test('the command that the form shows makes the same settings', () => {
  const changes: Partial<Config> = {
    description: "what it's for",
    owner: 'media',
    tags: { team: 'media', stage: 'live' },
    memoryMb: 512,
    timeoutMs: 2_500,
    runtime: 'python',
    handler: 'main.callme',
    maxConcurrency: 7,
    sandboxConcurrency: 2,
    environment: { STAGE: 'a=b' },
    secrets: { KEY: 'api-key@3' },
    role: 'reader',
    grants: ['bucket:photos:read', 'kv:meta'],
    network: 'hosts',
    networkHosts: ['api.github.com:443'],
    onSuccess: 'queue:done',
    onFailure: 'https://example.org/failed',
    eventRetries: 5,
    eventRetryDelayMs: 90_000,
    eventMaxAgeMs: 7_200_000,
    eventConcurrency: 3,
    recordPayloads: 'failed',
    logRetentionDays: 30,
  };
  assert.deepEqual(parsed(changes), changes);
  const flagged = SETTINGS.filter(({ flag }) => flag !== undefined).map(({ key }) => key);
  assert.deepEqual(Object.keys(changes).sort(), flagged.sort(), 'every setting that has an option is tried');
});

test('what is taken away is said so, and nothing is changed by a command without changes', () => {
  const full = { ...before, environment: { A: '1', B: '2' }, grants: ['kv:meta', 'queue:jobs:send'] };
  const changes = { environment: { A: '3' }, grants: ['kv:meta'] };
  assert.deepEqual(commandOf('hello', full, changes), [
    ...['set', 'hello', '--env', 'A=3', '--unset-env', 'B'],
    ...['--revoke', 'queue:jobs:send'],
  ]);
  assert.deepEqual(commandOf('hello', before, {}), ['show', 'hello']);
  assert.deepEqual(commandOf('hello', before, { debug: true }), ['show', 'hello']);
});

test('a value is shown with its unit, so that two states can be told apart', () => {
  assert.equal(shownValue(1_024, 'memoryMb'), '1,024 MB');
  assert.equal(shownValue(7_000, 'timeoutMs'), '7s');
  assert.equal(shownValue(2, 'retries'), '2');
  assert.equal(shownValue('', 'owner'), '(empty)');
});
