import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, HOSTILE, makeFunction } from './function-support.ts';
import { everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const MANY = 40;

describe('the functions in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await makeFunction(node);
    for (let at = 0; at < MANY; at++) {
      await asked(node, 'PUT', `/v1/functions/w${at}`, {
        code: { inline: 'def callme():\n    return 1\n', fileName: 'main.py' },
        config: { owner: at % 2 === 0 ? 'shop' : 'pay' },
      });
    }
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('the list is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/functions`, 'functions', {
      async check(page) {
        await page.getByRole('link', { name: 'meta', exact: true }).waitFor();
        assert.ok((await page.getByText(HOSTILE).count()) > 0, 'a hostile description is shown as text');
        assert.equal(await page.title(), 'Functions · Flock of Birds');
      },
    }));

  test('filters stand in the URL, and find; a table is walked by keys', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions?owner=shop`);
    await page.getByText('20 of 41').waitFor();
    await page.getByLabel('Find', { exact: true }).fill('w1');
    await page.getByText('5 of 41').waitFor();
    assert.match(page.url(), /\?owner=shop&q=w1$/);
    await page.getByLabel('Find', { exact: true }).fill('nothing is called so');
    await page.getByText('No function is like that').waitFor();
    await page.getByRole('button', { name: 'Take the filters away' }).click();
    await page.getByText('41 functions').waitFor();
    await goTo(page, `${node.url}/console/functions?health=failing`);
    await page.getByText('1 of 41').waitFor();
    await page.locator('[data-row="0"]').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/functions/meta');
    assertClean();
  });

  test('a function that is made elsewhere is there within a moment', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /404.*a-new-one/ });
    await goTo(page, `${node.url}/console/functions`);
    await page.getByText('41 functions').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const code = { inline: 'def callme():\n    return 1\n', fileName: 'main.py' };
    await asked(node, 'PUT', '/v1/functions/a-new-one', { code });
    await page.getByRole('link', { name: 'a-new-one' }).waitFor();
    await asked(node, 'DELETE', '/v1/functions/a-new-one');
    await page.getByText('41 functions').waitFor();
    assertClean();
  });

  test('the overview is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/functions/meta`, 'function-overview', {
      async check(page) {
        await page.getByRole('link', { name: /^photos/ }).waitFor();
        await page.getByText(`no size ${HOSTILE}`).waitFor();
        await page.getByRole('cell', { name: 'meta:prod' }).waitFor();
        assert.equal(await page.title(), 'meta · Flock of Birds');
      },
    }));

  test('a platform that does not keep an objective says which, where one sees it first', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await page.route(/\/v1\/status$/, async (route) => {
      const response = await route.fetch();
      const status = await response.json();
      const objectives = status.objectives.map((each: { name: string }) =>
        each.name === 'overhead' ? { ...each, state: 'failing' } : each,
      );
      await route.fulfill({ response, json: { ...status, state: 'degraded', objectives } });
    });
    await goTo(page, `${node.url}/console/`);
    await page.getByText('not kept now: Speed').waitFor();
    assertClean();
  });

  test('a rollback shows at once, and a quota that is used up is named', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /status of 429/ });
    const config = { owner: 'till' };
    for (const line of ['return 1;', "throw new Error('broken');"]) {
      const code = { inline: `export const handler = async () => { ${line} };\n`, fileName: 'main.mjs' };
      await asked(node, 'PUT', '/v1/functions/flaky', { code, config });
    }
    const invoke = async () => (await node.request('POST', '/v1/functions/flaky/invoke', { body: '{}' })).status;
    assert.equal(await invoke(), 502);
    await goTo(page, `${node.url}/console/functions/flaky/releases`);
    await page.getByText('Failing', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll flaky back to version 1?' });
    await dialog.getByText('in place of version 2').waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Recovering', { exact: true }).waitFor();
    await page.getByText('100% of 1 failed, not invoked since it was changed').waitFor();
    await goTo(page, `${node.url}/console/`);
    await page.getByText('rolled back to version 1 by operator').waitFor();
    await page.route(/\/v1\/alerts$/, (route) => route.fulfill({ json: { alerts: [] } }));
    await page.reload();
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention.getByText('No alert fires').waitFor();
    await attention.getByRole('link', { name: /^\d+ of \d+ invocations failed$/ }).waitFor();
    assert.equal(await attention.getByText('nothing fails').count(), 0, 'what failed must not pass for calm');
    await asked(node, 'PUT', '/v1/quotas/till', { invocationsPerDay: 1 });
    assert.equal(await invoke(), 429);
    await goTo(page, `${node.url}/console/functions/flaky/test`);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('refused', { exact: true }).waitFor();
    assertClean();
  });

  test('what an earlier visit knew of its health is not shown as its state now', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    for (const line of ['return 1;', "throw new Error('broken');"]) {
      const code = { inline: `export const handler = async () => { ${line} };\n`, fileName: 'main.mjs' };
      await asked(node, 'PUT', '/v1/functions/mended', { code });
    }
    assert.equal((await node.request('POST', '/v1/functions/mended/invoke', { body: '{}' })).status, 502);
    await goTo(page, `${node.url}/console/functions/mended`);
    await page.getByText('Failing', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Functions', exact: true }).first().click();
    await page.getByRole('link', { name: 'mended', exact: true }).waitFor();
    await asked(node, 'POST', '/v1/functions/mended/rollback', {});
    const row = page.locator('[data-row]', { hasText: 'mended' });
    await row.getByText('Recovering', { exact: true }).waitFor();
    const answer = Promise.withResolvers<void>();
    await page.route(/\/v1\/top\?.*filter=mended/, async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'mended', exact: true }).click();
    const heading = page.getByRole('heading', { name: 'mended', level: 1 });
    await heading.waitFor();
    assert.equal(await heading.textContent(), 'mended');
    answer.resolve();
    await heading.getByText('Recovering', { exact: true }).waitFor();
    const list = Promise.withResolvers<void>();
    await page.route(/\/v1\/top\?(?!.*filter=)/, async (route) => {
      await list.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Functions', exact: true }).first().click();
    await row.waitFor();
    assert.doesNotMatch((await row.textContent())!, /Failing|Recovering|Idle/);
    list.resolve();
    await row.getByText('Recovering').waitFor();
    assertClean();
  });

  test('where there is no such function, the page says so', async (t) => {
    const { page } = await openPage(t, browser, { expected: /404/ });
    await goTo(page, `${node.url}/console/functions/nobody`);
    await page.getByText('The function nobody is not there').waitFor();
  });
});
