import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { makeFunction } from './function-support.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

/** It begins with what has a colour, which Chromium would keep for what is typed in its place. */
const WRITTEN = '"ada"\n[1, 2, 3]\ntrue';

const text = (page: Page): Promise<string> =>
  page.evaluate(`[...document.querySelectorAll('.cm-content .cm-line')].map((line) => line.textContent).join('\\n')`);
const shows = (page: Page, wanted: string): Promise<void> =>
  eventually(async () => assert.equal(await text(page), wanted));

/** Fires what the browser does when something is pasted or dropped. */
const TRANSFER = (name: 'paste' | 'drop', value: string) => `{
  const data = new DataTransfer();
  data.setData('text/plain', ${JSON.stringify(value)});
  const { left, top } = document.querySelector('.cm-content').getBoundingClientRect();
  const init = { bubbles: true, cancelable: true };
  document.querySelector('.cm-content').dispatchEvent('${name}' === 'paste'
    ? new ClipboardEvent('paste', { ...init, clipboardData: data })
    : new DragEvent('drop', { ...init, dataTransfer: data, clientX: left + 8, clientY: top + 8 }));
}`;

describe('the editor of code', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await makeFunction(node);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });
  const openEditor = async (page: Page): Promise<void> => {
    await goTo(page, `${node.url}/console/functions/meta/test`);
    await page.locator('.cm-content').click();
    await replace(page);
  };
  const replace = async (page: Page): Promise<void> => {
    await page.keyboard.press('Control+a');
    await page.evaluate(TRANSFER('paste', WRITTEN));
    await shows(page, WRITTEN);
    await page.keyboard.press('Control+a');
  };

  test('what is chosen is typed over, taken back, and written again, without a breach of the policy', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await openEditor(page);
    // One key: what is typed later than half a second after it would be taken back by itself.
    await page.keyboard.type('n');
    await shows(page, 'n');
    assertClean();
    await page.keyboard.press('Control+z');
    await shows(page, WRITTEN);
    await page.keyboard.press('Control+y');
    await shows(page, 'n');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('othing');
    await shows(page, 'nothing');
    await replace(page);
    await page.keyboard.press('Delete');
    await page.keyboard.type('[1');
    await shows(page, '[1]');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('"');
    await shows(page, '"[1]"');
    await page.keyboard.press('Control+a');
    await page.evaluate(TRANSFER('drop', 'dropped'));
    await eventually(async () => assert.match(await text(page), /dropped/));
    assertClean();
  });

  test('what is composed takes the place of what is chosen', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await openEditor(page);
    const debug = await page.context().newCDPSession(page);
    // At once, as by one hand: what comes half a second later would be taken back by itself.
    await Promise.all([
      debug.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 }),
      debug.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 }),
      debug.send('Input.insertText', { text: '日本' }),
    ]);
    await shows(page, '日本');
    await page.keyboard.press('Control+z');
    await shows(page, WRITTEN);
    assertClean();
  });
});
