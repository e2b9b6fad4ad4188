import type { MapModel } from './model.ts';

/** What stands out: what was found, or else what was chosen with all that it hangs together with directly. Empty for all alike. */
export function litBy({ nodes, edges }: MapModel, find: string, selected: string | undefined): ReadonlySet<string> {
  const text = find.trim().toLowerCase();
  const lit = new Set<string>();
  if (text !== '') {
    for (const { id, name, detail, kind } of nodes) {
      if (kind !== 'door' && `${name} ${detail ?? ''}`.toLowerCase().includes(text)) lit.add(id);
    }
    for (const { id, from, to } of edges) if (lit.has(from) || lit.has(to)) lit.add(id);
    // Something must stand out, or all would.
    if (lit.size === 0) lit.add('');
    return lit;
  }
  if (selected === undefined) return lit;
  for (const { id, from, to } of edges) {
    if (id !== selected && from !== selected && to !== selected) continue;
    for (const each of [id, from, to]) lit.add(each);
  }
  if (nodes.some(({ id }) => id === selected)) lit.add(selected);
  return lit;
}
