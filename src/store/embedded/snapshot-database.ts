import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../model/problem.ts';
import { AUDIT_DATABASE } from './audit-database.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { JOURNAL_DATABASE } from './journal-schema.ts';
import { answerEach, type Service } from './rpc.ts';
import { STATE_DATABASE } from './state-schema.ts';

/** What the thread that exists for one backup or restore can be asked. It uses connections of its own, so that nobody waits for it. */
export type SnapshotOperations = ReturnType<typeof snapshotOperations>;

export function openSnapshots(): Service {
  return answerEach(snapshotOperations(), () => {});
}

function snapshotOperations() {
  return {
    /** Writes a consistent copy of a database that is in use to a new file. */
    copy(from: string, to: string): void {
      const db = new DatabaseSync(from);
      try {
        db.prepare('VACUUM INTO ?').run(to);
      } finally {
        db.close();
      }
    },

    /** Checks a restored database wholly and brings it to the present schema; returns how many documents it holds. */
    prepareState(path: string): number {
      const db = openVerified(path, STATE_DATABASE);
      try {
        const { count } = db.prepare('SELECT count(*) AS count FROM documents').get() as { count: number };
        db.prepare('SELECT 1 FROM messages, seen, key_values LIMIT 1').get();
        return count;
      } finally {
        db.close();
      }
    },

    prepareJournal(path: string): void {
      openVerified(path, JOURNAL_DATABASE).close();
    },

    prepareAudit(path: string): void {
      openVerified(path, AUDIT_DATABASE).close();
    },
  };
}

function openVerified(path: string, options: DatabaseOptions): DatabaseSync {
  try {
    return openDatabase(path, { ...options, checkUpToBytes: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'data_folder_unusable') throw error;
    throw new Problem('invalid_request', 'the backup holds a database that is damaged or from a newer version of fob', {
      cause: error,
    });
  }
}
