import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { migrate, openDatabase } from '../../../store/embedded/database.ts';
import { temporaryFolder } from '../../../store/testing/folder-adapter.ts';
import { bucketOperations } from './catalog-buckets.ts';
import { CATALOG_DATABASE } from './catalog-schema.ts';
import { catalogTables } from './catalog-tables.ts';

describe('the database of buckets', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  test('gives buckets of before a revision, at which one can change what one has seen', () => {
    const path = join(folder, 'old.db');
    const old = new DatabaseSync(path);
    migrate(old, path, CATALOG_DATABASE.migrations.slice(0, 2));
    old.exec(
      `INSERT INTO buckets (name, created_ms, settings) VALUES ('kept', 1, '{"versioning":"off","lifecycle":[],"tags":{}}')`,
    );
    old.close();
    const db = openDatabase(path, CATALOG_DATABASE);
    const { buckets, configureBucket, createBucket } = bucketOperations(db, catalogTables(db));
    assert.deepEqual(
      buckets().map(({ name, revision }) => [name, revision]),
      [['kept', 1]],
    );
    assert.equal(configureBucket('kept', { tags: { a: 'b' } }, 1).revision, 2);
    assert.throws(() => configureBucket('kept', { tags: {} }, 1), {
      code: 'conflict',
      details: { name: 'kept', expectedRevision: 1, actualRevision: 2 },
    });
    assert.equal(createBucket('new', 2).revision, 3);
    db.close();
  });
});
