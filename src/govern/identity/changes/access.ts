import type { Identity } from '../identity.ts';
import { assertSeen, type Changes } from './changes.ts';

/** Who may invoke which function. */
export function accessChanges(changes: Changes): Pick<Identity, 'functionAccess' | 'setFunctionAccess'> {
  const { access } = changes.directory;
  const view = (name: string) => {
    const stored = access.find(name);
    return stored === undefined ? undefined : { ...stored, revision: access.revisionOf(name) };
  };
  return {
    functionAccess: view,
    setFunctionAccess: (name, wanted, options = {}) =>
      changes.serially(async () => {
        assertSeen(access, 'access list', name, options.expectedRevision, view);
        if (wanted !== undefined) await access.update(name, () => wanted);
        else if (access.find(name) !== undefined) await access.remove(name);
      }),
  };
}
