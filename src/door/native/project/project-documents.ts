import Type, { type Static } from 'typebox';
import type { StatedOriginSchema } from '../../../model/origin.ts';
import { Problem } from '../../../model/problem.ts';
import type { Entry, Registry } from '../../../store/registry.ts';

export const PROJECT_PREFIX = 'project/';
export const LOCK_PREFIX = 'project-lock/';
/** Whoever applies takes the lock again and again; one that was not taken for so long is free. */
const LOCK_MS = 120_000;

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\\.[A-Za-z0-9][A-Za-z0-9_-]{0,63})?$';
export const ProjectParameters = Type.Object({
  name: Type.String({ pattern: NAME_PATTERN, description: 'Of the project file, with `.` and its environment' }),
});
export const LockId = Type.String({ minLength: 16, maxLength: 64, description: 'Made up by whoever applies' });

const Thing = Type.Object(
  {
    fields: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 200 }), {
        description: 'Marks that tell whether a secret is still the same',
      }),
    ),
    made: Type.Boolean({ description: 'The project made it, and removes it when its file no longer has it' }),
  },
  { additionalProperties: false },
);
export const Applied = Type.Record(Type.String(), Type.Record(Type.String(), Thing), {
  description: 'What was applied, by section of the file and by name',
});
export const LockView = Type.Object({
  by: Type.String(),
  since: Type.String(),
  message: Type.Optional(Type.String()),
});

/** What a project has applied last. */
export interface Project {
  readonly applied: Static<typeof Applied>;
  readonly appliedAt: string;
  readonly by: string;
  readonly origin?: Static<typeof StatedOriginSchema>;
}

/** Held by whoever applies a project. */
export interface Lock {
  readonly id: string;
  readonly by: string;
  readonly since: string;
  readonly renewedMs: number;
  readonly message?: string;
}

/** Who applies a project now, or did last. */
export function lockOf(registry: Registry, name: string): Promise<Entry<Lock> | undefined> {
  return registry.get<Lock>(LOCK_PREFIX + name);
}

/** Nobody holds it, or whoever did is gone. */
export function isFree(lock: Lock | undefined, nowMs: number): boolean {
  return lock === undefined || nowMs - lock.renewedMs > LOCK_MS;
}

export function lockView({ by, since, message }: Lock): Static<typeof LockView> {
  return { by, since, ...(message !== undefined && { message }) };
}

/** What is told to whoever does not hold the lock. */
export function taken(name: string, lock: Lock | undefined): Problem {
  if (lock === undefined) return new Problem('conflict', `the lock of the project "${name}" is not held`);
  const why = lock.message === undefined ? '' : ` ("${lock.message}")`;
  return new Problem(
    'conflict',
    `${lock.by} applies the project "${name}" since ${lock.since}${why}: wait for the end, then plan again`,
    { details: { by: lock.by, since: lock.since, ...(lock.message !== undefined && { message: lock.message }) } },
  );
}
