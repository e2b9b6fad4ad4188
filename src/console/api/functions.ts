import { hashKey, useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { outdate, queryClient } from './hooks.ts';
import { onLive } from './live.ts';
import { ApiProblem } from './problem.ts';
import { untilShown } from './shown.ts';
import type { FunctionView } from './things.ts';

const PAGE = 1_000;
const KEY = ['/v1/functions', { all: true }] as const;
const HASH = hashKey(KEY);
/** Changes are gathered for so long; when more functions than this changed meanwhile, the whole list costs less. */
const GATHER_MS = 200;
const MOST_SINGLY = 20;
/** The whole list is asked for again at most this often. */
const WHOLE_EVERY_MS = 3_000;

/** All functions that one may see, in the order of their names: five thousand take a few requests once, then the live feed keeps them fresh. */
export function useFunctions(settings: { enabled?: boolean } = {}) {
  return useQuery<FunctionView[], ApiProblem>({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      const found: FunctionView[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.get('/v1/functions', { query: { limit: PAGE, ...(cursor && { cursor }) }, signal });
        found.push(...(page.functions as FunctionView[]));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    ...settings,
  });
}

const changed = new Set<string>();
let isGathering = false;

onLive('changed', ({ kind, name, function: of }) => {
  if (kind !== 'function' && kind !== 'alias') return;
  changed.add(of ?? name);
  if (isGathering) return;
  isGathering = true;
  window.setTimeout(() => void renewChanged(), GATHER_MS);
});

/** Puts the functions that changed into the list as they are now; a change in a list of thousands costs no other of them. */
async function renewChanged(): Promise<void> {
  await untilShown();
  const names = [...changed];
  changed.clear();
  try {
    const state = queryClient.getQueryState(KEY);
    if (state?.fetchStatus === 'fetching') {
      // What is on its way may be from before the change.
      await outdateList();
      return;
    }
    if (state?.data === undefined) return;
    if (names.length > MOST_SINGLY || names.includes('*')) {
      await outdateList();
      await new Promise((resolve) => window.setTimeout(resolve, WHOLE_EVERY_MS));
      return;
    }
    const found = await Promise.all(names.map(readFunction));
    const isGone = new Set(names);
    queryClient.setQueryData<FunctionView[]>(KEY, (before = []) =>
      [...before.filter(({ name }) => !isGone.has(name)), ...found.flatMap((each) => each ?? [])].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      ),
    );
  } catch {
    // Such as one that may be listed and not read.
    await outdateList();
  } finally {
    isGathering = false;
    if (changed.size > 0) {
      isGathering = true;
      window.setTimeout(() => void renewChanged(), GATHER_MS);
    }
  }
}

const outdateList = () => outdate(({ queryHash }) => queryHash === HASH);

/** One function as it is now; `undefined` where it is gone. */
async function readFunction(name: string): Promise<FunctionView | undefined> {
  try {
    return await api.get('/v1/functions/{name}', { path: { name } });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
