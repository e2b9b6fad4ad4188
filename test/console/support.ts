import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureConsole } from '../../src/cli/machine/console-build.ts';
import { findProgram } from '../../src/cli/machine/system-packages.ts';
import { Progress } from '../../src/cli/output.ts';
import { eventually } from '../support/eventually.ts';

/** What every screen is looked at in. */
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [360, 768, 1440];
const HEIGHT = 900;

/** A browser as people have it. */
export const WHOLE_BROWSER = findProgram('chromium');
/** Chromium without its own windows around the pages: the same engine, in two thirds of the processor's time. */
const BROWSER = findProgram('chromium-headless-shell') ?? WHOLE_BROWSER;

/** Why there is no browser to test with; `false` where there is one. To be given as `skip`. */
export const noBrowser: string | false =
  BROWSER === undefined ? 'there is no chromium: apt-get install chromium-headless-shell' : false;
/** The same for a browser as people have it. */
export const noWholeBrowser: string | false =
  WHOLE_BROWSER === undefined ? 'there is no chromium: apt-get install chromium' : false;

/** Builds the console where that is due, and starts a browser, with further arguments of Chromium's. */
export async function openBrowser(args: readonly string[] = [], program = BROWSER): Promise<Browser> {
  await ensureConsole(new Progress({ quiet: true }));
  const sandboxed = process.getuid?.() !== 0;
  return chromium.launch({
    executablePath: program!,
    args: [...args, ...(sandboxed ? [] : ['--no-sandbox'])],
  });
}

/** What Chromium gives up, and asks for again, when an interface of the machine comes or goes, such as one of another test. */
const OF_THE_MACHINE = /net::ERR_NETWORK_CHANGED/;

interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  /** Requests and messages that the test itself brings about, such as a wrong password. */
  readonly expected?: RegExp;
}

/** A page in a browser profile of its own, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Fails where the page has told of an error or broken its policy; and forgets what it told. */
  assertClean(): void;
}

/** Opens a page that writes down every error, every failed request, and every breach of the content security policy. Closed after the test. */
export async function openPage(t: TestContext, browser: Browser, options: PageOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1_440, height: HEIGHT },
    colorScheme: options.scheme ?? 'light',
  });
  const page = await context.newPage();
  t.after(async () => {
    // What is still being answered on its way ends with the page, and that is no fault.
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });
  // Choosers are caught from the beginning: one that is only waited for when a key opens it can be there before that is heard of.
  page.on('filechooser', () => undefined);
  let faults: string[] = [];
  const note = (fault: string): void => {
    if (!options.expected?.test(fault) && !OF_THE_MACHINE.test(fault)) faults.push(fault);
  };
  page.on('pageerror', (error) => note(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      note(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1' && /^https?:/.test(request.url()))
      note(`asked the outside: ${request.url()}`);
  });
  return {
    page,
    assertClean() {
      const found = faults;
      faults = [];
      assert.deepEqual(found, []);
    },
  };
}

/** Goes to a screen and waits until it has drawn what it has. */
export async function goTo(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await settled(page);
}

/** Goes to a path of the console from where a page is in it, as its links do: nothing is loaded anew. */
export async function goWithin(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
  );
  await settled(page);
}

/** Holds what a page asks for by such a URL: `isAsked` comes when it first is, `release` lets it go on, and all that follows. */
export async function hold(page: Page, url: string | RegExp, method: string) {
  const isAsked = Promise.withResolvers<void>();
  const isReleased = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    isAsked.resolve();
    await isReleased.promise;
    await route.continue();
  });
  return { isAsked: isAsked.promise, release: () => isReleased.resolve() };
}

/** Waits until an expression is true in a page. Playwright's own wait asks again by `eval` in the page, which the console's policy forbids: it holds only where the answer is yes at once. */
export async function waitUntil(page: Page, expression: string): Promise<void> {
  await eventually(async () => assert.ok(await page.evaluate(expression), expression), 30_000);
}

