import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, goTo, noBrowser, openBrowser, openPage } from './support.ts';

describe('two people who change one thing in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
  });
  after(async () => {
    await browser?.close();
    await node?.close();
  });

  const put = async (path: string, body?: object, method = 'PUT') => {
    const headers = { 'Content-Type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers };
    const reply = await client.request(method, `/v1${path}`, init);
    assert.ok(reply.status < 300, reply.text);
  };
  /** Somebody else is faster than the next change that this page makes of it, by so little that it cannot have heard of that. */
  const beFaster = async (page: Page, path: string, change: () => Promise<void>) => {
    let isOver = false;
    await page.route(`**/v1${path}`, async (route) => {
      if (route.request().method() !== 'GET' && !isOver) {
        isOver = true;
        await change();
      }
      await route.continue();
    });
  };

  test('the second sees both states of a rule, and decides', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    const rule = { when: 'p99(duration) > 2s over 10m', function: 'pay' };
    await put('/alerts/rules/slow', rule);
    await goTo(page, `${node.url}/console/alerts?show=rules`);
    await page.getByRole('button', { name: 'Change slow' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Fires when' }).fill('p99(duration) > 3s over 10m');
    await put('/alerts/rules/slow', { ...rule, severity: 'critical' });
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText('Somebody changed it in the meantime').waitFor();
    await dialog.getByRole('row', { name: /severity.*critical.*warning/ }).waitFor();
    await assertAccessible(page);
    await dialog.getByRole('button', { name: 'Save over theirs' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { json } = await client.request('GET', '/v1/alerts/rules/slow');
    assert.deepEqual([json.when, json.severity], ['p99(duration) > 3s over 10m', 'warning']);

    await page.getByRole('button', { name: 'Create a rule' }).first().click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('slow');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    assert.equal(
      (await client.request('GET', '/v1/alerts/rules/slow')).json.when,
      json.when,
      'none is replaced unseen',
    );
    assertClean();
  });

  test('what is set at a click is refused, with both states, and the next click is of what stands', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await put('/buckets/photos');
    await goTo(page, `${node.url}/console/buckets/photos`);
    await page.getByRole('tab', { name: 'Settings' }).click();
    const theirs = { id: 'theirs', enabled: true, prefix: 'theirs/', expireDays: 7 };
    await beFaster(page, '/buckets/photos', () => put('/buckets/photos', { lifecycle: [theirs] }, 'PATCH'));
    await page.getByRole('textbox', { name: 'Objects whose key begins with' }).fill('yours/');
    await page.getByRole('button', { name: 'Add' }).click();
    await page
      .getByRole('alert')
      .getByRole('row', { name: /lifecycle.*theirs.*yours/ })
      .waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: /Remove the rule for .*theirs/ }).waitFor();
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: /Remove the rule for .*yours/ }).waitFor();
    const { lifecycle } = (await client.request('GET', '/v1/buckets/photos')).json.settings;
    assert.deepEqual(
      lifecycle.map(({ prefix }: { prefix: string }) => prefix),
      ['theirs/', 'yours/'],
    );
    assertClean();
  });

  test('nobody removes what they have not seen', async (t) => {
    // The feed may tell of the removal before the page has been left.
    const { page, assertClean } = await openPage(t, browser, { expected: /412|404/ });
    const stands = async (path: string) => (await client.request('GET', `/v1${path}`)).status;
    await put('/teams/night', { description: 'first' });
    await put('/queues/jobs', {});
    await goTo(page, `${node.url}/console/people/teams/night`);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Type night to go on' }).fill('night');
    await put('/teams/night', { description: 'still wanted' });
    await page.locator('main').getByText('still wanted').waitFor();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    assert.equal(await stands('/teams/night'), 200, 'it was changed while one was asked');
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await stands('/teams/night'), 404);

    await goTo(page, `${node.url}/console/queues/jobs`);
    await page.getByRole('button', { name: 'More that can be done' }).click();
    await page.getByRole('menuitem', { name: 'Remove the queue' }).click();
    await dialog.getByRole('textbox', { name: 'Type jobs to go on' }).fill('jobs');
    await put('/queues/jobs', { visibilityMs: 60_000 });
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').waitFor();
    assert.equal(await stands('/queues/jobs'), 200);
    assertClean();
  });

  test('settings of a queue that are not the same do not stand in each other’s way', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await put('/queues/jobs', {});
    await goTo(page, `${node.url}/console/queues/jobs`);
    await page.getByRole('tab', { name: 'Settings' }).click();
    const hidden = page.getByRole('textbox', { name: 'Hidden after it was received for' });
    await hidden.fill('2m');
    await beFaster(page, '/queues/jobs', () => put('/queues/jobs', { delayMs: 1_000 }));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings of jobs are saved').waitFor();
    await hidden.fill('3m');
    await beFaster(page, '/queues/jobs', () => put('/queues/jobs', { visibilityMs: 5_000 }));
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('alert')
      .getByRole('row', { name: /visibilityMs.*5000.*180000/ })
      .waitFor();
    const { settings } = (await client.request('GET', '/v1/queues/jobs')).json;
    assert.deepEqual([settings.delayMs, settings.visibilityMs], [1_000, 5_000]);
    assertClean();
  });

  test('who is told of alerts is chosen, each choice of what stands', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    for (const name of ['ops', 'pager', 'theirs']) {
      await put(`/alerts/channels/${name}`, { kind: 'slack', url: `https://chat.example/${name}` });
    }
    await goTo(page, `${node.url}/console/alerts?show=channels`);
    const usual = page.getByRole('combobox', { name: 'Of all functions whose owner has no other channel' });
    for (const name of ['ops', 'pager']) {
      if ((await usual.getAttribute('aria-expanded')) !== 'true') await usual.press('ArrowDown');
      const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT');
      await page.getByRole('option', { name, exact: true }).click();
      assert.equal((await saved).status(), 200);
      await page
        .getByText(`fob alert route default ${name === 'ops' ? 'ops' : 'ops pager'}`, { exact: true })
        .waitFor();
    }
    assert.deepEqual((await client.request('GET', '/v1/alerts/routing')).json.default, ['ops', 'pager']);
    assertClean();
  });
});
