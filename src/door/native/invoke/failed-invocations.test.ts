import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import { temporaryFolder } from '../../../store/testing/folder-adapter.ts';
import { all, invocation } from '../../../store/testing/journal-records.ts';
import { failedInvocations } from './failed-invocations.ts';

const START_MS = Date.UTC(2026, 0, 1);

test('failed invocations stay in order where long records make a page of one way to fail short', async (t) => {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const store = await openEmbeddedStore({ folder });
  t.after(() => store.close());
  const { journal } = store;
  const ids: string[] = [];
  for (let n = 0; n < 400; n++) {
    const failed =
      n % 2 === 0 ? { status: 'failed', reason: 'exception', errorStack: 'x'.repeat(20_000) } : { status: 'timed_out' };
    const record = { ...invocation('mixed', START_MS + n), ...failed } as InvocationRecord;
    journal.appendInvocation(record);
    ids.unshift(record.invocationId);
  }
  await journal.flush();
  const found = await all((cursor) => failedInvocations(journal, { function: 'mixed', ...cursor }, 1_000));
  assert.deepEqual(
    found.map(({ invocationId }) => invocationId),
    ids,
  );
});
