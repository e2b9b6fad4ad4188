import type { Clock } from '../../model/clock.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import {
  assertTestEvent,
  type StoredTestEvent,
  TEST_EVENT_LIMITS,
  type TestEventDocument,
} from '../../model/test-event.ts';
import type { Entry, Registry } from '../../store/registry.ts';
import { ownerStands, readFunction } from './function-documents.ts';

/** Where test events stand in the registry: `test-event/<function>/<name>`. */
export const TEST_EVENT_PREFIX = 'test-event/';

/** Events that are kept for a function, to run it with again. They go with it. */
export interface TestEvents {
  /** In the order of their names. */
  list(functionName: string): Promise<StoredTestEvent[]>;
  /** `undefined` where there is none of that name. */
  find(functionName: string, name: string): Promise<StoredTestEvent | undefined>;
  /**
   * Keeps one, in place of that of the same name. Rejects with `too_large`, `invalid_request` (no JSON, or one too many),
   * `not_found` (no such function) and, where it does not stand at `expectedRevision` (0: there must be none), `conflict`.
   */
  save(
    functionName: string,
    name: string,
    wanted: { readonly text: string; readonly by: string; readonly expectedRevision?: number },
  ): Promise<StoredTestEvent & { readonly isNew: boolean }>;
  /** False where there was none. `expectedRevision` as in `save`. */
  remove(functionName: string, name: string, expectedRevision?: number): Promise<boolean>;
}

type Owner = Pick<FunctionDocument, 'id' | 'name'>;
type Found = Entry<TestEventDocument>;

export function createTestEvents({ registry, clock }: { registry: Registry; clock: Clock }): TestEvents {
  const ownerOf = async (functionName: string): Promise<Owner> => {
    const stored = await readFunction(registry, functionName);
    if (stored === undefined) throw noFunction(functionName);
    return stored.document;
  };
  // One after the other: together they could get past how many a function may have.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const ownOf = async ({ id, name }: Owner): Promise<Found[]> => {
    const entries = await registry.list<TestEventDocument>(keyOf(name, ''));
    return entries.filter(({ value }) => value.functionId === id);
  };

  return {
    async list(functionName) {
      return (await ownOf(await ownerOf(functionName))).map(stored);
    },

    async find(functionName, name) {
      const owner = await ownerOf(functionName);
      const entry = await registry.get<TestEventDocument>(keyOf(owner.name, name));
      return entry?.value.functionId === owner.id ? stored(entry) : undefined;
    },

    save: (functionName, name, { text, by, expectedRevision }) =>
      inTurn(async () => {
        assertTestEvent(text);
        const owner = await ownerOf(functionName);
        const key = keyOf(owner.name, name);
        const entry = await registry.get<TestEventDocument>(key);
        const current = entry?.value.functionId === owner.id ? entry : undefined;
        expect(name, current, expectedRevision);
        if (current === undefined && (await ownOf(owner)).length >= TEST_EVENT_LIMITS.count)
          throw new Problem(
            'invalid_request',
            `"${owner.name}" has ${TEST_EVENT_LIMITS.count} test events already; remove some first`,
            { details: { maxCount: TEST_EVENT_LIMITS.count } },
          );
        const updatedAt = new Date(clock.now()).toISOString();
        const document = { function: owner.name, functionId: owner.id, name, text, updatedAt, updatedBy: by };
        const revision = await registry.put(key, document, entry?.revision ?? 0);
        if (current === undefined && !(await ownerStands(registry, owner, { key, revision })))
          throw new Problem('not_found', `the function "${owner.name}" was removed meanwhile`);
        return { document, revision, isNew: current === undefined };
      }),

    remove: (functionName, name, expectedRevision) =>
      inTurn(async () => {
        const owner = await ownerOf(functionName);
        const entry = await registry.get<TestEventDocument>(keyOf(owner.name, name));
        const current = entry?.value.functionId === owner.id ? entry : undefined;
        expect(name, current, expectedRevision);
        return current !== undefined && (await registry.delete(current.key, current.revision));
      }),
  };
}

function keyOf(functionName: string, name: string): string {
  return `${TEST_EVENT_PREFIX}${functionName}/${name}`;
}

function stored({ value, revision }: Found): StoredTestEvent {
  return { document: value, revision };
}

/** Throws `conflict` where an event does not stand where its writer has seen it. */
function expect(name: string, current: Found | undefined, expectedRevision: number | undefined): void {
  const actualRevision = current?.revision ?? 0;
  if (expectedRevision === undefined || expectedRevision === actualRevision) return;
  const why =
    expectedRevision === 0
      ? `there is a test event "${name}" already`
      : current === undefined
        ? `there is no test event "${name}" any more`
        : `the test event "${name}" was saved again by ${current.value.updatedBy} at ${current.value.updatedAt}: look at it again and retry`;
  throw new Problem('conflict', why, { details: { name, expectedRevision, actualRevision } });
}
