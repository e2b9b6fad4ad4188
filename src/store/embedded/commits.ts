import type { KeyValueOperations, KeyValueWrite } from './key-values.ts';
import type { LeaseRow, MessageOperations, MessageRow } from './messages.ts';

/** The parts of a commit, on their way into the database. */
export interface CommitRows {
  readonly leases: readonly LeaseRow[];
  readonly writes: readonly KeyValueWrite[];
  readonly sends: readonly { readonly queue: string; readonly messages: MessageRow[] }[];
}

export type CommitOperations = ReturnType<typeof commitOperations>;

/** All that must hold is looked at before anything is written, so that a commit that fails has nothing to undo. */
export function commitOperations(messages: MessageOperations, keyValues: KeyValueOperations) {
  return {
    commit({ leases, writes, sends }: CommitRows, nowMs: number): boolean {
      const holds =
        leases.every((lease) => messages.isCurrent(lease, nowMs)) &&
        writes.every((write) => keyValues.canWrite(write, nowMs));
      if (!holds) return false;
      for (const lease of leases) messages.acknowledge(lease, nowMs);
      for (const write of writes) {
        const unguarded = { ...write, expectedRevision: undefined };
        if (write.value === undefined) keyValues.deleteValue(unguarded, nowMs);
        else keyValues.putValue(unguarded, nowMs);
      }
      for (const { queue, messages: sent } of sends) messages.send(queue, sent, nowMs);
      return true;
    },
  };
}
