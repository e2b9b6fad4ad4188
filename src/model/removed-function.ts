/** Where functions stand that were removed, for as long as there may be records of them: `removed-function/<name>`. */
export const REMOVED_PREFIX = 'removed-function/';

/** Whose a function was that is gone: who might see its records then may see them still. */
export interface RemovedFunction {
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly removedAtMs: number;
}
