import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { KeyValue, KeyValueEntry, KeyValuePutOptions } from '../key-value.ts';
import { type Watcher, Watchers } from '../watchers.ts';
import type { KeyValueRow, KeyValueWrite } from './key-values.ts';
import type { StoreLog } from './log.ts';
import { notACursor, validLimit } from './page.ts';
import type { WorkerClient } from './rpc.ts';
import type { StateOperations } from './state.ts';
import { wellFormed } from './well-formed.ts';

const MAX_KEY_BYTES = 1_024;
const MAX_VALUE_BYTES = 1024 * 1024;

/** The key-values in `fob.db`. */
export class SqliteKeyValue implements KeyValue {
  private readonly state: WorkerClient<StateOperations>;
  private readonly clock: Clock;
  private readonly watchers: Watchers;

  constructor(state: WorkerClient<StateOperations>, clock: Clock, log: StoreLog) {
    this.state = state;
    this.clock = clock;
    this.watchers = new Watchers((err) => log.error({ err }, 'a watcher of the key-values failed on a change'));
  }

  async get(space: string, key: string): Promise<KeyValueEntry | undefined> {
    const row = await this.state.call('getValue', [validName(space), validName(key), this.clock.now()]);
    return row && entryOf(row);
  }

  async put(space: string, key: string, value: Uint8Array, options: KeyValuePutOptions = {}): Promise<number> {
    const write = putRow(space, key, value, options);
    const revision = await this.state.call('putValue', [write, this.clock.now()]);
    this.changed(space);
    return revision;
  }

  async delete(space: string, key: string, expectedRevision?: number): Promise<boolean> {
    const done = await this.state.call('deleteValue', [deleteRow(space, key, expectedRevision), this.clock.now()]);
    if (done) this.changed(space);
    return done;
  }

  async list(
    space: string,
    { prefix = '', cursor, limit }: { prefix?: string; cursor?: string; limit: number },
  ): Promise<{ items: KeyValueEntry[]; cursor?: string }> {
    const after = cursor === undefined ? undefined : keyOfCursor(cursor);
    const nowMs = this.clock.now();
    const args = [validName(space), wellFormed(prefix), after, validLimit(limit), nowMs] as const;
    const { rows, more } = await this.state.call('listValues', [...args]);
    return { items: rows.map(entryOf), ...(more && { cursor: cursorOf(rows.at(-1)!.key) }) };
  }

  async spaces(prefix: string): Promise<{ space: string; keys: number }[]> {
    return this.state.call('spaces', [wellFormed(prefix), this.clock.now()]);
  }

  async clear(space: string): Promise<number> {
    const removed = await this.state.call('clearSpace', [validName(space), this.clock.now()]);
    if (removed > 0) this.changed(space);
    return removed;
  }

  watch(onChange: Watcher): () => void {
    return this.watchers.watch(onChange);
  }

  /** Something of a space was written or removed. */
  changed(space: string): void {
    this.watchers.changed(space);
  }

  endWatches(): void {
    this.watchers.close();
  }
}

/** A put as it is written; `invalid_request` where it cannot be kept. */
export function putRow(space: string, key: string, value: Uint8Array, options: KeyValuePutOptions = {}): KeyValueWrite {
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw new Problem(
      'invalid_request',
      `the value of '${key}' has ${value.byteLength} bytes, but at most ${MAX_VALUE_BYTES} can be kept`,
    );
  }
  const { expectedRevision, expiresAtMs } = options;
  if (expiresAtMs !== undefined && !Number.isFinite(expiresAtMs)) {
    throw new Problem('invalid_request', `'${key}' cannot expire at ${expiresAtMs}; give milliseconds since 1970`);
  }
  return {
    space: validName(space),
    key: validName(key),
    value,
    expiresAtMs: expiresAtMs === undefined ? null : Math.ceil(expiresAtMs),
    expectedRevision,
  };
}

export function deleteRow(space: string, key: string, expectedRevision: number | undefined): KeyValueWrite {
  return { space: validName(space), key: validName(key), value: undefined, expiresAtMs: null, expectedRevision };
}

function entryOf({ key, value, revision, expiresAtMs }: KeyValueRow): KeyValueEntry {
  return {
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    revision,
    ...(expiresAtMs !== null && { expiresAtMs }),
  };
}

/** The name of a space or a key. */
function validName(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > MAX_KEY_BYTES) {
    throw new Problem('invalid_request', `a key has 1 to ${MAX_KEY_BYTES} bytes, this one has ${bytes}`);
  }
  return wellFormed(name);
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function keyOfCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (key === '' || cursorOf(key) !== cursor) throw notACursor(cursor);
  return key;
}
