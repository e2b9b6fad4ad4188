import type { Clock } from '../../model/clock.ts';
import type { CommitPart } from '../commit.ts';
import type { CommitRows } from './commits.ts';
import { deleteRow, putRow, type SqliteKeyValue } from './key-value.ts';
import type { KeyValueWrite } from './key-values.ts';
import type { LeaseRow, MessageRow } from './messages.ts';
import { leaseRow, messageRow, type SqliteQueue } from './queue.ts';
import type { WorkerClient } from './rpc.ts';
import type { StateOperations } from './state.ts';

interface Committing {
  readonly state: WorkerClient<StateOperations>;
  readonly queue: SqliteQueue;
  readonly keyValue: SqliteKeyValue;
  readonly clock: Clock;
}

/** Makes all parts true at once or none, in one call to the thread of `fob.db`; tells those who wait for what it sent or freed, and who watch. */
export async function commit(
  parts: readonly CommitPart[],
  { state, queue, keyValue, clock }: Committing,
): Promise<boolean> {
  const nowMs = clock.now();
  const leases: LeaseRow[] = [];
  const writes: KeyValueWrite[] = [];
  const sends = new Map<string, MessageRow[]>();
  for (const part of parts) {
    if (part.kind === 'acknowledge') leases.push(leaseRow(part.lease));
    else if (part.kind === 'put') writes.push(putRow(part.space, part.key, part.value, part.options));
    else if (part.kind === 'delete') writes.push(deleteRow(part.space, part.key, part.expectedRevision));
    else {
      const messages = sends.get(part.queue) ?? [];
      sends.set(part.queue, messages);
      messages.push(messageRow(part.message, nowMs));
    }
  }
  const rows: CommitRows = {
    leases,
    writes,
    sends: [...sends].map(([name, messages]) => ({ queue: name, messages })),
  };
  const done = await state.call('commit', [rows, nowMs]);
  if (!done) return false;
  for (const name of new Set([...sends.keys(), ...leases.map((lease) => lease.queue)])) queue.moved(name);
  for (const { space } of writes) keyValue.changed(space);
  return true;
}
