import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TestNode } from '../support/node.ts';

/** Asks a node's API for what must succeed; the answer as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape, and fail where they err
export async function ask(node: TestNode, method: string, path: string, body?: unknown, token?: string): Promise<any> {
  const answer = await node.request(method, path, {
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? undefined : answer.json;
}

/** Deploys a function that answers with what it got. */
export async function deployEcho(node: TestNode, name: string, config: object = {}, token?: string): Promise<void> {
  const code = { inline: 'export const handler = async (event) => event;', fileName: 'main.mjs' };
  await ask(node, 'PUT', `/v1/functions/${name}`, { code, config }, token);
}

/** Signs a page's browser in by a token, as the sign-in does. */
export async function signInByToken(page: Page, node: TestNode, token: string): Promise<void> {
  const answer = await page.context().request.post(`${node.url}/v1/session/browser`, {
    data: { token },
    headers: { Origin: node.url },
  });
  assert.ok(answer.ok(), await answer.text());
}
