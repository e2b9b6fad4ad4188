import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, choose, codeOf, makeFunction, write } from './function-support.ts';
import { goTo, goWithin, hold, noBrowser, openBrowser, openPage } from './support.ts';

describe('what is done in the console while an answer is on its way', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await makeFunction(node);
    await makeFunction(node, 'other');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });
  const open = (page: Page, rest: string, name = 'meta') => goTo(page, `${node.url}/console/functions/${name}/${rest}`);
  const part = (page: Page, name: string, title: string) =>
    page.getByRole('navigation', { name: `Parts of ${name}` }).getByRole('link', { name: title });

  test('code that is deployed while one looks at something else is a draft no more', async (t) => {
    await makeFunction(node, 'left');
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code', 'left');
    for (const [version, isBackBefore] of [
      [3, false],
      [4, true],
    ] as const) {
      await write(page, 'main.mjs', codeOf(version));
      await page.getByText('1 file changed').waitFor();
      const sending = await hold(page, '**/v1/functions/left/files', 'PATCH');
      await page.getByRole('button', { name: 'Deploy', exact: true }).click();
      await sending.isAsked;
      await part(page, 'left', 'Overview').click();
      await page.getByText('Recent failures').waitFor();
      if (isBackBefore) {
        await part(page, 'left', 'Code').click();
        await page.getByText('1 file changed').waitFor();
      }
      sending.release();
      await page.getByText(`Version ${version} of left serves now`).waitFor();
      if (!isBackBefore) await part(page, 'left', 'Code').click();
      await page.getByText('nothing changed').waitFor();
      await page.unrouteAll({ behavior: 'wait' });
    }
    assert.equal(await page.getByText('while you were editing').count(), 0);
    assertClean();
  });

  test('a setting that is changed while others are being saved stays, and is saved next', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'configuration');
    await page.getByLabel('Memory', { exact: true }).fill('256');
    await page.getByText('1 changed').waitFor();
    const saving = await hold(page, '**/v1/functions/meta', 'PATCH');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await saving.isAsked;
    await page.getByLabel('Owner', { exact: true }).fill('later');
    await page.getByText('2 changed').waitFor();
    saving.release();
    await page.getByText('1 changed').waitFor();
    assert.equal(await page.getByLabel('Owner', { exact: true }).inputValue(), 'later');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('Nothing is changed').waitFor();
    const { config } = (await asked(node, 'GET', '/v1/functions/meta')).json;
    assert.deepEqual([config.memoryMb, config.owner], [256, 'later']);
    assertClean();
  });

  test('a setting that is set back while it is being saved is set back, too', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'configuration');
    const owner = page.getByLabel('Owner', { exact: true });
    const stood = await owner.inputValue();
    await owner.fill('for-a-moment');
    await page.getByText('1 changed').waitFor();
    const saving = await hold(page, '**/v1/functions/meta', 'PATCH');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await saving.isAsked;
    await owner.fill(stood);
    saving.release();
    await page.getByText('serves with it').waitFor();
    await page.getByText('1 changed').waitFor();
    assert.equal(await owner.inputValue(), stood);
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('Nothing is changed').waitFor();
    assert.equal((await asked(node, 'GET', '/v1/functions/meta')).json.config.owner, stood);
    assertClean();
  });

  test('an event that was chosen is not taken back by the one that was to be there at first', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const first = await hold(page, '**/v1/trigger-types/bucket/sample', 'POST');
    await open(page, 'test', 'other');
    await first.isAsked;
    await choose(page, 'Begin from', 'Schedule');
    const editor = page.getByRole('textbox', { name: 'Event as JSON' });
    await editor.getByText('Scheduled Event').first().waitFor();
    const answered = page.waitForResponse('**/v1/trigger-types/bucket/sample');
    first.release();
    await (await answered).finished();
    // By the second picture what came has been heard.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    assert.match(page.url(), /event=sample%3Aschedule/);
    await editor.getByText('Scheduled Event').first().waitFor();
    assertClean();
  });

  test('an event that is written for a trigger is not written over by the sample', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'triggers');
    const sample = await hold(page, '**/v1/triggers/*/test', 'POST');
    await page.getByRole('button', { name: /^Test / }).click();
    await sample.isAsked;
    await write(page, 'CloudEvent as JSON', '{"mine": 1}');
    sample.release();
    await page.getByText(/^The filter /).waitFor();
    await page.getByRole('textbox', { name: 'CloudEvent as JSON' }).getByText('"mine"').waitFor();
    assertClean();
  });

  test('who is to be let in stays as one has written it when somebody else saves the rule', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'permissions');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Let in' }).fill('anonymous');
    await page.keyboard.press('Enter');
    await page.getByText('fob access meta --allow anonymous').waitFor();
    await asked(node, 'PUT', '/v1/functions/meta/access', { deny: ['function:other'] });
    await page.getByRole('alert').getByText('Somebody has changed the rule while you were writing').waitFor();
    await page.getByText('fob access meta --allow anonymous').waitFor();
    await page.getByRole('button', { name: 'Show the rule as it is now' }).click();
    await page.getByText('but for those who are kept out').waitFor();
    await page.getByText('fob access meta', { exact: true }).waitFor();
    assertClean();
  });

  test('how another function was is not shown as how this one is', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, '', 'other');
    const heading = (name: string) => page.getByRole('heading', { level: 1, name });
    await heading('other').getByText('Failing', { exact: true }).waitFor();
    await goWithin(page, '/console/functions/meta');
    await heading('meta')
      .getByText(/^(Failing|Recovering)$/)
      .waitFor();
    const measuring = await hold(page, /\/v1\/top\?.*filter=other/, 'GET');
    await goWithin(page, '/console/functions/other');
    assert.equal(await heading('other').textContent(), 'other');
    measuring.release();
    await heading('other').getByText('Failing', { exact: true }).waitFor();
    assertClean();
  });

  test('what is chosen in one bucket is not chosen in the next one; a stopped upload is just that', async (t) => {
    for (const bucket of ['from', 'into']) {
      await asked(node, 'PUT', `/v1/buckets/${bucket}`);
      await node.request('PUT', `/v1/buckets/${bucket}/objects/same.txt`, { body: 'x' });
    }
    const { page, assertClean } = await openPage(t, browser);
    const table = (bucket: string) => page.getByRole('table', { name: `What is in ${bucket}` });
    // Both are known by then: the way from one to the other is not a moment long.
    await goTo(page, `${node.url}/console/buckets/into`);
    await table('into').getByText('same.txt').waitFor();
    await goWithin(page, '/console/buckets/from');
    await table('from').getByRole('checkbox', { name: 'Choose same.txt' }).check();
    await page.getByText('1 chosen').waitFor();
    await goWithin(page, '/console/buckets/into');
    await table('into').getByText('same.txt').waitFor();
    assert.equal(await page.getByText('1 chosen').count(), 0);
    const sending = await hold(page, '**/objects/slow.txt', 'PUT');
    const file = { name: 'slow.txt', mimeType: 'text/plain', buffer: Buffer.from('slow') };
    await page.getByLabel('Files to upload').setInputFiles([file]);
    await sending.isAsked;
    await page.getByRole('button', { name: 'Stop the upload of slow.txt' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
    assert.equal(await page.getByText('the node did not answer').count(), 0);
    assertClean();
  });

  test('what was asked about before does not end the next question', async (t) => {
    for (const name of ['first', 'second'])
      await asked(node, 'PUT', `/v1/alerts/rules/${name}`, { when: 'p99(duration) > 2s over 10m' });
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/alerts?show=rules`);
    const removing = await hold(page, '**/v1/alerts/rules/first', 'DELETE');
    await page.getByRole('button', { name: 'Remove first' }).click();
    const question = (name: string) => page.getByRole('dialog', { name: `Remove the rule ${name}?` });
    await question('first').getByRole('button', { name: 'Remove', exact: true }).click();
    await removing.isAsked;
    await question('first').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Remove second' }).click();
    await question('second').waitFor();
    const answered = page.waitForResponse('**/v1/alerts/rules/first');
    removing.release();
    await (await answered).finished();
    await page.getByRole('button', { name: 'Remove first', includeHidden: true }).waitFor({ state: 'detached' });
    await question('second').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No rules of your own').waitFor();
    assertClean();
  });

  test('what is written while dropped files are being read stays', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await page.addInitScript(`{
      const read = Blob.prototype.arrayBuffer;
      const isReleased = new Promise((resolve) => { window.letRead = resolve; });
      Blob.prototype.arrayBuffer = async function () {
        await isReleased;
        return read.call(this);
      };
    }`);
    await goTo(page, `${node.url}/console/create`);
    await page.getByRole('radio', { name: /ZIP or folder/ }).click();
    await page
      .getByLabel('A ZIP, a tar.gz, or source files')
      .setInputFiles({ name: 'main.py', mimeType: 'text/x-python', buffer: Buffer.from('def callme(): return 1') });
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Function' }).click();
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('mine');
    await page.evaluate('window.letRead()');
    await page.getByRole('textbox', { name: 'Code of main.py' }).waitFor();
    assert.equal(await name.inputValue(), 'mine');
    assertClean();
  });
});
