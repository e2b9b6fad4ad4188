import type { Adapter } from '../../conformance.ts';
import type { Store } from '../../store.ts';
import { folderAdapter } from '../../testing/folder-adapter.ts';
import { openEmbeddedStore } from '../store.ts';

/** The embedded store's adapter of one port, for that port's conformance suite. */
export function embeddedAdapter<P>(port: (store: Store) => P): Adapter<P> {
  return folderAdapter(async (folder, clock) => {
    const store = await openEmbeddedStore({ folder, clock });
    return { port: port(store), close: () => store.close() };
  });
}
