import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Client } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { launcherOf, leftOf } from '../support/leftovers.ts';

const ROUNDS = 16;
/** The most changes that a node confirms before it dies: counted, not timed, so that slow machines confirm as many. */
const MAX_CHANGES = 6;
/** The longest that a node lives after the last of them. */
const MAX_MORE_MS = 100;
const UPDATED = 'updated';

const PYTHON = (answer: string) => `def callme():\n    print("${answer}")\n    return "${answer}"\n`;
const NODE = (answer: string) => `export function callme() { return "${answer}"; }\n`;

describe('a node that is killed again and again', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let folder: string;
  let remove: () => Promise<void>;
  let node: ProcessNode | undefined;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  after(async () => {
    await node?.kill();
    await remove();
  });

  test(`loses nothing that it confirmed, and leaves nothing behind, in ${ROUNDS} deaths`, async () => {
    const told = new Told();
    const dead: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      node = await startFobUp(folder);
      await told.isThere(node.client);
      const clients = told.clients(node.client);
      await Promise.race([clients, Promise.all([told.confirms(randomInt(MAX_CHANGES) + 1), told.answers()])]);
      await Promise.race([clients, delay(randomInt(MAX_MORE_MS))]);
      // Either only the gateway dies, and its helper clears up, or both do, and the next start clears up.
      const launcher = round % 2 === 0 ? launcherOf(node.pid) : undefined;
      // It does nothing between the two deaths, however long that takes.
      if (launcher !== undefined) process.kill(launcher, 'SIGSTOP');
      process.kill(-node.pid, 'SIGKILL');
      if (launcher !== undefined) process.kill(launcher, 'SIGKILL');
      told.over = true;
      await node.ended;
      await clients;
      dead.push(node.pid);
    }
    node = await startFobUp(folder);
    assert.ok(leftOf(node.pid, folder).length >= 3, 'what a living node has is seen');
    for (const pid of dead) await eventually(() => assert.deepEqual(leftOf(pid, folder), []));
    await told.isThere(node.client);
    await told.allAnswer(node.client);
    await node.stop();
    assert.deepEqual(leftOf(node.pid, folder), []);
    assert.deepEqual(readdirSync(join(folder, 'run')), []);
    assert.ok(told.functions.size >= ROUNDS / 2, `only ${told.functions.size} functions were confirmed`);
    assert.ok(told.calls >= ROUNDS, `only ${told.calls} calls were answered`);
  });
});

/** What the nodes have confirmed to their clients. */
class Told {
  /** Id and what the function answers. */
  readonly functions = new Map<string, string>();
  /** Names whose removal was confirmed. */
  readonly removed = new Set<string>();
  /** The newest version of the one function that is updated, and that may have been made unheard. */
  updated = 0;
  attempted = 0;
  calls = 0;
  over = false;
  private fresh = new Set<string>();
  private readonly changes = new EventEmitter();

  /** Several clients at once until the node dies. Rejects where it answers wrongly before. */
  async clients(client: Client): Promise<void> {
    this.over = false;
    await Promise.all([
      this.until(() => this.register(client)),
      this.until(() => this.register(client)),
      this.until(() => this.update(client)),
      this.until(() => this.createAndRemove(client)),
      this.until(() => this.callAny(client)),
      this.until(() => this.callAny(client)),
    ]);
  }

  /** Resolves once `count` more changes were confirmed. */
  async confirms(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) await once(this.changes, 'confirmed');
  }

  /** Resolves once one more call was answered. */
  async answers(): Promise<void> {
    await once(this.changes, 'answered');
  }

  /** Everything confirmed is listed, and what is new since the last time answers. */
  async isThere(client: Client): Promise<void> {
    const { json } = await client.request('GET', '/api/stats');
    const there = new Set<string>(json.functions);
    assert.deepEqual(
      [...this.functions.keys()].filter((id) => !there.has(id)),
      [],
      'functions that were confirmed are lost',
    );
    for (const name of this.removed) {
      assert.equal((await client.request('GET', `/v1/functions/${name}`)).status, 404, `${name} is back`);
    }
    this.removed.clear();
    await this.answer(client, [...this.fresh]);
    this.fresh.clear();
    if (this.updated === 0) return;
    const version = Number((await client.result(UPDATED)).slice(1));
    assert.ok(
      version >= this.updated && version <= this.attempted,
      `v${version}, where v${this.updated} was confirmed`,
    );
  }

  async allAnswer(client: Client): Promise<void> {
    await this.answer(client, [...this.functions.keys()]);
  }

  private async answer(client: Client, ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.check(id, await client.request('GET', `/api/call/${id}`));
  }

  private check(id: string, answer: Answer): void {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.result, this.functions.get(id));
  }

  private async register(client: Client): Promise<void> {
    const result = randomUUID();
    const [lang, code] = this.functions.size % 3 === 0 ? ['node', NODE(result)] : ['python', PYTHON(result)];
    const answer = await client.request('POST', `/api/gen?lang=${lang}`, { body: code });
    assert.equal(answer.status, 200, answer.text);
    this.functions.set(answer.json.id, result);
    this.fresh.add(answer.json.id);
    this.changes.emit('confirmed');
  }

  private async update(client: Client): Promise<void> {
    this.attempted += 1;
    const version = this.attempted;
    await client.put(UPDATED, PYTHON(`v${version}`));
    this.updated = version;
    this.changes.emit('confirmed');
  }

  private async createAndRemove(client: Client): Promise<void> {
    const name = `x-${randomUUID()}`;
    await client.put(name, NODE(name));
    const answer = await client.request('DELETE', `/v1/functions/${name}`);
    assert.equal(answer.status, 204, answer.text);
    this.removed.add(name);
    this.changes.emit('confirmed');
  }

  private async callAny(client: Client): Promise<void> {
    const ids = [...this.functions.keys()];
    const id = ids[randomInt(Math.max(1, ids.length))];
    if (id === undefined) return void (await client.request('GET', '/healthz'));
    this.check(id, await client.request('GET', `/api/call/${id}`));
    this.calls += 1;
    this.changes.emit('answered');
  }

  /** Once the node is dead, its clients' connections break; before, nothing may fail. */
  private async until(step: () => Promise<void>): Promise<void> {
    while (!this.over) {
      try {
        await step();
      } catch (error) {
        if (this.over && error instanceof TypeError && error.message === 'fetch failed') return;
        if (this.over && error instanceof TypeError && error.message === 'terminated') return;
        throw error;
      }
    }
  }
}
