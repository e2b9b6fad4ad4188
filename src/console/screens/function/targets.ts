import { useApi } from '../../api/hooks.ts';
import type { FunctionView } from '../../api/things.ts';
import { sharesText } from './releases/shares-text.ts';

/** What can be called of a function, for a field: what serves, each alias, each version. */
export function useTargets({ name, version, aliases = [] }: FunctionView): { value: string; label: string }[] {
  const { data } = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 200 } });
  const numbers = data?.versions.map((each) => each.version) ?? [version];
  return [
    { value: name, label: `What serves: version ${version}` },
    ...aliases.map((alias) => ({
      value: `${name}:${alias.name}`,
      label: `${alias.name}: ${sharesText(alias.versions)}`,
    })),
    ...numbers.map((each) => ({ value: `${name}:${each}`, label: `Version ${each}` })),
  ];
}
