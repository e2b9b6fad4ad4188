import type { FunctionDocument } from '../../src/model/function.ts';
import { openEmbeddedStore } from '../../src/store/embedded/store.ts';

/**
 * Writes copies of a function that is registered in a data folder, under these names, as the node itself would have written them:
 * each has its own id and version. For nodes with thousands of functions; no node may run on the folder meanwhile.
 */
export async function copyFunction(
  folder: string,
  from: string,
  names: readonly string[],
  change: (name: string, at: number) => Partial<FunctionDocument['config']> = () => ({}),
): Promise<void> {
  const store = await openEmbeddedStore({ folder });
  try {
    const { registry } = store;
    const fn = (await registry.get<FunctionDocument>(`function/${from}`))!.value;
    const version = (await registry.get<object>(`version/${from}/${fn.version}`))!.value;
    await Promise.all(
      names.flatMap((name, at) => {
        const id = crypto.randomUUID();
        const config = { ...fn.config, ...change(name, at) };
        return [
          registry.put(`function/${name}`, { ...fn, id, name, config }),
          registry.put(`version/${name}/${fn.version}`, { ...version, functionId: id, config }),
        ];
      }),
    );
  } finally {
    await store.close();
  }
}
