import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { moved } from '../../model/earlier-versions.ts';
import {
  type FunctionDocument,
  type FunctionVersion,
  newestVersion,
  type ServingMove,
  type StoredFunction,
} from '../../model/function.ts';
import { isId } from '../../model/id.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { FUNCTION_PREFIX, readFunction } from './function-documents.ts';
import { KEPT_VERSIONS, pruneVersions } from './prune.ts';
import { keepVersion } from './version-documents.ts';

const MAX_ATTEMPTS = 64;
const NO_LAST_WORD: LastWord = { admit: async () => {}, inTurn: (work) => work() };

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
  current: FunctionDocument | undefined,
) => Promise<Pick<FunctionVersion, 'config' | 'code' | 'origin'> & Required<Pick<FunctionVersion, 'how'>>>;

/** What is asked once more right before a document is written, with nobody else writing in between. Throws what refuses it. */
export interface LastWord {
  readonly admit: (document: FunctionDocument, current: FunctionDocument | undefined) => Promise<void>;
  /** Lets one at a time through. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Longest history of what served. */
const MAX_MOVES = 20;

/**
 * Writes a function's next version by compare-and-set. Version numbers strictly increase and none is given twice.
 * With `expectedRevision`, throws `conflict` where the function does not stand at it; without, the last writer wins.
 *
 * The function's own document is what commits. The version gets a document of its own right after it, and again before
 * another takes its place where a crash came between: no version is ever lost that has served.
 */
export async function commitVersion(
  registry: Registry,
  clock: Clock,
  name: string,
  next: NextVersion,
  expectedRevision?: number,
  lastWord?: LastWord,
): Promise<StoredFunction> {
  const id = randomUUID();
  const make = async (current: FunctionDocument | undefined): Promise<FunctionDocument> => {
    const made = await next(current);
    const now = new Date(clock.now()).toISOString();
    const number = current === undefined ? 1 : newestVersion(current) + 1;
    const by = made.origin?.by ?? 'operator';
    return {
      id: current?.id ?? (isId(name) ? name : id),
      name,
      functionCreatedAt: current?.functionCreatedAt ?? now,
      version: number,
      createdAt: now,
      ...made,
      newest: number,
      before: moved(current?.before ?? [], current?.version, number),
      moves: withMove(current, { version: number, at: now, by, how: made.how }),
    };
  };
  const stored = await replaceServing(registry, name, expectedRevision, make, lastWord);
  await keepVersion(registry, stored.document);
  if (stored.document.version > KEPT_VERSIONS) await pruneVersions(registry, stored.document);
  return stored;
}

/** Makes an earlier version serve again, by compare-and-set; `choose` says which, given what stands now, and what is then before it. */
export function serveAgain(
  registry: Registry,
  clock: Clock,
  name: string,
  by: string,
  choose: (current: FunctionDocument) => Promise<{ version: FunctionVersion; before: readonly number[] }>,
  expectedRevision?: number,
): Promise<StoredFunction> {
  return replaceServing(registry, name, expectedRevision, async (current) => {
    if (current === undefined) throw noFunction(name);
    const { version: chosen, before } = await choose(current);
    const { version, createdAt, config, code, origin, how } = chosen;
    const { id, functionCreatedAt } = current;
    const at = new Date(clock.now()).toISOString();
    return {
      ...{ id, name, functionCreatedAt, version, createdAt, config, code },
      ...(origin !== undefined && { origin }),
      ...(how !== undefined && { how }),
      newest: newestVersion(current),
      before,
      moves: withMove(current, { version, at, by, how: 'rollback' }),
    };
  });
}

/** Replaces what a function's document says by what `make` makes of it, asked again where somebody else was faster. */
async function replaceServing(
  registry: Registry,
  name: string,
  expectedRevision: number | undefined,
  make: (current: FunctionDocument | undefined) => Promise<FunctionDocument>,
  lastWord: LastWord = NO_LAST_WORD,
): Promise<StoredFunction> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const current = await readFunction(registry, name);
    checkExpected(name, current, expectedRevision);
    const document = await make(current?.document);
    if (current !== undefined) await keepVersion(registry, current.document);
    try {
      return await lastWord.inTurn(async () => {
        await lastWord.admit(document, current?.document);
        return { document, revision: await registry.put(FUNCTION_PREFIX + name, document, current?.revision ?? 0) };
      });
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'conflict')) throw error;
    }
  }
  throw new Problem('conflict', `too many writers change the function "${name}" at once: try again`, {
    details: { name },
  });
}

function withMove(current: FunctionDocument | undefined, move: ServingMove): readonly ServingMove[] {
  return [...(current?.moves ?? []), move].slice(-MAX_MOVES);
}
