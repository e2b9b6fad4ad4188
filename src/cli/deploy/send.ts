import { harmless } from '../../model/harmless.ts';
import { ORIGIN_HEADER, originHeader, type StatedOrigin } from '../../model/origin.ts';
import { uploadForm } from '../../project/code/upload-form.ts';
import { type FunctionView, functionPath } from '../api.ts';
import { failureOf, type NodeClient } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';
import { type Progress, paintError } from '../output.ts';
import type { Upload } from './upload.ts';

/** What the node tells while it deploys. */
type DeployEvent =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: string; readonly value: string }
  | { readonly kind: 'done'; readonly function: FunctionView }
  | { readonly kind: 'error'; readonly error: { readonly status?: number; readonly log?: string } };

/** Sends the code, shows what the node does with it, and returns the function as it stands then. */
export async function sendCode(
  client: NodeClient,
  name: string,
  upload: Upload,
  config: object,
  createOnly: boolean,
  progress: Progress,
  origin: StatedOrigin = {},
): Promise<FunctionView> {
  const form = uploadForm(config, upload);
  const headers = {
    'content-type': form.type,
    ...(createOnly && { 'if-none-match': '*' }),
    [ORIGIN_HEADER]: originHeader(origin),
  };
  for await (const event of client.lines<DeployEvent>('PUT', functionPath(name), { headers, body: form.body })) {
    switch (event.kind) {
      case 'step':
        progress.step(event.title);
        break;
      case 'output':
        for (const line of event.text.split('\n')) if (line.trim() !== '') progress.line(`  ${harmless(line)}`);
        break;
      case 'warning':
        progress.line(`${paintError('yellow', 'warning:')} ${harmless(event.text)}`);
        break;
      case 'guessed':
        progress.line(`guessed ${event.what} ${event.value} from ${upload.origin}`);
        break;
      case 'done':
        return event.function;
      case 'error':
        throw failureOf(event.error.status ?? 500, event.error);
    }
  }
  throw new Failure(EXIT.unreachable, `the node ended the connection before "${name}" was registered`);
}
