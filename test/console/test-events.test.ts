import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, choose, codeOf, HOSTILE } from './function-support.ts';
import { everyLook, goTo, look, noBrowser, openBrowser, openPage, waitUntil } from './support.ts';

const EVENTS = '/v1/functions/pay/test-events';

describe('test events in the console', { skip: noBrowser }, () => {
  let node: TestNode;
  let browser: Browser;
  const at = (source: string) => `${node.url}/console/functions/pay/test?event=${encodeURIComponent(source)}`;
  const editor = (page: Page) => page.getByRole('textbox', { name: 'Event as JSON' });
  const write = async (page: Page, text: string) => {
    await editor(page).click();
    await page.keyboard.press('Control+A');
    // Brackets that are typed get their other half.
    await page.keyboard.insertText(text);
    await editor(page).getByText(text).waitFor();
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await asked(node, 'PUT', '/v1/functions/pay', { code: { inline: codeOf(1), fileName: 'main.mjs' } });
  });
  after(async () => {
    await browser?.close();
    await node?.close();
  });

  test('of a long log its end is shown, and said to be that', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const inline = `export const handler = () => { for (let at = 1; at <= 600; at++) console.log('line', at); };\n`;
    await asked(node, 'PUT', '/v1/functions/chatty', { code: { inline, fileName: 'main.mjs' } });
    await goTo(page, `${node.url}/console/functions/chatty/test`);
    await button(page, 'Run').click();
    await page.getByText('Log, its last 500 lines').waitFor();
    await waitUntil(page, `document.querySelector('[aria-label="Lines of the log"]').scrollTop > 1000`);
    const log = await page.getByRole('region', { name: 'Lines of the log' }).textContent();
    assert.equal(log, Array.from({ length: 500 }, (_, at) => `line ${at + 101}\n`).join(''));
    assertClean();
  });

  test('one is saved by keys, and another browser sees it by the address, and what becomes of it', async (t) => {
    const ours = await openPage(t, browser);
    const theirs = await openPage(t, browser, { expected: /412 \(Precondition Failed\)/ });
    const { page } = ours;
    await goTo(page, `${node.url}/console/functions/pay/test`);
    await write(page, '{"order": 1}');
    await button(page, 'Save').click();
    const name = page.getByLabel('Name of the event');
    await name.fill('no name');
    await page.getByText('Letters, digits and . _ -').waitFor();
    await name.fill('big-order');
    const command = `fob event save pay big-order --data '{"order": 1}'`;
    await page.getByRole('dialog').getByText(command).waitFor();
    await look(page, 'test-events-save');
    await name.press('Enter');
    await page.getByText('The test event big-order is saved').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('fob call pay --saved big-order --logs').waitFor();
    assert.equal((await asked(node, 'GET', `${EVENTS}/big-order`)).json.text, '{"order": 1}');

    await goTo(theirs.page, page.url());
    await editor(theirs.page).getByText('"order"').waitFor();
    await choose(theirs.page, 'Begin from', 'big-order');

    // Who has not written on follows; who has is asked.
    await write(theirs.page, '{"order": 2, "mine": true}');
    await asked(node, 'PUT', `${EVENTS}/big-order`, { text: '{"order": 3}' });
    await editor(page).getByText('3', { exact: true }).waitFor();
    await theirs.page.getByText('saved big-order again').waitFor();
    await editor(theirs.page).getByText('"mine"').waitFor();

    await button(theirs.page, 'Save').click();
    await theirs.page.getByRole('dialog').getByText('in place of the one that there is').waitFor();
    await theirs.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = theirs.page.getByLabel('What stands now and what you are about to save');
    await conflict.getByText('event.order').waitFor();
    await conflict.getByText('event.mine').waitFor();
    await look(theirs.page, 'test-events-conflict');
    await button(theirs.page, 'Save over theirs').click();
    await editor(page).getByText('"mine"').waitFor();
    await theirs.page.getByText('saved big-order again').waitFor({ state: 'detached' });

    await button(page, 'Remove').click();
    await page.getByRole('dialog').getByText('fob event rm pay big-order').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('The test event big-order is removed').waitFor();
    await button(theirs.page, 'Remove').waitFor({ state: 'detached' });
    await editor(page).getByText('"mine"').waitFor();
    assert.deepEqual((await asked(node, 'GET', EVENTS)).json, { testEvents: [] });
    ours.assertClean();
    theirs.assertClean();
  });

  test('an address that names one that is no more says so, and can be gone on from', async (t) => {
    const { page } = await openPage(t, browser, { expected: /404 \(Not Found\)/ });
    await goTo(page, at('saved:gone'));
    await page.getByText('has no test event "gone"').waitFor();
    await editor(page).getByText('"hello"').waitFor();
  });

  test('what a browser alone had is moved to the function, and what cannot be stays and says why', async (t) => {
    await asked(node, 'PUT', `${EVENTS}/big-order`, { text: '{"other": 1}' });
    const { page } = await openPage(t, browser, { expected: /400 \(Bad Request\)/ });
    const { id } = (await asked(node, 'GET', '/v1/functions/pay')).json;
    const had = [
      { name: 'Big order', text: '{"was": "here"}' },
      { name: 'big order', text: '{"was": "there"}' },
      { name: 'half', text: '{"half":' },
      { name: HOSTILE, text: '{"hostile": true}' },
    ];
    await goTo(page, `${node.url}/console`);
    const stored = JSON.stringify(JSON.stringify(had));
    await page.evaluate(`localStorage.setItem('fob:events:${id}', ${stored})`);
    await goTo(page, at('browser:big order'));
    await editor(page).getByText('"there"').waitFor();
    await page.getByText('4 saved events in this browser alone').waitFor();
    await button(page, 'Keep with the function').click();
    await page.getByText('“half” stays in this browser: a test event is JSON').waitFor();
    await page.getByText('1 saved event in this browser alone').waitFor();
    await page.getByText('fob call pay --saved big-order-2 --logs').waitFor();
    assert.match(page.url(), /event=saved%3Abig-order-2/);
    const kept = [];
    for (const { name } of (await asked(node, 'GET', EVENTS)).json.testEvents)
      kept.push([name, (await asked(node, 'GET', `${EVENTS}/${name}`)).json.text]);
    assert.deepEqual(kept, [
      ['Big-order', '{"was": "here"}'],
      ['big-order', '{"other": 1}'],
      ['big-order-2', '{"was": "there"}'],
      ['img-src-x-onerror-document.title-hacked', '{"hostile": true}'],
    ]);
    await page.reload();
    await page.getByText('1 saved event in this browser alone').waitFor();
    await button(page, 'Forget').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await page.getByText('in this browser alone').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(`localStorage.getItem('fob:events:${id}')`), null);
  });

  test('are whole, legible and accessible in every look', async (t) => {
    const { id } = (await asked(node, 'GET', '/v1/functions/pay')).json;
    const had = [{ name: 'Big order', text: '{"was": "here"}' }];
    const stored = JSON.stringify(JSON.stringify(had));
    await everyLook(t, browser, at('saved:big-order'), 'test-events', {
      prepare: async (page) => {
        await goTo(page, `${node.url}/console`);
        await page.evaluate(`localStorage.setItem('fob:events:${id}', ${stored})`);
      },
      check: async (page) => {
        await page.getByText('in this browser alone').first().waitFor();
        await button(page, 'Remove').waitFor();
      },
    });
  });
});
