import { renameSync } from 'node:fs';
import type { EventQuery, InvocationQuery, LogCountQuery, LogQuery, LogStreamQuery } from '../journal.ts';
import { fileBytes, openDatabase } from './database.ts';
import { journalAppender } from './journal-append.ts';
import type { JournalBatch } from './journal-batch.ts';
import { journalQueries } from './journal-query.ts';
import { type JournalLimits, retain } from './journal-retention.ts';
import { JOURNAL_DATABASE } from './journal-schema.ts';
import { answerEach, type Service } from './rpc.ts';
import { seriesOperations } from './series-database.ts';

/** The databases of the journal's thread. */
export interface JournalPaths {
  readonly path: string;
  readonly seriesPath?: string;
}

/** What the thread of `journal.db` can be asked. */
export type JournalOperations = ReturnType<typeof journalOperations>;

/** Opens `journal.db`, and `metrics.db` where its path is given. Batches and queries are answered each by itself. */
export function openJournal({ path, seriesPath }: JournalPaths): Service {
  const journal = journalOperations(path);
  try {
    const series = seriesPath === undefined ? undefined : seriesOperations(seriesPath);
    return answerEach({ ...journal, ...series }, () => {
      journal.shut();
      series?.shutSeries();
    });
  } catch (error) {
    journal.shut();
    throw error;
  }
}

function journalOperations(path: string) {
  let { db, appender, queries } = open(path);
  return {
    /** Answers once the database is open. */
    ready: (): void => {},
    append: (batch: JournalBatch, durable: boolean): void => appender.append(batch, durable),
    invocation: (invocationId: string) => queries.invocation(invocationId),
    invocations: (query: InvocationQuery) => queries.invocations(query),
    logs: (query: LogQuery) => queries.logs(query),
    logCounts: (query: LogCountQuery) => queries.logCounts(query),
    logStreams: (query: LogStreamQuery) => queries.logStreams(query),
    events: (query: EventQuery) => queries.events(query),
    spans: (of: { traceId: string } | { invocationId: string }, limit: number) => queries.spans(of, limit),
    retain: (limits: JournalLimits) => retain(db, appender.names, limits),

    stats(): { invocations: number; logLines: number; bytes: number } {
      const count = db.prepare('SELECT value FROM counters WHERE name = ?');
      const counted = (name: string) => (count.get(name) as { value: number }).value;
      const bytes = fileBytes(db);
      return { invocations: counted('invocations'), logLines: counted('logs'), bytes };
    },

    /** Puts another database file of this schema into this one's place. */
    replaceJournal(replacement: string): void {
      db.close();
      try {
        renameSync(replacement, path);
      } finally {
        ({ db, appender, queries } = open(path));
      }
    },

    shut: (): void => db.close(),
  };
}

function open(path: string) {
  const db = openDatabase(path, JOURNAL_DATABASE);
  const appender = journalAppender(db);
  return { db, appender, queries: journalQueries(db, appender.names) };
}
