import { chromium } from 'playwright-core';
import { ensureConsole } from '../../src/cli/machine/console-build.ts';
import { findProgram } from '../../src/cli/machine/system-packages.ts';
import { Progress } from '../../src/cli/output.ts';
import type { Row, Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** One visit by a browser that has nothing of the console yet. */
interface Visit {
  /** Until something was drawn, in milliseconds since the address was entered. */
  readonly paintMs: number;
  /** Until home had its heading and all that it shows. */
  readonly readyMs: number;
  /** What came over the wire until then, compressed. */
  readonly scriptBytes: number;
}

const READY = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('h1') === null || document.querySelector('[data-loading]') !== null)
      return requestAnimationFrame(look);
    const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.includes('.js'));
    resolve({
      paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      readyMs: performance.now(),
      scriptBytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    });
  };
  look();
})`;

/** The console's first screen, in a real browser on loopback, with nothing cached. */
export const consoleScenario: Scenario = {
  name: 'console',
  title: 'The console: its first screen on a cold cache',
  async run(bench) {
    const executablePath = findProgram('chromium');
    if (executablePath === undefined) throw new Error('there is no chromium: apt-get install chromium');
    await ensureConsole(new Progress({ quiet: true }));
    await using node = await bench.startNode();
    await node.registerMany('node', bench.quick ? 10 : 100);
    const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    try {
      const visits: Visit[] = [];
      const rounds = bench.quick ? 5 : 20;
      for (let round = 0; round < rounds; round++) {
        const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
        const page = await context.newPage();
        await page.goto(`${node.origin}/console/`);
        visits.push((await page.evaluate(READY)) as Visit);
        await context.close();
      }
      const of = (name: keyof Visit, share: number) =>
        percentile(
          visits.map((visit) => visit[name]),
          share,
        );
      const rows: Row[] = [
        { measure: 'first paint, median', value: of('paintMs', 50), unit: 'ms', goal: { atMost: 1_000 } },
        { measure: 'first paint, p90', value: of('paintMs', 90), unit: 'ms' },
        { measure: 'home is whole, median', value: of('readyMs', 50), unit: 'ms' },
        {
          measure: 'JavaScript, compressed',
          value: of('scriptBytes', 50) / 1e6,
          unit: 'MB',
          goal: { atMost: 0.35 },
          note: `${Math.round(of('scriptBytes', 50) / 1_000)} kB; ${rounds} visits, each with a new profile`,
        },
      ];
      return { rows };
    } finally {
      await browser.close();
    }
  },
};
