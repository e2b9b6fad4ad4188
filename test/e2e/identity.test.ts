import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ProcessNode, runFob, startFobUp, temporaryFolder } from '../support/fob-process.ts';

describe('a node that people share', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let base: Awaited<ReturnType<typeof temporaryFolder>>;
  let node: ProcessNode;
  let environment: Record<string, string>;
  before(async () => {
    base = await temporaryFolder();
    node = await startFobUp(join(base.folder, 'data'));
    environment = { FOB_URL: node.url, XDG_CONFIG_HOME: join(base.folder, 'config') };
  });
  after(async () => {
    await node?.kill();
    await base?.remove();
  });
  const fob = (words: string, more: Record<string, string> = {}) =>
    runFob(words.split(' '), { environment: { ...environment, ...more } });
  const good = async (words: string, more?: Record<string, string>) => {
    const { code, stdout, stderr } = await fob(words, more);
    assert.equal(code, 0, `fob ${words}: ${stderr}`);
    return stdout.trim();
  };

  test('begins with an administrator, who is logged in, and asks everybody else', async () => {
    assert.match(await good('whoami'), /operator/);
    const token = await good('user create ada --admin');
    assert.match(token, /^fob_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$/);
    assert.match(await good('whoami'), /ada/);
    const file = join(base.folder, 'config', 'fob', 'credentials.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const stranger = await fob('list', { XDG_CONFIG_HOME: join(base.folder, 'nobody') });
    assert.deepEqual([stranger.code, /fob login/.test(stranger.stderr)], [5, true]);
    assert.equal((await fob('list', { FOB_TOKEN: 'fob_wrong' })).code, 5, 'what is given goes before what is kept');
    assert.match(await good('whoami', { FOB_TOKEN: token }), /ada/);
  });

  test('lets a team work on what it owns', async () => {
    const bob = { FOB_TOKEN: await good('user create bob') };
    assert.equal((await fob(`deploy ${EXAMPLE} --name pay`, bob)).code, 5, 'without a role');
    await good('team create shop bob --role appops');
    await good('policy set owned --require-owner');
    await good(`policy check ${EXAMPLE} --name pay`, bob);
    assert.equal((await fob(`policy check ${EXAMPLE} --name pay --owner=`, bob)).code, 5, 'owned by nobody');
    await good('policy rm owned');
    await good(`deploy ${EXAMPLE} --name pay`, bob);
    assert.equal(JSON.parse(await good('show pay --json', bob)).config.owner, 'shop');
    assert.equal(await good('call pay', bob), '42');
    await good(`deploy ${EXAMPLE} --name other --owner ada`);
    assert.equal((await fob('call other', bob)).code, 5);
    assert.equal((await fob('can bob function:invoke other')).code, 5);
    assert.equal((await fob('can bob function:invoke pay')).code, 0);
    await good('access other --allow team:shop');
    assert.equal(await good('call other', bob), '42');
    const removed = await fob('access other --remove user:nobody');
    assert.deepEqual([removed.code, /user:nobody is in neither list of other/.test(removed.stderr)], [3, true]);
    assert.match((await fob('access other --allow team:shop')).stderr, /stands so already/);
    const lacks = await fob('can function:pay function:invoke other');
    assert.equal(lacks.code, 5);
    assert.match(lacks.stdout, /fob access other --allow function:pay/, 'its list names the team alone');
    await good('access other --clear');
    assert.match(
      (await fob('can function:pay function:invoke other')).stdout,
      /fob set pay --grant function:other:invoke/,
    );
    await good('set pay --grant function:other:invoke');
    assert.equal((await fob('can function:pay function:invoke other')).code, 0);
    assert.equal((await fob('can function:nobody function:invoke other')).code, 3);
    assert.match((await fob('set other --owner nobody')).stderr, /warning: there is no user or team "nobody"/);
    assert.doesNotMatch((await fob('set other --owner ada')).stderr, /warning/);
    for (const team of ['shop', 'bank']) await good(`quota set ${team} --functions 9`);
    const others = JSON.parse(await good('quota --json', bob)) as { team: string }[];
    assert.deepEqual(
      others.map(({ team }) => team),
      ['shop'],
      'how much others use is not theirs to see',
    );
    const granted = await fob('set pay --grant bucket:ada-x', bob);
    assert.match(granted.stderr, /the grant 'bucket:ada-x' gives what you may not do yourself/);
    const ci = { FOB_TOKEN: await good('token create ci --team shop --action function:deploy') };
    await good(`deploy ${EXAMPLE} --name pay`, ci);
    assert.equal((await fob('call pay', ci)).code, 5, 'it is narrowed');
  });

  test('has a way back in for whoever owns its folder, and for nobody else', async () => {
    const socket = join(node.dataFolder, 'operator.sock');
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    const lost = { XDG_CONFIG_HOME: join(base.folder, 'lost') };
    const token = await good(`user create eve --admin --data ${node.dataFolder}`, lost);
    assert.match(await good('user list', { ...lost, FOB_TOKEN: token }), /eve/);
    assert.match(await good(`--url unix:${node.dataFolder} whoami`, lost), /operator/);
    await good('user rm eve');
    assert.equal((await fob('user rm ada')).code, 5, 'the last administrator');
    assert.equal((await fob(`user list --data ${base.folder}/nowhere`, lost)).code, 4);
  });

  test('keeps its audit trail through kill -9, and finds it whole', async () => {
    await good('user set bob --full-name Bob');
    const { intact, entries, head } = JSON.parse(await good('audit verify --json'));
    assert.ok(intact && entries > 10);
    await node.kill();
    node = await startFobUp(join(base.folder, 'data'));
    const token = JSON.parse(await good(`token create x --user ada --json --data ${node.dataFolder}`)).token;
    environment = { ...environment, FOB_URL: node.url, FOB_TOKEN: token };
    const again = JSON.parse(await good(`audit verify --expect ${head.sequence}:${head.hash} --json`));
    assert.ok(again.intact && again.entries > entries);
    const [changed] = JSON.parse(await good('audit --subject user:bob --actor ada --json'));
    assert.deepEqual([changed.details.before.fullName, changed.details.after.fullName], ['', 'Bob']);
    const denied = JSON.parse(await good('audit --denied --actor bob --json'));
    assert.ok(denied.some(({ action }: { action: string }) => action === 'function:invoke'));
    await node.stop();
    assert.equal(existsSync(join(node.dataFolder, 'operator.sock')), false);
  });
});

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'hello-python');
