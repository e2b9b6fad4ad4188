import { type CommitOperations, commitOperations } from './commits.ts';
import { openDatabase } from './database.ts';
import { type DocumentChange, type DocumentOperations, documentOperations } from './documents.ts';
import { groupCommit } from './group-commit.ts';
import { type KeyValueOperations, keyValueOperations } from './key-values.ts';
import { type MessageViews, messageViews } from './message-views.ts';
import { type MessageOperations, messageOperations } from './messages.ts';
import type { Service } from './rpc.ts';
import { STATE_DATABASE } from './state-schema.ts';
import { queueTallies } from './tallies.ts';

/** What the thread of `fob.db` can be asked. */
export type StateOperations = DocumentOperations &
  MessageOperations &
  MessageViews &
  KeyValueOperations &
  CommitOperations & {
    /** Answers once the database is open. */
    ready(): void;
    /** Replaces registry, queues and key-values by those of another database file of this schema, all at once. */
    replaceState(path: string): DocumentChange[];
  };

/** Opens `fob.db`: registry, queues and key-values behind one group commit. */
export function openState(path: string): Service {
  const db = openDatabase(path, STATE_DATABASE);
  const tallies = queueTallies(db);
  const documents = documentOperations(db);
  const messages = messageOperations(db, tallies);
  const keyValues = keyValueOperations(db);
  const operations: StateOperations = {
    ...documents,
    ...messages,
    ...messageViews(db, tallies),
    ...keyValues,
    ...commitOperations(messages, keyValues),
    ready: () => {},
    replaceState(backupPath) {
      db.prepare('ATTACH DATABASE ? AS backup').run(backupPath);
      try {
        db.exec('BEGIN IMMEDIATE');
        const changes = documents.replaceDocuments();
        messages.replaceMessages();
        keyValues.replaceKeyValues();
        db.exec('COMMIT');
        return changes;
      } finally {
        if (db.isTransaction) db.exec('ROLLBACK');
        db.exec('DETACH DATABASE backup');
      }
    },
  };
  return groupCommit(db, operations, new Set(['replaceState']), tallies.forgetAll);
}
