import { Problem } from '../model/problem.ts';
import { nodeRuntime } from './node/runtime.ts';
import { pythonRuntime } from './python/runtime.ts';
import type { Runtime, Runtimes } from './runtime.ts';

/** The runtimes of this node. A new language is a folder beside `node/` and `python/`, and a word in this list. */
export function createRuntimes(): Runtimes {
  const all: readonly Runtime[] = [pythonRuntime, nodeRuntime];
  return {
    all,
    get(name) {
      const found = all.find((runtime) => runtime.matches(name));
      if (found !== undefined) return found;
      const supported = all.map((runtime) => runtime.name);
      throw new Problem(
        'unsupported_runtime',
        `no runtime is called "${name.slice(0, 64)}"; supported are ${supported.join(', ')}`,
        {
          details: { supported },
        },
      );
    },
  };
}
