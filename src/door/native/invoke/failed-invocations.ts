import { INVOCATION_STATUSES } from '../../../model/invocation.ts';
import { Problem } from '../../../model/problem.ts';
import type { InvocationQuery, InvocationRecord, Journal, Page } from '../../../store/journal.ts';

const FAILED = INVOCATION_STATUSES.filter((status) => status !== 'succeeded');
/** In a cursor: of this way to fail there are no more. */
const END = '-';

export type InvocationFilters = Omit<InvocationQuery, 'limit'>;
type Invocations = Pick<Journal, 'invocations'>;

/** Newest first, of all ways to fail: the journal finds them by one at a time. */
export async function failedInvocations(
  journal: Invocations,
  query: InvocationFilters,
  limit: number,
): Promise<Page<InvocationRecord>> {
  const { cursor: given, ...filters } = query;
  const cursors = given === undefined ? FAILED.map(() => '') : given.split('.');
  if (cursors.length !== FAILED.length) throw new Problem('invalid_request', `'${given}' is no cursor`);
  const ask = async (at: number, most: number): Promise<Page<InvocationRecord>> => {
    const from = cursors[at]!;
    if (from === END || most === 0) return { items: [], ...(from !== END && { cursor: from }) };
    return journal.invocations({ ...filters, status: FAILED[at]!, limit: most, ...(from !== '' && { cursor: from }) });
  };
  const pages = await Promise.all(FAILED.map((_, at) => ask(at, limit)));
  // A page that ends early, for its records are long, says nothing of what is older than its last one.
  const ends = pages.map((page) => (page.cursor === undefined ? '' : (page.items.at(-1)?.invocationId ?? '')));
  const oldest = ends.sort().at(-1)!;
  const items = pages
    .flatMap((page) => page.items)
    .filter(({ invocationId }) => invocationId >= oldest)
    .sort((one, other) => (one.invocationId < other.invocationId ? 1 : -1))
    .slice(0, limit);
  // Each goes on after what was taken of it.
  const next = await Promise.all(
    FAILED.map(async (status, at) => {
      const taken = items.filter((record) => record.status === status).length;
      const { cursor } = taken === pages[at]!.items.length ? pages[at]! : await ask(at, taken);
      return cursor ?? END;
    }),
  );
  return { items, ...(next.some((each) => each !== END) && { cursor: next.join('.') }) };
}
