import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { BLUEPRINTS_FOLDER } from '../../src/project/blueprints/load.ts';
import { FOB, runFob, temporaryFolder } from '../support/fob-process.ts';
import { canBuild } from '../support/shell.ts';

const execute = promisify(execFile);

describe('fob new', () => {
  let folder: string;
  let remove: () => Promise<void>;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  after(() => remove());

  const fob = (...words: string[]) => runFob(words, { cwd: folder });

  test('lists blueprints, and says what one asks for', async () => {
    const { code, stdout, stderr } = await fob('new');
    assert.deepEqual([code, stderr], [0, 'next: fob new <blueprint>, or fob new <blueprint> --show\n']);
    assert.match(stdout, /^BLUEPRINT +LANGUAGE +WHAT IT DOES\n/);
    const names = (await readdir(BLUEPRINTS_FOLDER)).sort();
    const listed = JSON.parse((await fob('new', '--json')).stdout);
    assert.deepEqual(
      listed.map(({ name }: { name: string }) => name),
      names,
    );
    const shown = await fob('new', 'csv-to-postgres', '--show');
    assert.match(shown.stdout, /--set database +Host and port of the database; must be given\n/);
    assert.match(shown.stdout, /--set key .*; default id\n/);
    assert.match(shown.stdout, /\$DATABASE_URL +how the function connects; in the environment of fob apply\n/);
  });

  test('writes a folder, and nothing over one that is there', async () => {
    const made = await fob('new', 'cron-report', '--set', 'name=nightly');
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stderr, /next: cd nightly && fob apply/);
    const text = await readFile(join(folder, 'nightly', 'fob.yaml'), 'utf8');
    assert.match(text, /^project: nightly$/m);
    assert.match(text, /^ {2}# Bucket for the reports\n {2}reports: nightly-reports$/m);
    assert.deepEqual((await readdir(join(folder, 'nightly', 'function'))).sort(), ['fob.test.yaml', 'report.py']);
    await writeFile(join(folder, 'nightly', 'fob.yaml'), 'mine');
    const again = await fob('new', 'cron-report', '--set', 'name=nightly');
    assert.equal(again.code, 2);
    assert.match(again.stderr, /the folder nightly is there, and not empty/);
    assert.equal(await readFile(join(folder, 'nightly', 'fob.yaml'), 'utf8'), 'mine');
    await mkdir(join(folder, 'empty'));
    assert.equal((await fob('new', 'cron-report', 'empty')).code, 0);
  });

  test('says what is wrong, and how to find what is right', async () => {
    const fails = async (words: string[], code: number, message: RegExp) => {
      const ended = await fob('new', ...words);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
    };
    await fails(['pigeon-post'], 3, /there is no blueprint "pigeon-post"\nfob new shows them/);
    await fails(['../cron-report'], 3, /there is no blueprint/);
    await fails(['csv-to-postgres'], 2, /needs "table": .*\n.*--show says what it asks for/);
    await fails(['cron-report', '--set', 'bukket=x'], 2, /asks for no "bukket"; it asks for name, expression/);
    await fails(['cron-report', '--set', 'source=Big Bucket'], 2, /"source" must match/);
    await fails(['cron-report', '--set', 'source'], 2, /--set/);
  });

  test('asks on a terminal for what is not given, until it does', async () => {
    // `script` of util-linux gives it a terminal.
    const typed = ['asked', '', 'Wrong Bucket', 'right-bucket', ''].map((line) => `${line}\n`).join('');
    const command = `${FOB} new cron-report asked --set tz=Europe/Berlin`;
    const running = execute('script', ['-qec', command, '/dev/null'], { cwd: folder, timeout: 60_000 });
    running.child.stdin!.end(typed);
    const { stdout } = await running;
    assert.match(stdout, /Name of the function/);
    assert.match(stdout, /this must match/);
    assert.doesNotMatch(stdout, /Time zone/);
    const text = await readFile(join(folder, 'asked', 'fob.yaml'), 'utf8');
    assert.match(text, /^project: asked$/m);
    assert.match(text, /^ {2}tz: Europe\/Berlin$/m);
    assert.match(text, /^ {2}source: right-bucket$/m);
    assert.match(text, /^ {2}reports: asked-reports$/m);
  });
});

test('the tests that lie beside the code of each blueprint pass', {
  skip: process.platform !== 'linux',
}, async (context) => {
  const { folder, remove } = await temporaryFolder();
  try {
    if (!(await canBuild(join(folder, 'data')))) return context.skip('builds have no network here, as fob doctor says');
    const { code, stdout, stderr } = await runFob(['check', '--no-install', BLUEPRINTS_FOLDER]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\d+ passed in/);
  } finally {
    await remove();
  }
});
