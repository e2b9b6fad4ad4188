import { pino } from 'pino';
import type { Clock } from '../../../model/clock.ts';
import { defaultConfig, type StoredFunction } from '../../../model/function.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Store } from '../../../store/store.ts';
import { temporaryFolder } from '../../../store/testing/folder-adapter.ts';
import type { Identity } from '../identity.ts';
import { openIdentity } from '../stored-identity.ts';

/** Identity over a store of its own, for one test. */
export interface TestIdentity {
  readonly identity: Identity;
  readonly store: Store;
  /** Functions that rules can be about. */
  readonly functions: Map<string, StoredFunction>;
  /** Whose execution roles are, by their names. */
  readonly roles: Map<string, string>;
  add(name: string, owner?: string, tags?: Record<string, string>): void;
  dispose(): Promise<void>;
}

export async function openTestIdentity(clock: Clock): Promise<TestIdentity> {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder, clock });
  const functions = new Map<string, StoredFunction>();
  const roles = new Map<string, string>();
  const identity = await openIdentity({
    registry: store.registry,
    clock,
    log: pino({ level: 'silent' }),
    functionOf: (name) => functions.get(name),
    ownerOfRole: (name) => roles.get(name),
    wayBack: 'The way back is this.',
  });
  return {
    identity,
    store,
    functions,
    roles,
    add(name, owner = '', tags = {}) {
      const config = { ...defaultConfig(), owner, tags };
      functions.set(name, { revision: 1, document: { name, config } as unknown as StoredFunction['document'] });
    },
    async dispose() {
      await identity.close();
      await store.close();
      remove();
    },
  };
}
