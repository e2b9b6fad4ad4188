import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../failure.ts';
import type { TypeView } from './api.ts';
import { readTriggerFile } from './apply.ts';
import { flagsOf, readSettings, readTypeArguments } from './type-options.ts';

const type: TypeView = {
  name: 'sample',
  summary: '',
  batches: false,
  called: false,
  options: {
    properties: {
      prefix: { type: 'string' },
      pollMs: { type: 'integer' },
      max: { type: 'integer' },
      existing: { type: 'boolean' },
      clientId: { type: 'string' },
      events: { type: 'array', items: { type: 'string' } },
      cors: { type: 'object' },
      secret: { type: 'string', format: 'secret' },
    },
  },
};
const fails = (work: () => Promise<unknown>, says: RegExp) =>
  assert.rejects(work, (error) => error instanceof Failure && says.test(`${error.message} ${error.hint}`));

describe("a type's words and options on the command line", () => {
  test('are read by its schema', async () => {
    const words = ['a', '--prefix', 'in/', '--poll=30s', 'b', '--max', '-5', '--existing', '--client-id', 'x'];
    const given = [...words, '--events', 'one,two', '--events=three', '--cors', '{"a": [1]}', '--secret', 's3cret'];
    assert.deepEqual(await readTypeArguments(type, given), {
      words: ['a', 'b'],
      options: {
        prefix: 'in/',
        pollMs: 30_000,
        max: -5,
        existing: true,
        clientId: 'x',
        events: ['one', 'two', 'three'],
        cors: { a: [1] },
        secret: 's3cret',
      },
    });
    const options = {};
    await readSettings(type, ['pollMs=500', 'existing=false', 'prefix=a=b'], options);
    assert.deepEqual(options, { pollMs: 500, existing: false, prefix: 'a=b' });
    assert.deepEqual(
      flagsOf(type)
        .map(({ flag }) => flag)
        .slice(0, 5),
      ['--prefix', '--poll', '--max', '--existing', '--client-id'],
    );
  });

  test('that are none are refused, with the one that was meant', async () => {
    await fails(() => readTypeArguments(type, ['--prefx', 'a']), /no option --prefx.*did you mean --prefix/);
    await fails(() => readTypeArguments(type, ['--prefix']), /needs a value/);
    await fails(() => readTypeArguments(type, ['--max', 'x']), /is no number/);
    await fails(() => readTypeArguments(type, ['--poll', 'soon']), /no duration/);
    await fails(() => readTypeArguments(type, ['--existing=maybe']), /neither true nor false/);
    await fails(() => readTypeArguments(type, ['--cors', '{']), /no JSON/);
    await fails(() => readTypeArguments(type, ['--secret', '@/none/such']), /cannot be read/);
    await fails(() => readSettings(type, ['prefix'], {}), /option=value/);
  });
});

describe('a file of triggers', () => {
  test('is a list, or one under `triggers`, and names environment variables', () => {
    const one = { name: 'a', function: 'fn', type: 'webhook', options: { secret: 'hunter2', list: ['$NOT'] } };
    const text = `triggers:\n  - {name: a, function: fn, type: webhook, options: {secret: "\${TOKEN}", list: [$NOT]}}\n`;
    assert.deepEqual(readTriggerFile(text, { TOKEN: 'hunter2' }), [one]);
    assert.deepEqual(readTriggerFile(JSON.stringify([one]), {}), [one]);
  });

  test('that is none is refused, saying why', () => {
    const refused = (text: string, says: RegExp) =>
      assert.throws(
        () => readTriggerFile(text, {}),
        (error) => error instanceof Failure && says.test(error.message),
      );
    refused('a: [', /cannot be read/);
    refused('a: 1', /no list of triggers/);
    refused('- {name: a, type: x}', /trigger 1 of the file has no function/);
    refused('[1]', /trigger 1 of the file has no name/);
    refused('- {name: a, type: x, function: f}\n- {name: a, type: x, function: f}', /two triggers "a"/);
    refused(`- {name: "\${NONE}", type: x, function: f}`, /environment variable NONE/);
  });
});
