import { setImmediate } from 'node:timers/promises';
import type { PayloadKind } from '../../model/invocation.ts';
import type { RecordedPart, Recording } from '../recordings.ts';
import { type DatabaseOptions, fileBytes, openDatabase } from './database.ts';
import { answerEach, type Service } from './rpc.ts';
import { inTransaction } from './transaction.ts';

/** Rows removed between two looks at what else there is to do. */
const SLICE = 200;

const RECORDINGS_DATABASE: DatabaseOptions = {
  migrations: [
    `
    -- Parts: content is null where it was too large. bytes: what the row takes, for the limit.
    CREATE TABLE recordings (
      sequence INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      function TEXT NOT NULL,
      version INTEGER NOT NULL,
      recorded_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      status TEXT NOT NULL,
      payload_type TEXT NOT NULL,
      payload_bytes INTEGER NOT NULL,
      payload BLOB,
      result_type TEXT,
      result_bytes INTEGER,
      result BLOB,
      error_type TEXT,
      error_message TEXT,
      bytes INTEGER NOT NULL
    );
    CREATE INDEX recordings_function ON recordings (function);
    CREATE INDEX recordings_time ON recordings (recorded_ms);
    `,
  ],
  synchronous: 'NORMAL',
  pageBytes: 8_192,
  cacheKb: 1_024,
  checkpointPages: 1_000,
  canShrink: true,
};

/** What a row takes besides its parts. */
const ROW_BYTES = 400;

/** What the thread of `recordings.db` can be asked. */
export type RecordingOperations = ReturnType<typeof recordingOperations>;

export function openRecordings(path: string): Service {
  const operations = recordingOperations(path);
  return answerEach(operations, operations.shut);
}

function recordingOperations(path: string) {
  const db = openDatabase(path, RECORDINGS_DATABASE);
  const insert = db.prepare(
    `INSERT OR IGNORE INTO recordings (id, function, version, recorded_ms, kind, status, payload_type, payload_bytes, payload,
       result_type, result_bytes, result, error_type, error_message, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const totalBytes = (): number =>
    (db.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM recordings').get() as { bytes: number }).bytes;
  const removeOldest = (condition: string, ...values: (string | number)[]): number =>
    Number(
      db
        .prepare(
          `DELETE FROM recordings WHERE sequence IN (SELECT sequence FROM recordings WHERE ${condition} ORDER BY sequence LIMIT ${SLICE})`,
        )
        .run(...values).changes,
    );
  const removeAll = async (condition: string, ...values: (string | number)[]): Promise<number> => {
    let removed = 0;
    for (let slice = -1; slice !== 0 && db.isOpen; removed += slice) {
      slice = removeOldest(condition, ...values);
      await setImmediate();
    }
    return removed;
  };
  const shrink = (): void => {
    if (db.isOpen) db.exec('PRAGMA incremental_vacuum');
  };

  return {
    write(recordings: readonly Recording[]): void {
      inTransaction(db, () => {
        for (const each of recordings) {
          const { payload, result } = each;
          insert.run(
            each.invocationId,
            each.function,
            each.version,
            Math.floor(each.recordedAtMs),
            each.payloadKind,
            each.status,
            payload.contentType,
            payload.bytes,
            payload.content ?? null,
            result?.contentType ?? null,
            result?.bytes ?? null,
            result?.content ?? null,
            each.errorType ?? null,
            each.errorMessage ?? null,
            ROW_BYTES + (payload.content?.length ?? 0) + (result?.content?.length ?? 0),
          );
        }
      });
    },

    find(invocationId: string): Recording | undefined {
      const row = db.prepare('SELECT * FROM recordings WHERE id = ?').get(invocationId);
      return row === undefined ? undefined : recordingOf(row);
    },

    async retain(keepFromMs: number, maxBytes: number): Promise<number> {
      let removed = await removeAll('recorded_ms < ?', Math.floor(keepFromMs));
      for (let slice = -1; slice !== 0 && db.isOpen && totalBytes() > maxBytes; removed += slice) {
        slice = removeOldest('TRUE');
        await setImmediate();
      }
      if (removed > 0) shrink();
      return removed;
    },

    async forget(nameOfFunction: string): Promise<number> {
      const removed = await removeAll('function = ?', nameOfFunction);
      if (removed > 0) shrink();
      return removed;
    },

    stats(): { recordings: number; bytes: number } {
      const { count } = db.prepare('SELECT count(*) AS count FROM recordings').get() as { count: number };
      return { recordings: count, bytes: fileBytes(db) };
    },

    shut: (): void => db.close(),
  };
}

function recordingOf(row: Record<string, unknown>): Recording {
  const part = (name: 'payload' | 'result'): RecordedPart => ({
    contentType: row[`${name}_type`] as string,
    bytes: row[`${name}_bytes`] as number,
    ...(row[name] !== null && { content: row[name] as Uint8Array }),
  });
  return {
    invocationId: row.id as string,
    function: row.function as string,
    version: row.version as number,
    recordedAtMs: row.recorded_ms as number,
    payload: part('payload'),
    payloadKind: row.kind as PayloadKind,
    status: row.status as string,
    ...(row.result_type !== null && { result: part('result') }),
    ...(row.error_type !== null && { errorType: row.error_type as string }),
    ...(row.error_message !== null && { errorMessage: row.error_message as string }),
  };
}
