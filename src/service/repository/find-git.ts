import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The system's Git; `undefined` where it has none. */
export function findGit(): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/bin']) {
    if (!folder.startsWith('/')) continue;
    const path = join(folder, 'git');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
