import { request, urlOf } from '../../../api/client.ts';
import { type DeployProgress, followDeployment, originHeader } from '../../../api/deployment.ts';
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
  return followDeployment(response, onStep);
}
