import { useFunctions } from '../../api/functions.ts';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { useSources } from '../../ui/trigger-form/source-field.tsx';
import { useMaking } from './making.ts';
import { functionId } from './plan.ts';

export type RoleView = Api['GET /v1/execution-roles']['answer']['roles'][number];
export type RoleTemplate = Api['GET /v1/execution-role-templates']['answer']['templates'][number];

/** What is there already, as far as one may see it; `undefined` where that is not known. */
export interface Known {
  readonly bucket: readonly string[] | undefined;
  readonly queue: readonly string[] | undefined;
  readonly topic: readonly string[] | undefined;
  /** Without what was made of this very draft, before something else was refused. */
  readonly functions: readonly string[] | undefined;
  readonly roles: readonly RoleView[] | undefined;
  readonly templates: readonly RoleTemplate[];
}

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
