import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Value } from 'typebox/value';
import { checkParts } from '../../src/checks.ts';
import { type Settings, SettingsSchema } from '../../src/model/settings.ts';
import { eventually } from '../support/eventually.ts';
import { type Reply, startTestNode, type TestNode } from '../support/node.ts';
import { type Attack, type Language, readAttacks } from './attack.ts';
import { createHost, type Host } from './host.ts';
import { type Inventory, mountsOfNode, processesHolding, scaled, takeInventory } from './inventory.ts';
import { createVictim, VICTIM_VARIABLE, type Victim } from './victim.ts';

const LANGUAGES: readonly Language[] = ['python', 'node'];
const STATUS_OF: Readonly<Record<string, number>> = { succeeded: 200, timed_out: 504 };
const OTHER_STATUS = 502;
const JOURNAL_DEADLINE_MS = 60_000;
const LEFTOVERS_DEADLINE_MS = 60_000;
const CLOSE_DEADLINE_MS = 60_000;
/** A driver may be somewhat beyond what the node keeps of an invocation, `maxLogBytes`, before it counts as hostile. */
const MOST_LOG_BYTES = 2 * 1_048_576;
const CLOCK_SLACK_MS = 60_000;
/** Attackers may choose what their answer says, never how it travels. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTERS = /[\x00-\x09\x0b-\x1f\x7f]/;
const IDENTITY = {
  python: `import os\ndef callme(): return [os.readlink('/proc/self/ns/pid'), os.readlink('/proc/self/ns/mnt'), os.geteuid()]`,
  node: `const fs = require('fs')\nfunction callme() { return ['pid', 'mnt'].map((kind) => fs.readlinkSync('/proc/self/ns/' + kind)).concat(process.geteuid()) }`,
};

class LeftoversError extends Error {
  override readonly name = 'LeftoversError';
}

const attacks = (await Promise.all(LANGUAGES.map(readAttacks))).flat();
const { checks } = await checkParts(Value.Default(SettingsSchema, {}) as Settings);
const limitsAreWhole = checks.some((check) => check.name === 'resource limits' && check.state === 'ok');

/** Why an attack cannot be judged here; `false` where it can. */
function reasonToSkip(attack: Attack): string | false {
  if (!attack.applies) return 'it is about another processor';
  if (attack.expected.includes('out_of_memory') && !limitsAreWhole)
    return 'this user has no cgroup, so memory is limited by process only, as fob doctor says';
  return false;
}

describe('attacks', { skip: process.platform !== 'linux' && 'only Linux has what it looks at' }, () => {
  let host: Host;
  let node: TestNode;
  let victims: Victim[];
  let usual: Inventory;
  let facts: Record<string, unknown>;
  /** The attack after which the node was not as before; those behind it cannot be judged. */
  let fatal: string | undefined;

  before(async () => {
    host = await createHost();
    node = await startTestNode();
    await assertContainedAtAll(node);
    victims = await Promise.all(LANGUAGES.map((language) => createVictim(node, language, host.marker)));
    facts = {
      ...host.facts,
      dataFolder: node.dataFolder,
      codeFolder: join(node.dataFolder, 'code'),
      apiPort: node.port,
      victimVariable: VICTIM_VARIABLE,
      hostSession: Number(
        readFileSync('/proc/self/stat', 'latin1')
          .replace(/^.*\) /, '')
          .split(' ')[3],
      ),
    };
    await poolsAreFull(node);
    usual = takeInventory(node.dataFolder);
  });

  after(
    async () => {
      await node?.close();
      await host?.close();
      assert.deepEqual(takeInventory(node.dataFolder), {
        ...usual,
        namespaces: 0,
        helpers: 0,
        cgroups: 0,
        folders: 0,
        mounts: mountsOfNode(process.pid, node.dataFolder),
      });
    },
    { timeout: CLOSE_DEADLINE_MS },
  );

  for (const attack of attacks) {
    for (const variant of attack.variants) {
      const name = `${attack.language}/${attack.name}${variant === '' ? '' : ` (${variant})`}`;
      test(name, { skip: reasonToSkip(attack) }, async (t) => {
        if (fatal !== undefined) return t.skip(`cannot be judged: the node has not recovered from ${fatal}`);
        try {
          await run(attack, variant);
        } catch (error) {
          if (error instanceof LeftoversError || (error as Error).name === 'TimeoutError') fatal = name;
          throw error;
        }
      });
    }
  }

  async function assertNothingIsLeft(attackIds: readonly string[]): Promise<void> {
    let known = '';
    try {
      await eventually(async () => {
        for (const attackId of attackIds) assert.deepEqual(processesHolding(attackId), [], 'processes are left');
        known = (await node.request('GET', '/v1/sandboxes')).text;
        const { sandboxes } = JSON.parse(known) as { sandboxes: { function?: string }[] };
        const busy = sandboxes.filter((each) => each.function !== undefined).map((each) => each.function);
        assert.deepEqual(busy.sort(), victims.map(({ id }) => id).sort());
        assert.deepEqual(takeInventory(node.dataFolder), scaled(usual, sandboxes.length));
      }, LEFTOVERS_DEADLINE_MS);
    } catch (error) {
      throw new LeftoversError(`something is left; the node knows of ${known}`, { cause: error });
    }
  }

  async function run(attack: Attack, variant: string): Promise<void> {
    const attackers: { id: string; attackId: string }[] = [];
    try {
      for (let turn = 1; turn <= attack.turns; turn += 1) {
        const attackId = `fob-attacker-${randomBytes(8).toString('hex')}`;
        const id = await node.register(attack.source, attack.language);
        await node.configure(id, { ...attack.config, environment: { FOB_ATTACK_ID: attackId } });
        const leaverId = attackers.at(-1)?.attackId ?? '';
        attackers.push({ id, attackId });
        const [reply] = await Promise.all([
          node.call(id, { ...facts, attackId, leaverId, variant, turn }),
          ...victims.map((victim) => victim.check()),
        ]);
        assertContained(attack, reply);
        await assertLogIsBounded(node, id);
      }
      host.assertUntouched();
    } finally {
      for (const { id } of attackers) await node.remove(id);
    }
    for (const victim of victims) await victim.check();
    await assertNothingIsLeft(attackers.map(({ attackId }) => attackId));
    assert.doesNotMatch(node.log.join(''), CONTROL_CHARACTERS);
  }
});

