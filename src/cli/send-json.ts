import type { NodeClient } from './client.ts';

/** Sends a request with a JSON body, and resolves with the answer's JSON. Throws as `NodeClient.json` does. */
export function sendJson<T>(
  client: NodeClient,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return client.json<T>(method, path, {
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  });
}
