import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAttacks } from './attack.ts';
import { readmeText } from './readme.ts';

const PAGE = join(import.meta.dirname, 'README.md');

test('README.md lists the attacks', async () => {
  if (process.env.UPDATE_PAGES === '1') await writeFile(PAGE, await readmeText());
  const hint = 'the page is out of date: UPDATE_PAGES=1 ./fob test attacks/readme';
  assert.equal(await readFile(PAGE, 'utf8'), await readmeText(), hint);
});

test('there are at least 25 attacks in each language', async () => {
  for (const language of ['python', 'node'] as const) {
    const { length } = await readAttacks(language);
    assert.ok(length >= 25, `${length} in ${language}`);
  }
});
