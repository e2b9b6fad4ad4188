import { api, request, urlOf } from '../../../api/client.ts';
import { type DeployProgress, followDeployment, originHeader } from '../../../api/deployment.ts';
import { keyOf, queryClient } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Draft } from './draft.ts';

/** Deploys a draft upon what it began from, telling each step as it happens. Throws `ApiProblem`, also where a step fails. */
export async function deployDraft(
  name: string,
  draft: Draft,
  message: string,
  onStep: (step: DeployProgress) => void,
): Promise<FunctionView> {
  const response = await request('PATCH', urlOf('/v1/functions/{name}/files', { name }), {
    body: { files: draft.files, from: draft.version },
    headers: {
      Accept: 'application/x-ndjson',
      'If-Match': `"${draft.revision}"`,
      ...(message !== '' && { 'Fob-Origin': originHeader(message) }),
    },
  });
  const made = await followDeployment(response, onStep);
  await loadVersion(
    `${name}:${made.version}`,
    Object.keys(draft.files).filter((path) => draft.files[path] !== null),
  );
  return made;
}

/** Asks for a version's files before they are shown, so that the editor is not made anew and keeps the focus. */
async function loadVersion(name: string, paths: readonly string[]): Promise<void> {
  const list = { path: { name } };
  await Promise.all([
    queryClient.prefetchQuery({
      queryKey: keyOf('/v1/functions/{name}/files', list),
      queryFn: () => api.get('/v1/functions/{name}/files', list),
    }),
    ...paths.map((path) => {
      const file = { path: { name, '*': path } };
      return queryClient.prefetchQuery({
        queryKey: keyOf('/v1/functions/{name}/files/{*}', file),
        queryFn: () => api.get('/v1/functions/{name}/files/{*}', file),
      });
    }),
  ]);
}
