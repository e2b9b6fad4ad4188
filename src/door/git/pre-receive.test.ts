import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { answerHook, parseQuestion, type Question, writeHook } from './pre-receive.ts';

const ZERO = '0'.repeat(40);
const COMMIT = 'a'.repeat(40);

describe('the hook that asks the node', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-hook-'));
    await writeHook(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = async (input: string, serve: (channel: Duplex) => void) => {
    const child = spawn(join(folder, 'pre-receive'), {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, GIT_OBJECT_DIRECTORY: '/objects', GIT_QUARANTINE_PATH: '/objects/q' },
    });
    const channel = child.stdio[3] as Duplex;
    channel.on('error', () => {});
    serve(channel);
    child.stdin!.end(input);
    const printed = text(child.stdout!);
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, printed: await printed };
  };

  test('what it shows cannot drive the terminal of whoever pushes', async () => {
    const { printed } = await run(`${ZERO} ${COMMIT} refs/heads/main\n`, (channel) =>
      answerHook(channel, async (_question, { tell }) => {
        tell('built \x1b[2J\x1b]0;title\x07\u009b1m\rerror\u202e.txt');
        return true;
      }),
    );
    assert.equal(printed, 'built \\x1b[2J\\x1b]0;title\\x07\\x9b1m\\x0derror\\u202e.txt\n');
  });

  test('passes the question on, shows what is told, and ends as it is told', async () => {
    let asked: Question | undefined;
    const input = `${ZERO} ${COMMIT} refs/heads/main\n${COMMIT} ${ZERO} refs/tags/v1\n`;
    const answer = (may: boolean) =>
      run(input, (channel) =>
        answerHook(channel, async (question, { tell }) => {
          asked = question;
          tell('building');
          tell('  * \\n $HOME `x`\nyes');
          tell('no');
          return may;
        }),
      );
    assert.deepEqual(await answer(true), { code: 0, printed: 'building\n  * \\n $HOME `x` yes\nno\n' });
    assert.equal((await answer(false)).code, 1);
    assert.deepEqual(asked, {
      changes: [
        { before: ZERO, after: COMMIT, ref: 'refs/heads/main' },
        { before: COMMIT, after: ZERO, ref: 'refs/tags/v1' },
      ],
      environment: { GIT_OBJECT_DIRECTORY: '/objects', GIT_QUARANTINE_PATH: '/objects/q' },
    });
  });

  test('refuses where the node fails, or is gone', async () => {
    const input = `${ZERO} ${COMMIT} refs/heads/main\n`;
    const failing = await run(input, (channel) => answerHook(channel, () => Promise.reject(new Error('no'))));
    assert.equal(failing.code, 1);
    const gone = await run(input, (channel) => channel.once('data', () => channel.destroy()));
    // By its own word, or by the signal of a broken pipe.
    assert.notEqual(gone.code, 0);
  });

  test('a question is waited for to its end, in whatever pieces it comes', async () => {
    const line = `${COMMIT} ${ZERO} refs/heads/main`;
    // Where refs are only removed nothing is received, and the places of objects are empty.
    const whole = `\n\n\n${line}\nend\n`;
    for (let at = 0; at <= whole.length; at++) {
      const [ours, theirs] = duplexPair();
      const asked: Question[] = [];
      answerHook(ours, async (question) => {
        asked.push(question);
        return true;
      });
      theirs.write(whole.slice(0, at));
      await new Promise(setImmediate);
      theirs.write(whole.slice(at));
      assert.equal(String((await once(theirs, 'data'))[0]), 'yes\n');
      assert.deepEqual(
        asked.map(({ changes }) => changes),
        [[{ before: COMMIT, after: ZERO, ref: 'refs/heads/main' }]],
        `cut at ${at}`,
      );
    }
  });

  test('a question of a strange form has no changes', () => {
    assert.deepEqual(parseQuestion('\n\n\nmain\nend\n').changes, []);
  });
});
