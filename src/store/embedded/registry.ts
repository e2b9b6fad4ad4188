import { Problem } from '../../model/problem.ts';
import type { Change, Entry, Registry } from '../registry.ts';
import type { DocumentChange, DocumentRow } from './documents.ts';
import type { StoreLog } from './log.ts';
import type { WorkerClient } from './rpc.ts';
import type { StateOperations } from './state.ts';
import { wellFormed } from './well-formed.ts';

const MAX_KEY_LENGTH = 1_024;

interface Watcher {
  readonly prefix: string;
  readonly onChange: (change: Change) => void;
}

/** The registry in `fob.db`. Changes are told to watchers as their answers arrive, which is in order of revision. */
export class SqliteRegistry implements Registry {
  private readonly state: WorkerClient<StateOperations>;
  private readonly log: StoreLog;
  private readonly watchers = new Set<Watcher>();

  constructor(state: WorkerClient<StateOperations>, log: StoreLog) {
    this.state = state;
    this.log = log;
  }

  async get<T>(key: string): Promise<Entry<T> | undefined> {
    const row = await this.state.call('get', [validKey(key)]);
    return row && entryOf<T>(row);
  }

  async list<T>(prefix: string): Promise<Entry<T>[]> {
    return (await this.state.call('list', [wellFormed(prefix)])).map((row) => entryOf<T>(row));
  }

  async put<T>(key: string, value: T, expectedRevision?: number): Promise<number> {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new Problem('invalid_request', `the value of '${key}' is not JSON; give a document`);
    const revision = await this.state.call('put', [validKey(key), text, expectedRevision]);
    this.announce({ key, value: text, revision });
    return revision;
  }

  async delete(key: string, expectedRevision?: number): Promise<boolean> {
    const revision = await this.state.call('delete', [validKey(key), expectedRevision]);
    if (revision === undefined) return false;
    this.announce({ key, value: undefined, revision });
    return true;
  }

  watch(prefix: string, onChange: (change: Change) => void): () => void {
    const watcher = { prefix, onChange };
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Replaces registry, queues and key-values by those of another database file; watchers get the difference. */
  async replaceBy(path: string): Promise<void> {
    for (const change of await this.state.call('replaceState', [path])) this.announce(change);
  }

  endWatches(): void {
    this.watchers.clear();
  }

  private announce({ key, value, revision }: DocumentChange): void {
    for (const { prefix, onChange } of this.watchers) {
      if (!key.startsWith(prefix)) continue;
      try {
        if (value === undefined) onChange({ kind: 'delete', key, revision });
        else onChange({ kind: 'put', key, value: JSON.parse(value), revision });
      } catch (error) {
        this.log.error({ err: error, key, revision }, 'a watcher of the registry failed on a change');
      }
    }
  }
}

function entryOf<T>({ key, value, revision }: DocumentRow): Entry<T> {
  return { key, value: JSON.parse(value) as T, revision };
}

function validKey(key: string): string {
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw new Problem('invalid_request', `a key has 1 to ${MAX_KEY_LENGTH} characters, this one has ${key.length}`);
  }
  return wellFormed(key);
}
