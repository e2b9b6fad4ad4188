import { EventEmitter } from 'node:events';
import type { InvocationRecord, LogRecord } from '../../store/journal.ts';

/** A journal that keeps what was appended and remembers what it was asked. */
export class JournalDouble {
  readonly asked: unknown[] = [];
  readonly records: InvocationRecord[] = [];
  readonly lines: LogRecord[] = [];
  readonly events = new EventEmitter();

  async invocation(id: string) {
    return this.records.find((record) => record.invocationId === id);
  }

  async invocations(query: unknown) {
    this.asked.push(query);
    return { items: this.records, cursor: 'next' };
  }

  async logs(query: unknown) {
    this.asked.push(query);
    return { items: this.lines };
  }

  tail(_filter: unknown, onLine: (line: LogRecord) => void) {
    this.events.on('line', onLine);
    this.events.emit('subscribed');
    return () => {
      this.events.off('line', onLine);
      this.events.emit('unsubscribed');
    };
  }

  async flush() {}

  async stats() {
    return { invocations: 1, logLines: 2, bytes: 3, dropped: 4 };
  }
}
