import type { InvocationRecord } from '../../store/journal.ts';

/** Hears of the calls by one alias while a release goes on. */
export type Watch = (record: InvocationRecord) => void;

/** The watches of all releases under way. While there are none, they cost each call one comparison. */
export class Watches {
  private readonly byAlias = new Map<string, Watch>();

  add(name: string, alias: string, watch: Watch): void {
    this.byAlias.set(`${name}:${alias}`, watch);
  }

  remove(name: string, alias: string): void {
    this.byAlias.delete(`${name}:${alias}`);
  }

  /** What is to be called for each invocation that ended, `next` included. */
  observing(next: ((record: InvocationRecord) => void) | undefined): (record: InvocationRecord) => void {
    return (record) => {
      if (this.byAlias.size > 0 && record.alias !== undefined)
        this.byAlias.get(`${record.function}:${record.alias}`)?.(record);
      next?.(record);
    };
  }
}
