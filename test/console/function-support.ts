import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Reply, TestNode } from '../support/node.ts';

/** What a hostile function would like a browser to run. */
export const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** The code of a function that tells its version, prints, and fails where it is told to. */
export function codeOf(version: number): string {
  return [
    'export const handler = async (event) => {',
    `  console.log(${JSON.stringify(`looking ${HOSTILE}`)});`,
    `  if (event?.fail) throw new TypeError(${JSON.stringify(`no size ${HOSTILE}`)});`,
    `  return { version: ${version}, got: event };`,
    '};',
    '',
  ].join('\n');
}

/** Pastes a text in place of what the editor has. */
export async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: label }).click();
  await page.keyboard.press('Control+a');
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', ${JSON.stringify(text)});
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
}

/** Asks the node, which must agree. */
export async function asked(
  node: Pick<TestNode, 'request'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const answer = await node.request(method, path, {
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...(body !== undefined && JSON_TYPE), ...headers },
  });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

/** A function with two versions, an alias, a trigger, grants, and calls of which one failed. */
export async function makeFunction(node: TestNode, name = 'meta'): Promise<void> {
  const origin = {
    message: `first ${HOSTILE}`,
    git: {
      repository: 'https://example.org/meta',
      commit: '0123456789abcdef0123456789abcdef01234567',
      author: 'Ada',
      branch: 'main',
      clean: true,
    },
  };
  await asked(
    node,
    'PUT',
    `/v1/functions/${name}`,
    {
      code: { inline: codeOf(1), fileName: 'main.mjs' },
      config: { description: `Reads metadata ${HOSTILE}`, owner: 'media', tags: { team: 'media' } },
    },
    { 'Fob-Origin': JSON.stringify(origin) },
  );
  await asked(node, 'PUT', `/v1/functions/${name}`, { code: { inline: codeOf(2), fileName: 'main.mjs' } });
  await asked(node, 'PUT', `/v1/buckets/photos-${name}`);
  await asked(node, 'POST', '/v1/triggers', { function: name, type: 'bucket', options: { bucket: `photos-${name}` } });
  await asked(node, 'PUT', `/v1/functions/${name}/aliases/prod`, { versions: [{ version: 1, weight: 100 }] });
  await asked(node, 'POST', `/v1/functions/${name}/invoke`, { hello: 'world' });
  const failed = await node.request('POST', `/v1/functions/${name}/invoke`, {
    body: '{"fail":true}',
    headers: JSON_TYPE,
  });
  assert.equal(failed.status, 502);
}

/** Chooses one of a field's values. */
export async function choose(page: Page, field: string | RegExp, value: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: value }).click();
}
