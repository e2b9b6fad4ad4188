import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { type Migrations, migrate, openDatabase, pragma } from './database.ts';
import { JOURNAL_DATABASE } from './journal-schema.ts';
import { STATE_DATABASE } from './state-schema.ts';

describe('a database', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  for (const [name, options] of Object.entries({ state: STATE_DATABASE, journal: JOURNAL_DATABASE })) {
    const { migrations } = options;
    for (let version = 0; version <= migrations.length; version++) {
      test(`${name} comes from schema ${version} to the present one`, () => {
        const path = join(folder, `${name}-${version}.db`);
        const old = new DatabaseSync(path);
        migrate(old, path, migrations.slice(0, version));
        assert.equal(pragma(old, 'user_version'), version);
        old.close();
        const db = openDatabase(path, options);
        assert.equal(pragma(db, 'user_version'), migrations.length);
        assert.deepEqual(schemaOf(db), schemaOf(fresh(migrations)));
        db.close();
      });
    }
  }

  test('keeps its rows through a migration', () => {
    const path = join(folder, 'rows.db');
    const steps = ['CREATE TABLE t (a)', "ALTER TABLE t ADD COLUMN b DEFAULT 'new'"];
    const first = openDatabase(path, { ...STATE_DATABASE, migrations: steps.slice(0, 1) });
    first.exec('INSERT INTO t VALUES (1)');
    first.close();
    const second = openDatabase(path, { ...STATE_DATABASE, migrations: steps });
    assert.deepEqual({ ...second.prepare('SELECT * FROM t').get() }, { a: 1, b: 'new' });
    second.close();
  });

  test('stays as it was where a migration fails', () => {
    const path = join(folder, 'failing.db');
    const steps = ['CREATE TABLE t (a)', 'CREATE TABLE u (a); this is no SQL'];
    assert.throws(() => openDatabase(path, { ...STATE_DATABASE, migrations: steps }), { code: 'data_folder_unusable' });
    const db = new DatabaseSync(path);
    assert.equal(pragma(db, 'user_version'), 1);
    assert.deepEqual(schemaOf(db), schemaOf(fresh(steps.slice(0, 1))));
    db.close();
  });
});

function fresh(migrations: Migrations): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  migrate(db, ':memory:', migrations);
  return db;
}

function schemaOf(db: DatabaseSync): unknown[] {
  return db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
}
