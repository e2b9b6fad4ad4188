import type { NodeClient } from '../client.ts';
import { sendJson } from '../send-json.ts';
import type { TypeView } from './api.ts';
import { readTypeArguments } from './type-options.ts';

/** A sample of a kind of trigger's events: the CloudEvent, and what functions of each convention see of it. */
interface SampleView {
  readonly event: unknown;
  readonly handler: unknown;
  readonly callme: unknown;
}

/** Asks a node for a sample; `given` are the words and options that a trigger of this type is written with. */
export async function sampleEvent(
  client: NodeClient,
  type: TypeView,
  given: readonly string[],
  more: { readonly data?: unknown; readonly batch?: number },
): Promise<SampleView> {
  const body = { ...(await readTypeArguments(type, given)), ...more };
  return sendJson(client, 'POST', `/v1/trigger-types/${encodeURIComponent(type.name)}/sample`, body);
}
