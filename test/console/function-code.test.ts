import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, choose, codeOf, HOSTILE, makeFunction, write } from './function-support.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

describe("a function's code and tests in the console", { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await makeFunction(node);
    await makeFunction(node, 'shared');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });
  const open = (page: Page, rest: string, name = 'meta') => goTo(page, `${node.url}/console/functions/${name}/${rest}`);

  test('code is edited as a draft that stays, is deployed by a key, and serves', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code');
    await page.getByText('nothing changed').waitFor();
    await write(page, 'main.mjs', codeOf(3));
    await page.getByText('1 file changed').waitFor();
    await page.reload();
    await page.getByText('1 file changed').waitFor();
    await page.getByRole('button', { name: 'New file' }).click();
    await page.getByLabel('Path').fill(`lib/${HOSTILE.replaceAll('/', '')}.txt`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('2 files changed').waitFor();
    // As it goes it gives the focus back.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByLabel('What changes').fill('the third – with a dash');
    await page.getByLabel('What changes').press('Enter');
    await page.getByText('nothing changed').waitFor();
    // Two files are an archive, which is not written to a terminal.
    await page.getByText('fob code meta -o meta.tar.gz', { exact: true }).waitFor();
    const [newest] = (await node.request('GET', '/v1/functions/meta/versions')).json.versions;
    assert.equal(newest.origin.message, 'the third – with a dash');
    assert.equal((await node.request('POST', '/v1/functions/meta/invoke', { body: '{}' })).json.version, 3);
    assertClean();
  });

  test('code that was written on Windows is not changed by being looked at, and keeps the ends of its lines', async (t) => {
    const code = { inline: 'export const handler = async () => 1;\r\n// the end\r\n', fileName: 'main.mjs' };
    await asked(node, 'PUT', '/v1/functions/windows', { code });
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code', 'windows');
    await page.getByRole('textbox', { name: 'main.mjs' }).click();
    await page.getByText('nothing changed').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('x');
    await page.getByText('1 file changed').waitFor();
    await page.keyboard.press('Backspace');
    await page.getByText('nothing changed').waitFor();
    await page.keyboard.insertText('// first');
    await page.keyboard.press('Enter');
    await page.getByText('1 file changed').waitFor();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('nothing changed').waitFor();
    const kept = await node.request('GET', '/v1/functions/windows/code');
    assert.equal(kept.text, `// first\r\n${code.inline}`);
    assertClean();
  });

  test('an editor keeps the focus when what it has is deployed by a key', async (t) => {
    await makeFunction(node, 'typed');
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code', 'typed');
    await write(page, 'main.mjs', codeOf(3));
    await page.getByText('1 file changed').waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('nothing changed').waitFor();
    await page.keyboard.type('// typed on');
    await page.getByText('1 file changed').waitFor();
    assertClean();
  });

  test('what does not load is not deployed: the reason is shown, and the draft is kept', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code');
    await write(page, 'main.mjs', `throw new Error(${JSON.stringify(HOSTILE)});`);
    await page.keyboard.press('Control+s');
    await page.getByText('Not deployed').waitFor();
    assert.ok((await page.getByText(HOSTILE).count()) > 0);
    await page.getByRole('button', { name: 'Throw the draft away' }).click();
    await page.getByText('nothing changed').waitFor();
    assertClean();
  });

  test('two people edit at once: the second sees both states, and lays the draft upon the new version', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code', 'shared');
    await page.getByText('Live', { exact: true }).waitFor();
    await write(page, 'main.mjs', codeOf(30));
    await page.getByText('1 file changed').waitFor();
    const files = { 'main.mjs': codeOf(20) };
    await asked(node, 'PATCH', '/v1/functions/shared/files', { files });
    await page.getByText('made version 3 while you were editing').waitFor();
    await page.getByText('Both of you changed').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Deploy', exact: true }).isDisabled());
    await page.getByRole('button', { name: 'Lay my draft upon version 3' }).click();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('nothing changed').waitFor();
    assert.equal((await node.request('POST', '/v1/functions/shared/invoke', { body: '{}' })).json.version, 30);
    assertClean();
  });

  test('who edits while somebody rolls back is told just that', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await makeFunction(node, 'back');
    await open(page, 'code', 'back');
    await page.getByText('Live', { exact: true }).waitFor();
    await write(page, 'main.mjs', codeOf(30));
    await page.getByText('1 file changed').waitFor();
    await asked(node, 'POST', '/v1/functions/back/rollback', {});
    await page.getByText('Version 1 serves again: it was rolled back while you were editing').waitFor();
    assertClean();
  });

  test('who edits while somebody removes the function is told just that, and keeps what was written', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /404/ });
    await makeFunction(node, 'removed');
    await open(page, 'code', 'removed');
    await page.getByText('Live', { exact: true }).waitFor();
    await write(page, 'main.mjs', codeOf(30));
    await page.getByText('1 file changed').waitFor();
    await asked(node, 'DELETE', '/v1/functions/removed');
    await page.getByRole('alert').getByText('removed was removed').waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('Not deployed: there is no function').waitFor();
    assert.equal(await page.getByText('What served goes on serving').count(), 0);
    await page.getByRole('textbox', { name: 'main.mjs' }).getByText('version: 30').waitFor();
    assertClean();
  });

  test('a file that is too long for the editor says why, and the code can be downloaded', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await asked(node, 'PUT', '/v1/functions/long', { code: { inline: codeOf(1), fileName: 'main.mjs' } });
    await asked(node, 'PATCH', '/v1/functions/long/files', { files: { 'list.txt': 'line\n'.repeat(60_000) } });
    await goTo(page, `${node.url}/console/functions/long/code?file=list.txt`);
    await page.getByText('list.txt is too long to be edited here').waitFor();
    await page.getByText('the editor takes 256 KB').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download all the code' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /long/);
    assertClean();
  });

  test('versions are compared, and gone back to', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'code?show=versions', 'shared');
    await page.getByText(`first ${HOSTILE}`).waitFor();
    await page.getByLabel('Compare version 1').check();
    await page.getByLabel('Compare version 2').check();
    await page.getByRole('button', { name: 'Compare the two chosen' }).click();
    await page.getByText('+  return { version: 2').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Do something with version 1' }).click();
    await page.getByRole('menuitem', { name: /Pin it/ }).click();
    await page.getByText('fob publish shared --version-number 1').waitFor();
    await page.getByText('pinned', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Do something with version 1' }).click();
    await page.getByRole('menuitem', { name: /Go back to it/ }).click();
    await page.getByRole('button', { name: 'Go back to it' }).click();
    await page.getByText('Version 1 of shared serves').waitFor();
    assert.equal((await node.request('GET', '/v1/functions/shared')).json.version, 1);
    assertClean();
  });

  test('an event begins as the first trigger sends it, and what was typed stays', async (t) => {
    await asked(node, 'PUT', '/v1/functions/woken', { code: { inline: codeOf(1), fileName: 'main.mjs' } });
    await asked(node, 'PUT', '/v1/functions/alone', { code: { inline: codeOf(1), fileName: 'main.mjs' } });
    await asked(node, 'PUT', '/v1/buckets/photos-woken');
    for (const key of ['in/old.jpg', 'in/new.jpg', 'out/other.jpg'])
      await node.request('PUT', `/v1/buckets/photos-woken/objects/${key}`, { body: key });
    const bucket = { bucket: 'photos-woken', prefix: 'in/' };
    await asked(node, 'POST', '/v1/triggers', { function: 'woken', type: 'bucket', options: bucket });
    const { page, assertClean } = await openPage(t, browser);
    const editor = page.getByRole('textbox', { name: 'Event as JSON' });
    // The editor may be there before the list of what an event can begin from.
    const beginsFrom = (source: RegExp) =>
      eventually(async () => {
        assert.match(await page.getByRole('combobox', { name: 'Begin from' }).inputValue(), source);
      }, 30_000);
    await open(page, 'test', 'woken');
    await editor.getByText('"Records"').waitFor();
    await editor.getByText('"photos-woken"').waitFor();
    await editor
      .getByText(/"in\/(old|new).jpg"/)
      .first()
      .waitFor();
    await beginsFrom(/^Bucket: photos-woken/);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('succeeded').first().waitFor();
    await page.getByLabel('Result', { exact: true }).getByText('"photos-woken"').waitFor();
    await write(page, 'Event as JSON', '{"typed": 1}');
    await page.reload();
    await editor.getByText('"typed"').waitFor();
    await beginsFrom(/^Bucket: photos-woken/);
    await open(page, 'test', 'woken');
    await editor.getByText('"typed"').waitFor();
    await open(page, 'test', 'alone');
    await editor.getByText('"hello"').waitFor();
    await asked(node, 'PUT', '/v1/functions/mapped', { code: { inline: codeOf(1), fileName: 'main.mjs' } });
    const mapping = { where: '<$.data.bucket.name>' };
    await asked(node, 'POST', '/v1/triggers', { function: 'mapped', type: 'bucket', options: bucket, mapping });
    await open(page, 'test', 'mapped');
    await editor.getByText('"where"').waitFor();
    await editor.getByText('"photos-woken"').waitFor();
    assertClean();
  });

  test('a sample of a trigger is run by keys: result, log and timing are there', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /502 \(Bad Gateway\)/ });
    await open(page, 'test');
    await choose(page, 'Begin from', 'Schedule');
    await page.getByText('Scheduled Event').first().waitFor();
    await choose(page, 'Run', 'prod: version 1');
    await page.getByRole('textbox', { name: 'Event as JSON' }).click();
    await page.keyboard.press('Control+Enter');
    await page.getByText('succeeded').first().waitFor();
    await page.getByLabel('Result', { exact: true }).getByText('"version": 1').waitFor();
    await page.getByLabel('Lines of the log').getByText(`looking ${HOSTILE}`).waitFor();
    await page.getByLabel('Timing').getByText('Ran').waitFor();
    await write(page, 'Event as JSON', '{"fail": true}');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(`TypeError: no size ${HOSTILE}`).first().waitFor();
    assert.match(page.url(), /target=meta%3Aprod/);
    await page.reload();
    await page.getByRole('textbox', { name: 'Event as JSON' }).getByText('"fail"').waitFor();
    await write(page, 'Event as JSON', '{');
    await page.getByText('This is no JSON').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled());
    assertClean();
  });

  for (const tab of ['code', 'code?show=versions', 'code?show=compare&from=1', 'test']) {
    test(`${tab} is whole, legible and accessible in every look`, (t) =>
      everyLook(t, browser, `${node.url}/console/functions/meta/${tab}`, `function-${tab.replaceAll(/\W+/g, '-')}`));
  }
});
