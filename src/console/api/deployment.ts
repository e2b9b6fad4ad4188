import { ApiProblem } from './problem.ts';
import type { FunctionView } from './things.ts';

/** What the node says while it deploys. */
export type DeployProgress =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output' | 'warning'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: string; readonly value: string };

type Line =
  | DeployProgress
  | { readonly kind: 'done'; readonly function: FunctionView }
  | { readonly kind: 'error'; readonly error: Record<string, unknown> & { readonly status?: number } };

/** Follows a deployment that was asked for with `Accept: application/x-ndjson` to its end. Throws `ApiProblem` where it fails. */
export async function followDeployment(
  response: Response,
  say: (progress: DeployProgress) => void,
): Promise<FunctionView> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop()!;
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'done') return line.function;
      if (line.kind === 'error') throw new ApiProblem(line.error.status ?? 500, line.error);
      say(line);
    }
    if (done) break;
  }
  throw new ApiProblem(0, { code: 'unreachable', detail: 'the connection broke off while the code was being built' });
}

/** What is recorded with a version, for the header `Fob-Origin`: JSON in ASCII, as headers are. */
export function originHeader(message: string): string {
  return JSON.stringify({ message }).replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
