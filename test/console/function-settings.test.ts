import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, choose, HOSTILE, makeFunction } from './function-support.ts';
import { everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

/**
 * Until the focus that a browser took away has been looked after: a timer of the page that begins later and runs longer than that
 * ends later, however slow the machine is.
 */
const FOCUS_IS_LOOKED_AFTER = `new Promise((resolve) => {
  const look = () => {
    if (document.activeElement === document.body) setTimeout(resolve, 100);
    else requestAnimationFrame(look);
  };
  look();
})`;

describe("a function's settings, triggers, releases and permissions in the console", { skip: noBrowser }, () => {
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
  const config = async (name: string) => (await node.request('GET', `/v1/functions/${name}`)).json.config;

  test('settings are changed together, after the policies looked at them', async (t) => {
    await asked(node, 'PUT', '/v1/policies/small', { rules: { maxMemoryMb: 512 } });
    t.after(() => asked(node, 'DELETE', '/v1/policies/small'));
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'configuration');
    await page.getByText('Policies allow it').waitFor();
    await page.getByLabel('Memory', { exact: true }).fill('1024');
    await page.getByText('Policies forbid it').waitFor();
    await page.getByLabel('Memory', { exact: true }).fill('256');
    await page.getByText('Policies allow it').waitFor();
    await asked(node, 'PUT', '/v1/policies/small', { rules: { maxMemoryMb: 128 }, mode: 'warn' });
    await page.getByText('(small, a warning)').waitFor();
    assert.equal(await page.getByText('128 MB is the limit').count(), 1, 'a warning is told once');
    await page.getByLabel('Description').fill(HOSTILE);
    await page.getByRole('button', { name: 'Add a variable' }).first().click();
    await page.getByLabel('Variable 1').fill('STAGE');
    await page.getByLabel('Value of STAGE').fill('live');
    await page.getByText('3 changed').waitFor();
    await page.getByText('--memory 256').waitFor();
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('Nothing is changed').waitFor();
    const { memoryMb, description, environment } = await config('meta');
    assert.deepEqual([memoryMb, description, environment], [256, HOSTILE, { STAGE: 'live' }]);
    assertClean();
  });

  test('two people change the same setting: both states are shown, and one decides', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'configuration', 'shared');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('Owner', { exact: true }).fill('mine');
    await asked(node, 'PATCH', '/v1/functions/shared', { timeoutMs: 7_000 });
    const timeout = page.getByRole('textbox', { name: 'Timeout' });
    await eventually(async () => assert.equal(await timeout.inputValue(), '7s'));
    assert.equal(await page.getByText('changed the same while you were writing').count(), 0, 'another setting');
    await asked(node, 'PATCH', '/v1/functions/shared', { owner: 'theirs' });
    await page.getByText('changed the same while you were writing').waitFor();
    await page.getByRole('cell', { name: 'theirs' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save as a new version' }).isDisabled());
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('Nothing is changed').waitFor();
    const { owner, timeoutMs } = await config('shared');
    assert.deepEqual([owner, timeoutMs], ['mine', 7_000]);
    assertClean();
  });

  test('a time is written with its unit, and what is too long becomes the longest', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'configuration', 'shared');
    const timeout = page.getByRole('textbox', { name: 'Timeout' });
    await timeout.fill('1');
    await page.getByText('Write a time from 100ms to 15m').waitFor();
    await timeout.fill('1.5 s');
    await page.getByText('fob set shared --timeout 1500ms').waitFor();
    await timeout.fill('2h');
    await timeout.blur();
    await page.getByText('fob set shared --timeout 15m').waitFor();
    assert.equal(await timeout.inputValue(), '15m');
    const outside = `[...document.querySelectorAll('main [data-position=right]')].filter((section) => {
      const [inner, outer] = [section, section.parentElement.querySelector('input, [class*=Input-input]')].map((each) => each.getBoundingClientRect());
      return inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
    }).length`;
    assert.equal(await page.evaluate(outside), 0, 'what stands at the right of a field stands in it');
    assertClean();
  });

  test('a trigger is added, paused, tested, changed and removed', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'triggers');
    await page.getByText('photos-meta').first().waitFor();
    await page.getByRole('button', { name: 'Add a trigger' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Schedule/ })
      .click();
    await page.getByRole('textbox', { name: 'When' }).fill('0 6 * * *');
    await page.getByRole('button', { name: 'Add it' }).click();
    // Behind the drawer nothing is pressed.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('0 6 * * *').first().waitFor();
    await page.getByRole('switch', { name: 'meta-schedule is on' }).click({ force: true });
    await page.getByText('paused').first().waitFor();
    await page.getByRole('button', { name: 'Test meta-schedule' }).click();
    await page.getByText('The filter lets it through').waitFor();
    await page.getByRole('button', { name: 'Run the function with it' }).click();
    await page.getByText('succeeded').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Do something with meta-schedule' }).click();
    await page.getByRole('menuitem', { name: 'Remove it' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('The trigger meta-schedule is removed').waitFor();
    assert.equal((await node.request('GET', '/v1/triggers?function=meta')).json.triggers.length, 1);
    assertClean();
  });

  test('weights are set by a slider and its keys', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'releases?alias=prod', 'shared');
    await choose(page, 'Second version', 'Version 2');
    const slider = page.getByRole('slider');
    await slider.focus();
    await slider.press('Home');
    for (let at = 0; at < 5; at++) await slider.press('ArrowRight');
    await page.getByText('Version 2 gets 5% of the invocations').waitFor();
    await page.getByText('fob alias set shared prod 1=95 2=5').waitFor();
    await page.getByRole('button', { name: 'Move it' }).click();
    await page.getByText('shared:prod is version 1 95%, version 2 5%').waitFor();
    const { versions } = (await node.request('GET', '/v1/functions/shared/aliases/prod')).json;
    assert.deepEqual(versions, [
      { version: 1, weight: 95 },
      { version: 2, weight: 5 },
    ]);
    await page.getByRole('button', { name: 'Roll back' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('shared:prod is version 1', { exact: true }).waitFor();
    assertClean();
  });

  test('a rollback that others are faster with stays the question that it was', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /status of 409/ });
    for (const version of [1, 2])
      await asked(node, 'PUT', '/v1/functions/shared/aliases/beta', { versions: [{ version, weight: 100 }] });
    await open(page, 'releases', 'shared');
    const panel = page.getByRole('region', { name: 'shared:beta' });
    await panel.getByRole('button', { name: 'Roll back' }).click();
    const question = page.getByRole('dialog', { name: 'Roll beta back to version 1?' });
    await question.getByText('in place of version 2').waitFor();
    await asked(node, 'POST', '/v1/functions/shared/aliases/beta/rollback', { to: 1 });
    await question.getByText('in place of version 1.').waitFor();
    await question.getByText('fob rollback shared --alias beta --to 1').waitFor();
    await question.getByRole('button', { name: 'Roll back' }).click();
    await question.getByText('already').waitFor();
    assertClean();
  });

  test('a step of a release holds for as long as is written', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'releases?release=prod');
    await page.getByLabel('Each step holds for').fill('15s');
    await page.getByText('--every 15s').waitFor();
    await page.getByText('All of it after 45 s').waitFor();
    assertClean();
  });

  test('a gradual release shows both versions live, and is led to its end', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'releases?release=prod');
    await choose(page, 'New version', 'Version 2');
    await page.getByLabel('Shares in per cent').fill('50,100');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('Version 1 → version 2: 50% of the invocations').waitFor();
    for (let at = 0; at < 30; at++) await node.request('POST', '/v1/functions/meta:prod/invoke', { body: '{}' });
    const calls = page.getByRole('row', { name: /^Invocations/ });
    await calls
      .getByRole('cell', { name: /^[1-9]/ })
      .first()
      .waitFor();
    // By keys: each is off while it is being done, and has the focus again when it has become the other; also after a slow answer.
    await page.route('**/release/pause', async (route) => {
      await page.locator('button:disabled', { hasText: 'Pause' }).waitFor();
      await page.evaluate(FOCUS_IS_LOOKED_AFTER);
      await route.continue();
    });
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.locator('button:focus', { hasText: 'Go on' }).press('Enter');
    await page.locator('button:focus', { hasText: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Give it everything now' }).click();
    await page.getByRole('dialog').getByText('fob release promote meta --alias prod').waitFor();
    await page.getByRole('button', { name: 'Give it everything', exact: true }).click();
    await page.getByText('promoted').first().waitFor();
    const { versions } = (await node.request('GET', '/v1/functions/meta/aliases/prod')).json;
    assert.deepEqual(versions, [{ version: 2, weight: 100 }]);
    assertClean();
  });

  test('who may invoke it is changed, and asked about', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await open(page, 'permissions');
    await page.getByText('invoking needs a credential').waitFor();
    await page.getByRole('combobox', { name: 'Let in' }).fill('anonymous');
    await page.keyboard.press('Enter');
    await page.getByText('fob access meta --allow anonymous').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Those who are let in, and nobody else.').waitFor();
    await page.getByRole('row', { name: /without a credential yes/ }).waitFor();
    await page.getByRole('combobox', { name: 'Can' }).fill('function:shared');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('What would be needed').waitFor();
    assert.match(page.url(), /who=function%3Ashared&action=function%3Ainvoke/);
    assertClean();
  });

  for (const tab of ['configuration', 'triggers', 'releases', 'permissions']) {
    test(`${tab} is whole, legible and accessible in every look`, (t) =>
      everyLook(t, browser, `${node.url}/console/functions/meta/${tab}`, `function-${tab}`));
  }

  test('a function is removed as it was seen, when its name was typed, and the list is shown', async (t) => {
    const { page } = await openPage(t, browser, { expected: /404|412/ });
    await open(page, 'configuration', 'shared');
    await page.getByRole('button', { name: 'Remove the function' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Remove the function' });
    assert.ok(await remove.isDisabled());
    await page.getByLabel('Type shared to go on').fill('shared');
    // What somebody changed while one was asked is not what one has seen.
    await asked(node, 'PATCH', '/v1/functions/shared', { description: 'not to be removed' });
    await page.getByText('not to be removed').waitFor();
    await remove.click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    assert.equal((await node.request('GET', '/v1/functions/shared')).status, 200);
    await remove.click();
    await page.waitForURL('**/console/functions');
    assert.equal((await node.request('GET', '/v1/functions/shared')).status, 404);
  });
});
