import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import {
  assertAccessible,
  goTo,
  look,
  noWholeBrowser,
  openBrowser,
  openPage,
  settled,
  WHOLE_BROWSER,
} from './support.ts';

/** Deployments install packages. */
const DEPLOY_MS = 90_000;
/** The first event starts a sandbox and loads boto3. */
const WOKEN_MS = 45_000;

const next = (page: Page) => page.getByRole('button', { name: /^Next/ }).click();
const nameField = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: true });
const step = (page: Page, title: string) => page.getByRole('heading', { level: 2, name: title }).waitFor();

describe("the report's walk through a console", { skip: noWholeBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser([], WHOLE_BROWSER), startTestNode()]);
  });
  after(() => Promise.all([browser.close(), node.close()]));

  const get = async (path: string) => (await node.request('GET', path)).json;

  test('from a blueprint to the line in the log that an upload wrote, without typing an address', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/`);
    const screens = page.getByRole('navigation', { name: 'Main' });
    await screens.getByRole('link', { name: 'Create' }).click();
    await page.getByRole('radio', { name: /Blueprint/ }).click();
    await page.getByRole('textbox', { name: 'Search blueprints' }).fill('metadata');
    // The filters can be shared; and once they are in the address, the cards stay where they are.
    await page.waitForURL(/[?&]q=metadata/);
    await page.getByRole('radio', { name: /Read the metadata of an uploaded object/ }).check();
    await look(page, 'walk-1-blueprint');
    await next(page);

    await step(page, 'Trigger');
    const bucket = page.getByRole('combobox', { name: 'Bucket' });
    await eventually(async () => assert.equal(await bucket.inputValue(), 'serops-we'));
    await page.getByText('it is made for you').waitFor();
    await page.getByText('may run this function').waitFor();
    await page.getByRole('textbox', { name: 'Prefix' }).fill('in/');
    await page.getByRole('textbox', { name: 'Suffix' }).fill('.txt');
    await look(page, 'walk-2-trigger');
    await next(page);

    await step(page, 'Function');
    await nameField(page).fill('s3-upload-meta');
    await page.getByRole('textbox', { name: 'Code of lambda_function.py' }).waitFor();
    await page.reload();
    await step(page, 'Function');
    await eventually(async () =>
      assert.equal(await nameField(page).inputValue(), 's3-upload-meta', 'what was typed survives a reload'),
    );
    await page.getByRole('textbox', { name: 'Code of lambda_function.py' }).waitFor();
    await look(page, 'walk-3-function');
    await next(page);

    await step(page, 'Handler and role');
    const role = page.getByRole('textbox', { name: 'Name of the role' });
    await eventually(async () =>
      assert.equal(await role.inputValue(), 's3-upload-meta', 'it is called after the function'),
    );
    await page.getByText('bucket:serops-we:read', { exact: true }).waitFor();
    await look(page, 'walk-4-role');
    await next(page);

    await step(page, 'Memory and timeout');
    await page.getByRole('textbox', { name: 'Memory limit' }).fill('512');
    await page.getByText('0.29 processors').waitFor();
    await look(page, 'walk-5-memory');
    await next(page);

    await step(page, 'Review and deploy');
    await page.getByText('policies allow it').waitFor();
    await assertAccessible(page);
    await look(page, 'walk-6-review');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.waitForURL('**/functions/s3-upload-meta', { timeout: DEPLOY_MS });
    assertClean();

    const { config, origin } = await get('/v1/functions/s3-upload-meta');
    assert.deepEqual(
      [config.memoryMb, config.timeoutMs, config.role, config.handler],
      [512, 10_000, 's3-upload-meta', 'lambda_function.lambda_handler'],
    );
    assert.match(origin.message, /blueprint s3-get-object-python/);
    assert.deepEqual((await get('/v1/execution-roles/s3-upload-meta')).grants, ['bucket:serops-we:read']);
    const [trigger] = (await get('/v1/triggers?function=s3-upload-meta')).triggers;
    assert.deepEqual(
      [trigger.name, trigger.options.bucket, trigger.options.prefix, trigger.options.suffix],
      ['s3-upload-meta-uploaded', 'serops-we', 'in/', '.txt'],
    );

    await settled(page);
    await look(page, 'walk-7-function');
    await page.getByRole('link', { name: 'Open the bucket serops-we' }).click();
    await page.getByRole('heading', { level: 1, name: 'serops-we' }).waitFor();
    await page.getByRole('textbox', { name: 'Keys that begin with' }).fill('in/');
    const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') };
    await page.getByLabel('Files to upload').setInputFiles(file);
    await page.getByText('It woke').waitFor({ timeout: WOKEN_MS });
    await look(page, 'walk-8-upload');
    await page.getByText('It woke').getByRole('link', { name: 's3-upload-meta' }).click();
    await page.getByRole('heading', { level: 1, name: /^Invocation/ }).waitFor();
    await look(page, 'walk-9-invocation');

    await screens.getByRole('link', { name: 'Functions' }).click();
    await page.getByRole('link', { name: 's3-upload-meta' }).first().click();
    await page.getByRole('link', { name: 'Monitoring' }).click();
    await settled(page);
    await page.getByText('Invocations').first().waitFor();
    await look(page, 'walk-10-monitoring');
    await page.getByRole('link', { name: 'Logs', exact: true }).last().click();
    await page.getByRole('searchbox', { name: 'Search for a text' }).fill('content type');
    const lines = page.getByRole('listbox', { name: 'Log lines' }).getByRole('option');
    await lines.getByText('CONTENT TYPE: text/plain').waitFor();
    await eventually(async () => assert.equal(await lines.count(), 1, 'the others do not match'));
    await look(page, 'walk-11-logs');
    assertClean();
  });
});
