import { useFunctions } from '../../api/functions.ts';
import { useApi } from '../../api/hooks.ts';
import { useSources } from '../../ui/trigger-form/source-field.tsx';
import type { Known } from './creation.ts';
import { useMaking } from './making.ts';
import { functionId } from './plan.ts';

/** What is there already, as far as one may see it. */
export function useKnown(): Known {
  const { made } = useMaking();
  const functions = useFunctions();
  const roles = useApi('/v1/execution-roles');
  const templates = useApi('/v1/execution-role-templates', {}, { staleTime: Number.POSITIVE_INFINITY });
  return {
    bucket: useSources('bucket'),
    queue: useSources('queue'),
    topic: useSources('topic'),
    functions: functions.data?.flatMap(({ name }) => (made.has(functionId(name)) ? [] : [name])),
    roles: roles.data?.roles,
    templates: templates.data?.templates ?? [],
  };
}