/** Attacks that run without any isolation would hurt this machine: then there is nothing to test. */
async function assertContainedAtAll(node: TestNode): Promise<void> {
  for (const language of LANGUAGES) {
    const id = await node.register(IDENTITY[language], language);
    const [pid, mount, user] = await node.result(id);
    await node.remove(id);
    assert.notEqual(pid, readlinkSync('/proc/self/ns/pid'));
    assert.notEqual(mount, readlinkSync('/proc/self/ns/mnt'));
    assert.notEqual(user, 0);
  }
}

function assertContained(attack: Attack, reply: Reply): void {
  const outcome = reply.status === 200 ? 'succeeded' : reply.json.error.code;
  assert.ok(attack.expected.includes(outcome), `${outcome}, not ${attack.expected.join(' or ')}: ${reply.text}`);
  assert.equal(reply.status, STATUS_OF[outcome] ?? OTHER_STATUS);
  assert.match(reply.headers.get('content-type')!, /^application\/json\b/);
  assert.equal(reply.headers.get('set-cookie'), null);
  assert.doesNotMatch(reply.text, CONTROL_CHARACTERS);
  if (outcome === 'out_of_memory') assert.match(reply.json.error.message, /memory/);
  if (outcome !== 'succeeded' || attack.forgesItsResult) return;
  const { attempts, breaches } = reply.json.result;
  assert.deepEqual(breaches, []);
  assert.ok(attempts > 0, 'nothing was attempted');
}

/** The journal still answers, with little of what the attack said. */
async function assertLogIsBounded(node: TestNode, id: string): Promise<void> {
  const init = { signal: AbortSignal.timeout(JOURNAL_DEADLINE_MS) };
  const reply = await node.request('GET', `/v1/logs?function=${id}&limit=1000`, init);
  assert.equal(reply.status, 200, reply.text);
  assert.doesNotMatch(reply.text, CONTROL_CHARACTERS);
  const { lines, cursor } = reply.json as { lines: { text: string; timeMs: number }[]; cursor?: string };
  assert.equal(cursor, undefined, 'more than 1,000 lines');
  const bytes = lines.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(bytes <= MOST_LOG_BYTES, `${bytes} bytes were kept`);
  for (const { text, timeMs } of lines) {
    assert.doesNotMatch(text, /\n/);
    assert.ok(Math.abs(timeMs - Date.now()) < CLOCK_SLACK_MS, `a line claims to be of ${timeMs}`);
  }
}

async function poolsAreFull(node: TestNode): Promise<void> {
  await eventually(async () => {
    const { pools } = (await node.request('GET', '/v1/pools')).json;
    for (const { runtime, ready, target } of pools) assert.equal(ready, target, runtime);
  });
}
