import { chromium } from 'playwright-core';
const [,, base, out, ...paths] = process.argv;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [scheme, width] of [['light', 1440], ['dark', 1440], ['light', 360]]) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: width === 360 ? 760 : 900 } });
  const page = await context.newPage();
  page.on('console', m => { if (['error','warning'].includes(m.type())) console.log(scheme, width, m.text()); });
  page.on('pageerror', e => console.log('pageerror', e.message));
  for (const p of paths) {
    await page.goto(base + '/console' + p); await page.waitForTimeout(2500);
    await page.screenshot({ path: `${out}/${scheme}-${width}-${(p.replaceAll('/', '_') || '_home')}.png` });
  }
  await context.close();
}
await browser.close();
