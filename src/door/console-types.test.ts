import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { currentTypes, TYPES_FILE } from './testing/current-types.ts';

test('the types that the console is written against are those of the API', async () => {
  const types = await currentTypes();
  if (process.env.UPDATE_PAGES === '1') await writeFile(TYPES_FILE, types);
  assert.equal(
    await readFile(TYPES_FILE, 'utf8'),
    types,
    'the API changed: UPDATE_PAGES=1 ./fob test console-types, then check the console',
  );
});
