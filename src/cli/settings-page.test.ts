import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsPage } from './settings-page.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'settings.md');

test('docs/reference/settings.md is what the schema says', async () => {
  if (process.env.UPDATE_PAGES === '1') await writeFile(PAGE, settingsPage());
  assert.equal(
    await readFile(PAGE, 'utf8'),
    settingsPage(),
    'the page is out of date: UPDATE_PAGES=1 ./fob test settings-page',
  );
});
