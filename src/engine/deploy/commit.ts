import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { CodeInfo, FunctionConfig, FunctionDocument, StoredFunction } from '../../model/function.ts';
import { isId } from '../../model/id.ts';
import type { VersionOrigin } from '../../model/origin.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { FUNCTION_PREFIX } from '../catalog.ts';

const MAX_ATTEMPTS = 64;

/** The function of a name as the registry has it now. */
export async function readFunction(registry: Registry, name: string): Promise<StoredFunction | undefined> {
  const entry = await registry.get<FunctionDocument>(FUNCTION_PREFIX + name);
  return entry === undefined ? undefined : { document: entry.value, revision: entry.revision };
}

/** Throws `conflict` where a function does not stand at the revision that a writer expects; `undefined` expects nothing. */
export function checkExpected(name: string, current: StoredFunction | undefined, expectedRevision?: number): void {
  const actualRevision = current?.revision ?? 0;
  if (expectedRevision === undefined || expectedRevision === actualRevision) return;
  const why =
    expectedRevision === 0
      ? `there is a function "${name}" already: choose another name, or deploy without demanding that it be new`
      : current === undefined
        ? `there is no function "${name}" any more`
        : `the function "${name}" is at revision ${actualRevision}, not ${expectedRevision}: read it again and retry`;
  throw new Problem('conflict', why, { details: { name, expectedRevision, actualRevision } });
}

/** What a new version consists of, given what stands now; asked again where somebody else was faster. */
type NextVersion = (
  current: StoredFunction | undefined,
) => Promise<{ readonly config: FunctionConfig; readonly code: CodeInfo; readonly origin?: VersionOrigin }>;

/**
 * Writes a function's next version by compare-and-set. Version numbers strictly increase and none is given twice.
 * With `expectedRevision`, throws `conflict` where the function does not stand at it; without, the last writer wins.
 */
export async function commitVersion(
  registry: Registry,
  clock: Clock,
  name: string,
  next: NextVersion,
  expectedRevision?: number,
): Promise<StoredFunction> {
  const id = randomUUID();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const current = await readFunction(registry, name);
    checkExpected(name, current, expectedRevision);
    const made = await next(current);
    const now = new Date(clock.now()).toISOString();
    const document: FunctionDocument = {
      id: current?.document.id ?? (isId(name) ? name : id),
      name,
      functionCreatedAt: current?.document.functionCreatedAt ?? now,
      version: (current?.document.version ?? 0) + 1,
      createdAt: now,
      ...made,
    };
    try {
      return { document, revision: await registry.put(FUNCTION_PREFIX + name, document, current?.revision ?? 0) };
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'conflict')) throw error;
    }
  }
  throw new Problem('conflict', `too many writers change the function "${name}" at once: try again`, {
    details: { name },
  });
}
