import { type AliasDocument, type StoredAlias, sharesText } from '../../model/alias.ts';
import { Problem } from '../../model/problem.ts';

/** One state of an alias as a conflict shows it. */
interface State {
  readonly revision: number;
  readonly versions: AliasDocument['versions'];
  readonly by: string;
  readonly at: string;
}

/** Throws `conflict` where an alias does not stand at the revision that a writer has seen, and shows both states. */
export function checkAliasRevision(name: string, current: StoredAlias | undefined, expected: number | undefined): void {
  const actual = current?.revision ?? 0;
  if (expected === undefined || expected === actual) return;
  const stands = current && stateOf(current.document.moves.at(-1)!, current.revision);
  const seen = current?.document.moves.find(({ revision }) => revision === expected);
  const saw = seen && stateOf(seen, expected);
  const details = {
    expectedRevision: expected,
    actualRevision: actual,
    ...(saw !== undefined && { saw }),
    ...(stands !== undefined && { stands }),
  };
  throw new Problem('conflict', messageOf(name, expected, saw, stands), { details });
}

function stateOf({ versions, by, at }: AliasDocument['moves'][number], revision: number): State {
  return { revision, versions, by, at };
}

function messageOf(name: string, expected: number, saw: State | undefined, stands: State | undefined): string {
  if (stands === undefined) return `the alias "${name}" is gone: somebody has removed it`;
  const now = `${sharesText(stands.versions)} (${stands.by}, ${stands.at})`;
  if (expected === 0) return `there is an alias "${name}" already, which names ${now}`;
  const then = saw === undefined ? `revision ${expected}` : `${sharesText(saw.versions)} (${saw.by}, ${saw.at})`;
  return `somebody moved the alias "${name}" first: you saw ${then}, now it names ${now}; look at it again and decide`;
}
