import { Problem } from '../../model/problem.ts';
import type { KeyValue } from '../../store/key-value.ts';
import { below } from '../../store/watchers.ts';
import type { KeyValueSpaces } from './spaces.ts';

export const SPACE_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$';
const NAME = new RegExp(SPACE_NAME_PATTERN);
/** The platform's own spaces of the store are named otherwise. */
const PREFIX = 'kv/';

/** The key-value spaces over a store's port, which has all the rest of their meaning. */
export function createSpaces(keyValue: KeyValue): KeyValueSpaces {
  return {
    get: async (space, key) => keyValue.get(stored(space), key),
    put: async (space, key, value, options) => keyValue.put(stored(space), key, value, options),
    delete: async (space, key, expectedRevision) => keyValue.delete(stored(space), key, expectedRevision),
    list: async (space, options) => keyValue.list(stored(space), options),
    async spaces() {
      const found = await keyValue.spaces(PREFIX);
      return found.map(({ space, keys }) => ({ space: space.slice(PREFIX.length), keys }));
    },
    clear: async (space) => keyValue.clear(stored(space)),
    watch: (onChange) => keyValue.watch(below(PREFIX, onChange)),
  };
}

function stored(space: string): string {
  if (NAME.test(space)) return PREFIX + space;
  throw new Problem(
    'invalid_request',
    `"${space.slice(0, 100)}" is no name of a space: use 1 to 80 letters, digits, ".", "-" and "_", beginning with a letter or digit`,
  );
}
