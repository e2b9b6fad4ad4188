import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, goTo, look, noBrowser, openBrowser, openPage, settled } from './support.ts';

/** Deployments install packages. */
const DEPLOY_MS = 90_000;
/** So long somebody may take who has never seen it. A test clicks faster; what the machine takes must be far below. */
const WALK_MS = 300_000;
/** The first event starts a sandbox and loads boto3. */
const WOKEN_MS = 45_000;
const MOST_TABS = 120;
const PASSWORD = 'correct horse battery';
const NOTE = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('read me') };

const next = (page: Page) => page.getByRole('button', { name: /^Next/ }).click();
const step = (page: Page, title: string) => page.getByRole('heading', { level: 2, name: title }).waitFor();

/** The report's walk by the measures of the function: from the first screen on, as one would click who has never seen it. */
async function walk(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Create a function' }).first().click();
  await page.getByRole('radio', { name: /Blueprint/ }).click();
  await page.getByRole('textbox', { name: 'Search blueprints' }).fill('s3');
  await page.waitForURL(/[?&]q=s3/);
  await page.getByRole('radio', { name: /Read the metadata of an uploaded object/ }).check();
  await next(page);

  await step(page, 'Trigger');
  const bucket = page.getByRole('combobox', { name: 'Bucket' });
  await eventually(async () => assert.equal(await bucket.inputValue(), 'serops-we'));
  await page.getByRole('checkbox', { name: 'An object was created', checked: true }).waitFor();
  await page.getByRole('textbox', { name: 'Prefix' }).fill('in/');
  await page.getByRole('textbox', { name: 'Suffix' }).fill('.txt');
  await next(page);

  await step(page, 'Function');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('s3-upload-meta');
  await page.getByRole('textbox', { name: 'Description' }).fill('Tells the type of each text that comes in');
  await page.getByRole('textbox', { name: 'Code of lambda_function.py' }).waitFor();
  await next(page);

  await step(page, 'Handler and role');
  const entry = page.getByRole('textbox', { name: 'Handler' });
  await eventually(async () => assert.equal(await entry.inputValue(), 'lambda_function.lambda_handler'));
  await page.getByText('bucket:serops-we:read', { exact: true }).waitFor();
  assert.equal(await page.getByRole('list', { name: 'What it allows' }).getByRole('listitem').count(), 1);
  await next(page);

  await step(page, 'Memory and timeout');
  await page.getByRole('textbox', { name: 'Memory limit' }).fill('256');
  await page.getByRole('textbox', { name: 'Timeout' }).fill('20');
  await next(page);

  await step(page, 'Review and deploy');
  await page.getByText('policies allow it').waitFor();
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.getByRole('log', { name: 'What the build says' }).getByText('›').first().waitFor();
  await page.waitForURL('**/functions/s3-upload-meta', { timeout: DEPLOY_MS });

  // Its page says what wakes it, and leads there.
  await settled(page);
  await page.getByRole('link', { name: 'Open the bucket serops-we' }).click();
  await page.waitForURL('**/buckets/serops-we?prefix=in%2F');
  await settled(page);
  await upload(page, NOTE);
  await page.getByText(/It woke/).waitFor({ timeout: WOKEN_MS });

  // The bucket says whom it wakes; there is what was measured, and behind a number the calls.
  await page
    .getByRole('list', { name: 'Functions that it wakes' })
    .getByRole('link', { name: 's3-upload-meta' })
    .click();
  await page.getByRole('link', { name: 'Monitoring' }).click();
  const calls = page.getByRole('link', { name: /^Invocations: 1\b.* Show the invocations behind it/ });
  await calls.waitFor({ timeout: WOKEN_MS });
  await calls.click();
  const runs = page.getByRole('table', { name: 'Invocations' }).locator('[data-row]');
  await runs.first().waitFor();
  await runs.first().getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: /^Invocation/ }).waitFor();
  const search = page.getByRole('searchbox', { name: 'Search for a text' });
  await search.fill('content type');
  const line = page.getByRole('option').filter({ hasText: 'CONTENT TYPE: text/plain' });
  await line.waitFor();

  // The same line among all of them.
  await page.getByRole('navigation').getByRole('link', { name: 'Logs' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor();
  await search.fill('content type');
  await line.click();
}

async function upload(page: Page, file: typeof NOTE): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Upload', exact: true }).click(),
  ]);
  await chooser.setFiles(file);
  await page.getByText('stored').first().waitFor();
}

