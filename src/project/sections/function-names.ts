import type { ProjectApi } from '../api.ts';

const PAGE = 1_000;

/**
 * Those of these names that functions have which whoever asks may see. To ask for one that is not there is forbidden to
 * whoever may not see everything: the answer is the same for what there is and what there is not.
 */
export async function existingFunctions(api: ProjectApi, names: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '';
  do {
    const path = `/v1/functions?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = await api.json<{ functions: { name: string }[]; cursor?: string }>('GET', path);
    for (const { name } of page.functions) found.add(name);
    cursor = page.cursor ?? '';
  } while (cursor !== '');
  return names.filter((name) => found.has(name));
}