/** Whether what is seen belongs to the address: the screen before stays until the next one's code is there. */
const IS_THERE = `(() => {
  const path = document.querySelector('main')?.dataset.path;
  return path === undefined || ('/console' + path).replace(/\\/$/, '') === location.pathname.replace(/\\/$/, '');
})()`;

/** Waits until the address's own heading is there and nothing is being loaded. */
export async function settled(page: Page): Promise<void> {
  await waitUntil(page, IS_THERE);
  await page.locator('h1').first().waitFor();
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
}

/** Rows of tables that do not follow one another, or are cut off by the end of their table. */
const MISPLACED_ROWS = `[...document.querySelectorAll('[role=row][data-row]')].flatMap((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  const next = row.parentElement.querySelector('[data-row="' + (Number(row.dataset.row) + 1) + '"]');
  const end = (next ?? row.parentElement).getBoundingClientRect();
  const limit = next === null ? end.bottom : end.top;
  const wanted = Math.max(bottom, ...[...row.children].map((cell) => cell.getBoundingClientRect().bottom));
  return wanted > limit + 1 ? [row.textContent.slice(0, 80) + ': ' + Math.round(wanted - limit) + ' px too long'] : [];
})`;

/** Fails where the page is wider than its window, or rows of a table lie over each other. */
export async function assertNoOverflow(page: Page): Promise<void> {
  assert.deepEqual(await page.evaluate(MISPLACED_ROWS), [], page.url());
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number];
  assert.ok(content <= window, `${page.url()}: ${content} px in a window of ${window} px`);
}

/** Fails where axe finds what WCAG 2.2 AA forbids. */
export async function assertAccessible(page: Page): Promise<void> {
  // What fades in has less contrast than it will have.
  await drawn(page);
  // By the debugger: the page's policy lets no script of others in.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  // All of what is well would be megabytes on its way here.
  const violations = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as axe.Result[];
  const faults = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map((node) => `${node.html.slice(0, 160)} (${node.failureSummary?.split('\n')[1]?.trim()})`).join(' | ')}`,
  );
  assert.deepEqual(faults, [], page.url());
}

/**
 * Looks at a screen in both schemes and three widths: no error, nothing wider than the window, nothing that axe finds. `prepare`
 * is run on each page before, such as to sign in; `check` after, for what else is to be seen.
 */
export async function everyLook(
  t: TestContext,
  browser: Browser,
  url: string,
  name: string,
  { prepare, check }: { prepare?: (page: Page) => Promise<void>; check?: (page: Page) => Promise<void> } = {},
): Promise<void> {
  for (const scheme of SCHEMES) {
    await t.test(`${name}, ${scheme}`, async (inner) => {
      // One page for all widths: what is drawn must follow its window, too.
      const { page, assertClean } = await openPage(inner, browser, { scheme, width: WIDTHS[0]! });
      await prepare?.(page);
      await goTo(page, url);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: HEIGHT });
        await settled(page);
        await check?.(page);
        await drawn(page);
        await look(page, `${name}-${scheme}-${width}`);
        await assertNoOverflow(page);
        await assertAccessible(page);
        assertClean();
      }
    });
  }
}

/** Three pictures, in which what was begun is drawn or begins to move, until nothing moves that comes to an end; what never rests is not waited for. */
const RESTS = `(async () => {
  const picture = () => new Promise((done) => requestAnimationFrame(done));
  const ends = ({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity;
  const latestMs = performance.now() + 10_000;
  for (let moving = []; ; await Promise.allSettled(moving.map(({ finished }) => finished))) {
    for (let count = 0; count < 3; count++) await picture();
    moving = document.getAnimations().filter(ends);
    if (moving.length === 0 || performance.now() > latestMs) return;
  }
})()`;

/** Waits until what the window's new size changes has been drawn, and what opens, closes or fades has done so. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(RESTS);
}

/** Keeps a picture of the page in the folder that `KEEP_LOOKS` names, for people to look at. */
export async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.KEEP_LOOKS;
  if (folder === undefined) return;
  if (!existsSync(folder)) await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Tells how many milliseconds of a processor the page's thread has had until now. */
export async function watchThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
  };
}
