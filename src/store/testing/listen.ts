import { setImmediate } from 'node:timers/promises';
import type { Watcher } from '../watchers.ts';

/** Watches, and says what it heard of: once told, names are forgotten. */
export function listen(port: { watch(onChange: Watcher): () => void }) {
  const names = new Set<string>();
  const end = port.watch((changed) => {
    for (const name of changed) names.add(name);
  });
  return {
    /** All that was told of changes whose calls have resolved. */
    async heard(): Promise<string[]> {
      await setImmediate();
      const told = [...names].sort();
      names.clear();
      return told;
    },
    end,
  };
}
