import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { decodeEvents } from './cloudevents-http.ts';
import type { CloudEvent } from './event.ts';
import { readFeature, type Scenario } from './testing/gherkin.ts';

/** The specification's own scenarios; the sum is of the module's content. */
const MODULE = 'github.com/cloudevents/conformance@v0.2.0';
const SUM = 'h1:NvSXOKlagcsOWMEbi8U7Ex/0oQ4JZE1HQ45bnxYf2zk=';
const FETCH_TIMEOUT_MS = 60_000;

/** What the scenarios of each file are read with; a file that is not named here is skipped, and says so. */
const READERS: Readonly<Record<string, (scenario: Scenario) => void>> = {
  'http-protocol-binding.feature': runHttp,
};

describe("the specification's own scenarios", () => {
  let folder: string;
  let features: Map<string, Scenario[]> | string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-features-'));
    features = await fetchFeatures(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('pass', async (t) => {
    if (typeof features === 'string') {
      t.skip(features);
      return;
    }
    for (const name of Object.keys(READERS)) assert.ok(features.has(name), `${name} is there`);
    for (const [name, scenarios] of features) {
      const run = READERS[name];
      assert.ok(scenarios.length > 0, `${name} has scenarios`);
      for (const scenario of scenarios) {
        const skip =
          run === undefined && 'events over this protocol are handed on as they are, not read as CloudEvents';
        await t.test(`${name}: ${scenario.name}`, { skip }, () => run?.(scenario));
      }
    }
  });
});

test('scenarios are read: outlines, backgrounds, tables and doc strings', () => {
  const text = `Feature: F
    Background:
    Given it is supported

    Scenario Outline: One (<x>)
    Given a text
        """
        a: <x>

          b
        """
    Then the values are:
        | key | value |
        |   a | <x>   |
    Examples:
    | x |
    | 1 |
    | 2 |
    Scenario: Two
    When read`;
  const one = (x: string): Scenario => ({
    name: `One (${x})`,
    steps: [
      { text: 'it is supported' },
      { text: 'a text', docString: `a: ${x}\n\n  b` },
      {
        text: 'the values are:',
        table: [
          ['key', 'value'],
          ['a', x],
        ],
      },
    ],
  });
  assert.deepEqual(readFeature(text), [
    one('1'),
    one('2'),
    { name: 'Two', steps: [{ text: 'it is supported' }, { text: 'read' }] },
  ]);
});

/** One scenario of the HTTP binding, by our codec. */
function runHttp({ steps }: Scenario): void {
  let request: string | undefined;
  let event: CloudEvent | undefined;
  for (const { text, docString, table } of steps) {
    if (text === 'HTTP Protocol Binding is supported') continue;
    else if (text === 'an HTTP request') request = docString;
    else if (text === 'parsed as HTTP request') {
      const { headers, body } = parseHttp(request!);
      [event] = decodeEvents(headers, body);
    } else if (text === 'the attributes are:') {
      const { data: _, datatext: __, ...attributes } = event!;
      assert.deepEqual(attributes, Object.fromEntries(table!.slice(1)));
    } else if (text === 'the data is equal to the following JSON:') {
      assert.deepEqual(event!.data, JSON.parse(docString!));
    } else assert.fail(`no meaning is known of the step '${text}'`);
  }
  assert.ok(event, 'the scenario read something');
}

function parseHttp(text: string): { headers: Record<string, string>; body: Buffer } {
  const end = text.indexOf('\n\n');
  const headers = text
    .slice(0, end)
    .split('\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { headers: Object.fromEntries(headers), body: Buffer.from(text.slice(end + 2)) };
}

/** The feature files by name; or why they cannot be had. */
async function fetchFeatures(folder: string): Promise<Map<string, Scenario[]> | string> {
  let fetched: { Dir: string; Sum: string };
  try {
    const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], {
      cwd: folder,
      timeout: FETCH_TIMEOUT_MS,
      env: {
        ...process.env,
        GOPATH: join(folder, 'go'),
        GOCACHE: join(folder, 'cache'),
        GOFLAGS: '-modcacherw',
        GOTOOLCHAIN: 'local',
        GONOSUMDB: '*',
      },
    });
    fetched = JSON.parse(stdout);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing
      ? 'Go, which fetches the files, is not on this machine'
      : `${MODULE} cannot be fetched from here: is this machine offline?`;
  }
  assert.equal(fetched.Sum, SUM, 'the module is the one that was looked at');
  const names = await readdir(join(fetched.Dir, 'features'));
  const read = async (name: string) =>
    [name, readFeature(await readFile(join(fetched.Dir, 'features', name), 'utf8'))] as const;
  return new Map(await Promise.all(names.filter((name) => name.endsWith('.feature')).map(read)));
}
