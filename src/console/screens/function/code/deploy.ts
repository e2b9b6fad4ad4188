import { request, urlOf } from '../../../api/client.ts';
import { ApiProblem } from '../../../api/problem.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Draft } from './draft.ts';

/** A step of a deployment, as the node tells it. */
export type Step =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: string; readonly value: string };

type Line =
  | Step
  | { readonly kind: 'done'; readonly function: FunctionView }
  | { readonly kind: 'error'; readonly error: Record<string, unknown> & { readonly status?: number } };

/** Deploys a draft upon what it began from, telling each step as it happens. Throws `ApiProblem`, also where a step fails. */
export async function deployDraft(
  name: string,
  draft: Draft,
  message: string,
  onStep: (step: Step) => void,
): Promise<FunctionView> {
  const response = await request('PATCH', urlOf('/v1/functions/{name}/files', { name }), {
    body: { files: draft.files, from: draft.version },
    headers: {
      Accept: 'application/x-ndjson',
      'If-Match': `"${draft.revision}"`,
      ...(message !== '' && { 'Fob-Origin': asciiJson({ message }) }),
    },
  });
  let rest = '';
  for await (const part of chunksOf(response)) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'done') return line.function;
      if (line.kind === 'error') throw new ApiProblem(line.error.status ?? 500, line.error);
      onStep(line);
    }
  }
  throw new ApiProblem(0, { code: 'unreachable', detail: 'the connection broke off while the code was being built' });
}

async function* chunksOf(response: Response): AsyncGenerator<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** JSON that a header can carry. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
