import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import type { Clock } from '../../src/model/clock.ts';
import { type Settings, SettingsSchema } from '../../src/model/settings.ts';
import { startNode } from '../../src/node.ts';

/** An HTTP answer as tests look at it. `json` throws where the body is none. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape, and fail where they err
  readonly json: any;
}

/** A real node on a free port of loopback, with a data folder of its own. */
export interface TestNode {
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  /** The node's own log so far, a JSON document a line. */
  readonly log: readonly string[];
  request(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<Reply>;
  /** Registers a fragment of code and returns its id. Fails where the node refuses it. */
  register(code: string, language: string): Promise<string>;
  /** Changes a function's configuration. */
  configure(id: string, config: object): Promise<void>;
  /** Calls a function with typed parameters. */
  call(id: string, parameters?: object): Promise<Reply>;
  /** Calls a function that must succeed, and returns its result. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the function returned
  result(id: string, parameters?: object): Promise<any>;
  remove(id: string): Promise<void>;
  /** Ends the node and removes its data folder. */
  close(): Promise<void>;
}

/** Starts a node with the default settings, few prewarmed sandboxes, and what a test wants otherwise. */
export async function startTestNode(overrides: Partial<Settings> = {}, clock?: Clock): Promise<TestNode> {
  const ownFolder = overrides.data === undefined ? await mkdtemp(join(tmpdir(), 'fob-test-node-')) : undefined;
  const settings: Settings = {
    ...(Value.Default(SettingsSchema, {}) as Settings),
    port: 0,
    prewarmed: 1,
    ...(ownFolder !== undefined && { data: ownFolder }),
    ...overrides,
  };
  const removeFolder = () => (ownFolder === undefined ? undefined : rm(ownFolder, { recursive: true, force: true }));
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const node = await startNode(settings, { log: logger, ...(clock !== undefined && { clock }) }).catch(
    async (error: unknown) => {
      await removeFolder();
      throw error;
    },
  );

  const request: TestNode['request'] = async (method, path, init) => {
    const response = await fetch(node.url + path, { method, ...init });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text);
      },
    };
  };
  const expect = async (status: number, reply: Promise<Reply>): Promise<Reply> => {
    const answer = await reply;
    assert.equal(answer.status, status, answer.text);
    return answer;
  };
  const call: TestNode['call'] = (id, parameters = {}) =>
    request('POST', `/api/call/${id}`, {
      body: JSON.stringify(parameters),
      headers: { 'Content-Type': 'application/json' },
    });

  return {
    url: node.url,
    port: Number(new URL(node.url).port),
    dataFolder: settings.data,
    log,
    request,
    call,
    async register(code, language) {
      const { json } = await expect(200, request('POST', `/api/gen?lang=${language}`, { body: code }));
      return json.id;
    },
    async configure(id, config) {
      await expect(200, request('PATCH', `/v1/functions/${id}`, { body: JSON.stringify(config) }));
    },
    async result(id, parameters) {
      return (await expect(200, call(id, parameters))).json.result;
    },
    async remove(id) {
      await expect(204, request('DELETE', `/v1/functions/${id}`));
    },
    async close() {
      await node.close();
      await removeFolder();
    },
  };
}
