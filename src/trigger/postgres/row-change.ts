import type { Pgoutput } from 'pg-logical-replication';
import type { CloudEvent } from '../../model/event.ts';

export type RowChange =
  | Pgoutput.MessageInsert
  | Pgoutput.MessageUpdate
  | Pgoutput.MessageDelete
  | Pgoutput.MessageTruncate;

/** Where in a database's log a change stands. */
export interface Transaction {
  /** As PostgreSQL writes it, such as `0/16B3748`. */
  readonly lsn: string;
  readonly xid: number;
  readonly committedAtMs: number;
}

/** One change as events: one, or of a truncation one for each table. `first` counts the transaction's events so far. */
export function changeEvents(name: string, change: RowChange, transaction: Transaction, first: number): CloudEvent[] {
  const relations = change.tag === 'truncate' ? change.relations : [change.relation];
  return relations.map((relation, index) => ({
    specversion: '1.0',
    id: `${transaction.lsn}/${first + index}`,
    source: `fob:postgres/${name}`,
    type: `fob.postgres.${change.tag}`,
    subject: `${relation.schema}.${relation.name}`,
    time: new Date(transaction.committedAtMs).toISOString(),
    datacontenttype: 'application/json',
    lsn: transaction.lsn,
    transaction: transaction.xid,
    data: dataOf(change),
  }));
}

/** A large value that did not change is not sent: its column is missing then. */
function dataOf(change: RowChange): Record<string, unknown> {
  switch (change.tag) {
    case 'insert':
      return { new: change.new };
    case 'update':
      return { new: change.new, ...(change.old && { old: change.old }), ...(change.key && { key: change.key }) };
    case 'delete':
      return { ...(change.old && { old: change.old }), ...(change.key && { key: change.key }) };
    case 'truncate':
      return { cascade: change.cascade, restartIdentity: change.restartIdentity };
  }
}
