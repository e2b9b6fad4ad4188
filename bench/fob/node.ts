import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, HttpClient } from '../load/http.ts';
import { freePort, type Server, startServer } from '../machine/server.ts';

/** As the script `fob` starts it. */
const COMMAND_LINE = [
  '--max-semi-space-size=4',
  process.env.FOB_BENCH_MAIN ?? join(import.meta.dirname, '../../src/cli/main.ts'),
];
const POLL_MS = 10;
const POOLS_MS = 60_000;
const REGISTER_CONNECTIONS = 4;

export type Language = 'node' | 'python';

export interface NodeOptions {
  /** Absent: a new one. */
  readonly dataFolder?: string;
  /** `FOB_…` settings, where the scenario is about them; everything else is as a user gets it. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The parts of the native API's answers that are read here. */
interface PoolsAnswer {
  readonly pools: readonly { readonly ready: number; readonly target: number }[];
}

interface InvocationsAnswer {
  readonly invocations: readonly unknown[];
  readonly cursor?: string;
}

/** Where the benchmark puts what a node leaves. */
interface NodeFiles {
  readonly dataFolder: string;
  readonly logFile: string;
  /** Where CPU profiles go; absent: none are taken. */
  readonly profileFolder?: string;
}

/** A running node of fob and what the scenarios ask of it, over HTTP as anyone would. */
export class FobNode implements AsyncDisposable {
  readonly dataFolder: string;
  readonly #server: Server;
  readonly #client = new HttpClient(1);

  private constructor(server: Server, dataFolder: string) {
    this.#server = server;
    this.dataFolder = dataFolder;
  }

  static async start(files: NodeFiles, settings: Readonly<Record<string, string>> = {}): Promise<FobNode> {
    mkdirSync(files.dataFolder, { recursive: true });
    const port = await freePort();
    const profile = files.profileFolder && `--cpu-prof --cpu-prof-dir=${files.profileFolder}`;
    const server = await startServer({
      name: 'fob',
      program: process.execPath,
      parameters: [...COMMAND_LINE, 'up', '--port', String(port), '--data', files.dataFolder],
      environment: { ...settings, ...(profile && { NODE_OPTIONS: profile }) },
      port,
      readyPath: '/readyz',
      logFile: files.logFile,
    });
    return new FobNode(server, files.dataFolder);
  }

  get pid(): number {
    return this.#server.pid;
  }

  get origin(): string {
    return this.#server.origin;
  }

  get readyMs(): number {
    return this.#server.readyMs;
  }

  /** Registers one function through the FoB door and returns its id. */
  async register(language: Language, source: string, client = this.#client): Promise<string> {
    const answer = await client.send('POST', `${this.origin}/api/gen?lang=${language}`, source);
    return (parse(answer) as { id: string }).id;
  }

  /** Registers `count` different functions, a few at a time, and returns their ids in order. */
  async registerMany(language: Language, count: number): Promise<string[]> {
    const client = new HttpClient(REGISTER_CONNECTIONS);
    const ids: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < count; index = next++) {
        ids[index] = await this.register(language, answeringFunction(language, index), client);
      }
    };
    try {
      await Promise.all(Array.from({ length: REGISTER_CONNECTIONS }, work));
    } finally {
      client.close();
    }
    return ids;
  }

  /** Any request of the native API that must succeed; a body is sent as JSON. */
  async api<T>(method: string, path: string, body?: unknown, client = this.#client): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await client.send(method, this.origin + path, text, 'application/json');
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
  }

  /** Registers a Node.js function under a name. */
  async put(name: string, source: string, config: object = {}): Promise<void> {
    await this.api('PUT', `/v1/functions/${name}`, {
      code: { inline: source },
      config: { runtime: 'node', ...config },
    });
  }

  callUrl(id: string): string {
    return `${this.origin}/api/call/${id}`;
  }

  invokeUrl(name: string): string {
    return `${this.origin}/v1/functions/${name}/invoke`;
  }

  /** One timed call; rejects with what was answered where that is not the function's result. */
  async call(id: string, client = this.#client): Promise<Answer> {
    const answer = await client.send('GET', this.callUrl(id));
    const { result } = parse(answer) as { result: unknown };
    if (result !== 42) throw new Error(`the function answered ${answer.text}`);
    return answer;
  }

  /** Resolves when every pool keeps as many prewarmed sandboxes as it is to. */
  async poolsReady(): Promise<void> {
    await waitUntil('prewarmed sandboxes are ready', POOLS_MS, async () => {
      const { pools } = parse(await this.#client.send('GET', `${this.origin}/v1/pools`)) as PoolsAnswer;
      return pools.every((pool) => pool.ready >= pool.target);
    });
  }

  /** How many invocations of a function the journal holds. */
  async recordedInvocations(name: string): Promise<number> {
    let count = 0;
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ function: name, limit: '1000', ...(cursor !== undefined && { cursor }) });
      const answer = await this.#client.send('GET', `${this.origin}/v1/invocations?${query}`);
      const page = parse(answer) as InvocationsAnswer;
      count += page.invocations.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    return count;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** A function that returns 42, written as people write their first one; each `variant` has code of its own. */
export function answeringFunction(language: Language, variant = 0): string {
  return language === 'node'
    ? `function callme() {\n  return 42; // ${variant}\n}\n`
    : `def callme():\n    return 42  # ${variant}\n`;
}

/** Asks again and again, a little apart, until `condition` holds; rejects where it still does not after `limitMs`. */
export async function waitUntil(what: string, limitMs: number, condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await sleep(POLL_MS);
  }
}

function parse(answer: Answer): unknown {
  if (answer.status !== 200) throw new Error(`fob answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return JSON.parse(answer.text);
}
