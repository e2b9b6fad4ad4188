import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { documentOperations } from './documents.ts';
import { STATE_MIGRATIONS } from './state-schema.ts';

test('list finds just the keys with a prefix, whatever text they are', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '/', 'ä', '\ud7ff', '\ue000', '\uffff', '🐦', '\u{10ffff}'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 20 }), text, (keys, prefix) => {
      const db = new DatabaseSync(':memory:');
      for (const step of STATE_MIGRATIONS) db.exec(step);
      const documents = documentOperations(db);
      for (const key of keys) documents.put(key, '1', undefined);
      const found = documents.list(prefix).map((row) => row.key);
      assert.deepEqual(found.toSorted(), keys.filter((key) => key.startsWith(prefix)).sort());
      db.close();
    }),
  );
});
