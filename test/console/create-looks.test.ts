import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, assertNoOverflow, everyLook, look, noBrowser, openBrowser, settled } from './support.ts';

/** The steps behind the first, and what is to be seen in each. */
const STEPS = [
  ['Trigger', 'What the blueprint asks for'],
  ['Function', 'The event that it gets'],
  ['Handler and role', 'Sends to the queue'],
  ['Memory and timeout', 'A cloud would ask'],
  ['Review and deploy', 'The trigger webhook-queue-worker-work'],
] as const;

/** Cells whose words are broken letter by letter, for there is no room beside the others. */
const STACKED_LETTERS = `[...document.querySelectorAll('main td, main th')].flatMap((cell) =>
  cell.clientHeight > 150 && cell.clientWidth < 60 ? [cell.textContent] : [])`;

/** As somebody left it who chose a blueprint with two functions, a secret and two triggers. */
const DRAFT = {
  start: 'blueprint',
  language: 'javascript',
  blueprint: 'webhook-queue-worker',
  values: {},
  parts: {
    functions: [
      {
        ...{ name: '', description: '', runtime: '', handler: '', files: [], memoryMb: 128, timeoutMs: 30_000 },
        ...{ access: { mode: 'auto', role: '', grants: [] }, settings: {} },
      },
    ],
    ...{ triggers: [], services: [], keyValues: [], secrets: [] },
  },
  repository: { url: '', follow: 'branch', ref: '' },
  seen: ['start', 'trigger'],
};

describe('the steps of creating a function, as they look', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
  });
  after(() => Promise.all([browser.close(), node.close()]));

  const prepare = async (page: Page): Promise<void> => {
    await page.addInitScript(
      `sessionStorage.setItem('fob.create.2 operator operator', ${JSON.stringify(JSON.stringify(DRAFT))})`,
    );
  };

  test('every step', (t) =>
    everyLook(t, browser, `${node.url}/console/create`, 'create-start', {
      prepare,
      async check(page) {
        const steps = page.getByRole('navigation', { name: 'Steps' });
        // The blueprint's own parts are there.
        await steps.getByText('index.handler, role webhook-queue-worker').waitFor({ state: 'attached' });
        const { width } = page.viewportSize()!;
        const scheme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'");
        for (const [step, shown] of STEPS) {
          await steps.getByRole('button', { name: step }).click();
          await page.getByText(shown).first().waitFor();
          await settled(page);
          await look(page, `create-${step.split(' ')[0]!.toLowerCase()}-${scheme}-${width}`);
          await assertNoOverflow(page);
          assert.deepEqual(await page.evaluate(STACKED_LETTERS), [], `${step} at ${width} px`);
          await assertAccessible(page);
        }
        await steps.getByRole('button', { name: 'Blueprint or code' }).click();
        await page.getByText('It shows').waitFor();
      },
    }));
});