/** Goes on by Tab until the focus is on what is called so, as somebody without a mouse does. Fails where that is not reached. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < MOST_TABS; step++) {
    await page.keyboard.press('Tab');
    const focused = (await page.evaluate(`(() => {
      const of = document.activeElement;
      return (of.getAttribute('aria-label') ?? of.labels?.[0]?.innerText ?? of.innerText ?? '').trim();
    })()`)) as string;
    if (name.test(focused)) return;
    seen.push(focused.slice(0, 30));
  }
  assert.fail(`no way by Tab to ${name}: ${seen.join(' | ')}`);
}

async function walkByKeys(page: Page): Promise<void> {
  const keys = async (...names: string[]) => {
    for (const name of names) await page.keyboard.press(name);
  };
  const nextByKeys = async (title: string) => {
    await tabTo(page, /^Next/);
    await keys('Enter');
    await step(page, title);
  };
  await keys('g', 'c');
  await page.getByRole('heading', { level: 1, name: 'Create a function' }).waitFor();
  await tabTo(page, /^Blueprint\s+Something/);
  await keys('Space');
  await page.getByRole('textbox', { name: 'Search blueprints' }).waitFor();
  await tabTo(page, /^Search blueprints/);
  await page.keyboard.type('s3-get-object');
  await page.getByRole('radio').filter({ hasText: 'boto3' }).waitFor();
  await tabTo(page, /^Read the metadata/);
  await keys('Space');
  await page.getByText('s3-get-object-python', { exact: true }).nth(1).waitFor();
  await nextByKeys('Trigger');
  await nextByKeys('Function');
  await tabTo(page, /^Name/);
  await keys('Control+a');
  await page.keyboard.type('meta-by-keys');
  await nextByKeys('Handler and role');
  await nextByKeys('Memory and timeout');
  await nextByKeys('Review and deploy');
  await page.getByText('policies allow it').waitFor();
  await tabTo(page, /^Deploy$/);
  await keys('Enter');
  await page.waitForURL('**/functions/meta-by-keys', { timeout: DEPLOY_MS });
  await settled(page);
  await tabTo(page, /^Open the bucket/);
  await keys('Enter');
  await page.waitForURL('**/buckets/serops-we');
  await settled(page);
  await tabTo(page, /^Upload$/);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keys('Enter')]);
  await chooser.setFiles(NOTE);
  await page.getByText(/It woke/).waitFor({ timeout: WOKEN_MS });
  await tabTo(page, /^meta-by-keys: this call$/);
  await keys('Enter');
  await page.getByRole('heading', { level: 1, name: /^Invocation/ }).waitFor();
  await settled(page);
  await keys('s');
  await page.keyboard.type('content type');
  await page.getByRole('option').filter({ hasText: 'CONTENT TYPE: text/plain' }).waitFor();
}

describe("the report's walkthrough, as others do it", { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  test('by keys alone', async (t) => {
    const node = await startTestNode();
    t.after(() => node.close());
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/`);
    await walkByKeys(page);
    assertClean();
  });

  test('as AppOps, whose team owns the bucket and nothing else', async (t) => {
    const node = await startTestNode();
    t.after(() => node.close());
    const admin = await asAdministrator(node);
    await admin('POST', '/v1/users', { name: 'bob', password: PASSWORD });
    await admin('PUT', '/v1/teams/serops', { members: ['bob'], roles: ['appops'] });
    const { page, assertClean } = await openPage(t, browser, { expected: /401/ });
    await page.goto(`${node.url}/console/`);
    await page.getByRole('textbox', { name: 'User' }).fill('bob');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await settled(page);
    const beganAtMs = performance.now();
    await walk(page);
    assert.ok(performance.now() - beganAtMs < WALK_MS);
    await look(page, 'walk-appops');
    await assertAccessible(page);
    assertClean();
    const { owner, by, grants } = await admin('GET', '/v1/execution-roles/s3-upload-meta');
    assert.deepEqual([owner, by, grants], ['serops', 'bob', ['bucket:serops-we:read']]);
    assert.equal((await admin('GET', '/v1/functions/s3-upload-meta')).config.owner, 'serops');
  });
});

/** Makes the node's first administrator; the result asks as them. */
async function asAdministrator(node: TestNode) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ name: 'ada', roles: ['administrator'], token: {} });
  const { token } = (await node.request('POST', '/v1/users', { body, headers })).json.token;
  return async (method: string, path: string, given?: object) => {
    const answer = await node.request(method, path, {
      headers: { ...headers, Authorization: `Bearer ${token}` },
      ...(given && { body: JSON.stringify(given) }),
    });
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
}
