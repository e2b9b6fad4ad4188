import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../support/client.ts';
import { startTestNode } from '../support/node.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

test('a function that refuses for want of places needs attention at home, and is found there', {
  skip: noBrowser,
}, async (t) => {
  const [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
  t.after(() => Promise.all([browser.close(), node.close()]));
  const client = createClient(node.url);
  await client.put('calm', 'export const handler = () => 1;', { runtime: 'node' });
  await client.put('narrow', 'export const handler = () => new Promise(() => undefined);', {
    ...{ runtime: 'node', maxConcurrency: 1, timeoutMs: 10_000 },
  });
  const { page, assertClean } = await openPage(t, browser);
  await goTo(page, `${node.url}/console/`);
  const call = () => node.request('POST', '/v1/functions/narrow/invoke', { body: '{}' });
  const statuses = (await Promise.all([call(), call()])).map(({ status }) => status);
  assert.ok(statuses.includes(429), `${statuses}`);
  // Heard, and not asked for.
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByText('1 invocation was refused: a limit or a quota is reached').waitFor();
  await page.getByText('Throttled', { exact: true }).click();
  const list = page.getByRole('table', { name: 'Functions' });
  await list.getByRole('link', { name: 'calm', exact: true }).waitFor({ state: 'detached' });
  await list.getByRole('link', { name: 'narrow', exact: true }).waitFor();
  assertClean();
});
