import assert from 'node:assert/strict';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { constants, createBrotliCompress, gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { sendRaw } from '../support/raw-http.ts';
import {
  assertAccessible,
  assertNoOverflow,
  everyLook,
  goTo,
  look,
  noBrowser,
  openBrowser,
  openPage,
} from './support.ts';

const JSON_BODY = { 'Content-Type': 'application/json' };
/** One pixel. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const HOSTILE = '<img src=x onerror=alert(1)>.txt';

describe('buckets in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.request('PUT', '/v1/buckets/photos');
    for (const key of ['2026/11/cat.jpg', '2026/12/dog.jpg', 'readme.txt'])
      await client.request('PUT', `/v1/buckets/photos/objects/${key}`, { body: 'x'.repeat(100) });
    await client.put('thumb', 'exports.handler = async () => 1;', { runtime: 'node' });
    await client.request('POST', '/v1/triggers', {
      body: JSON.stringify({ function: 'thumb', type: 'bucket', options: { bucket: 'photos', prefix: 'in/' } }),
      headers: { 'Content-Type': 'application/json' },
    });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('what is uploaded leads to the invocation that it woke', async (t) => {
    // Somebody else's object is not replaced before one says so: the refusal is expected.
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await goTo(page, `${node.url}/console/buckets/photos?prefix=in/`);
    await page.getByText('Drop files or folders here').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const files = page.getByLabel('Files to upload');
    await files.setInputFiles([{ name: HOSTILE, mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
    await page.getByText(/^fob bucket put photos --key 'in\/<img.* '<img/).waitFor();
    const woken = page.getByText('It woke').getByRole('link', { name: 'thumb' });
    await woken.waitFor();
    const { invocations } = (await client.request('GET', '/v1/invocations?function=thumb')).json;
    assert.ok((await woken.getAttribute('href'))?.endsWith(`/invocations/${invocations[0].invocationId}`));
    const table = page.getByRole('table', { name: 'What is in photos' });
    await table.getByText(HOSTILE).waitFor();
    assert.equal(
      (await client.request('GET', `/v1/buckets/photos/objects/in/${encodeURIComponent(HOSTILE)}`)).text,
      'hello',
    );

    await files.setInputFiles([{ name: HOSTILE, mimeType: 'text/plain', buffer: Buffer.from('other') }]);
    await page.getByText('is there already').waitFor();
    await page.getByRole('button', { name: 'Replace it' }).click();
    await page.getByText('is there already').waitFor({ state: 'detached' });
    await page.getByText('stored', { exact: true }).nth(1).waitFor();
    assert.equal(
      (await client.request('GET', `/v1/buckets/photos/objects/in/${encodeURIComponent(HOSTILE)}`)).text,
      'other',
    );
    await assertAccessible(page);
    assertClean();
  });

  test('is browsed by folders; objects are downloaded, and removed together, by the keyboard', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/buckets/photos`);
    await page.getByRole('link', { name: '2026/' }).press('Enter');
    await page.getByRole('link', { name: '11/' }).press('Enter');
    await page.waitForURL(/prefix=2026%2F11%2F/);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download 2026/11/cat.jpg' }).press('Enter');
    assert.equal((await download).suggestedFilename(), 'cat.jpg');
    await page.goto(`${node.url}/console/buckets/photos?prefix=2026/&flat=yes`);
    for (const key of ['2026/11/cat.jpg', '2026/12/dog.jpg'])
      await page.getByRole('checkbox', { name: `Choose ${key}` }).press('Space');
    await page.getByText('2 chosen').waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).last().press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Remove 2 objects?' });
    await dialog.getByText('fob bucket rm photos 2026/11/cat.jpg 2026/12/dog.jpg').waitFor();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    await page.getByText('Nothing begins with 2026/').waitFor();
    // What was pressed is gone with what was chosen.
    await page.locator('main').locator('h1:focus, button:focus, a:focus').waitFor();
    assertClean();
  });

  test('an object is looked at: a text as text, an image as an image, nothing as a page; each version, too', async (t) => {
    const put = (key: string, body: string | Buffer, type: string) =>
      client.request('PUT', `/v1/buckets/looked-at/objects/${key}`, { body, headers: { 'Content-Type': type } });
    await client.request('PUT', '/v1/buckets/looked-at');
    await client.request('PATCH', '/v1/buckets/looked-at', { body: '{"versioning": "enabled"}', headers: JSON_BODY });
    await put('page.html', '<script>document.title = "hacked"</script> first', 'text/html');
    await put('page.html', '<script>document.title = "hacked"</script> second', 'text/html');
    await put('dot.png', Buffer.from(DOT, 'base64'), 'image/png');
    await put('noise', Buffer.from([0, 255, 1, 254]), 'text/plain');
    const { page, assertClean } = await openPage(t, browser, { width: 360 });
    await goTo(page, `${node.url}/console/buckets/looked-at`);
    await page.getByRole('link', { name: 'page.html', exact: true }).press('Enter');
    await page.waitForURL(/object=page.html/);
    const drawer = page.getByRole('dialog', { name: 'page.html' });
    await drawer.getByRole('region', { name: 'What is in it' }).getByText('</script> second').waitFor();
    await drawer.getByText('fob bucket get looked-at page.html').waitFor();
    await look(page, 'object');
    await assertAccessible(page);
    await assertNoOverflow(page);
    await drawer.getByRole('button', { name: /^Show the version/ }).click();
    await drawer.getByRole('region', { name: 'What is in it' }).getByText('</script> first').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'dot.png', exact: true }).click();
    const image = page.getByRole('img', { name: 'The object' });
    await image.waitFor();
    const width = 'document.querySelector(`[alt="The object"]`).naturalWidth';
    await eventually(async () => assert.equal(await page.evaluate(width), 1));
    await page.goto(`${node.url}/console/buckets/looked-at?object=noise`);
    await page.getByText('It is neither text nor an image').waitFor();
    assert.doesNotMatch(await page.title(), /hacked/);
    assertClean();
  });

  test('of an object that is stored compressed its beginning is unpacked, and no more', async (t) => {
    const put = (key: string, body: Buffer, encoding: string, type = 'text/plain') =>
      client.request('PUT', `/v1/buckets/packed/objects/${key}`, {
        body,
        headers: { 'Content-Type': type, 'Content-Encoding': encoding },
      });
    await client.request('PUT', '/v1/buckets/packed');
    const lines = Array.from({ length: 40_000 }, (_, at) => `${at} ${Math.sin(at)}`).join('\n');
    await put('log.gz', gzipSync(lines), 'gzip');
    // Half a gigabyte in some hundred bytes.
    const bomb = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 2 } });
    const packed = buffer(bomb);
    for (let at = 0; at < 64; at++) if (!bomb.write(Buffer.alloc(8_388_608, 'a'))) await once(bomb, 'drain');
    bomb.end();
    await put('bomb.txt', await packed, 'br');
    await put('bomb.png', await packed, 'br', 'image/png');
    await put('none.txt', Buffer.from('not packed at all'), 'gzip');
    const { page, assertClean } = await openPage(t, browser, { expected: /ERR_CONTENT_DECODING_FAILED/ });
    const content = page.getByRole('region', { name: 'What is in it' });
    const opened = (key: string) => page.goto(`${node.url}/console/buckets/packed?object=${key}`);
    for (const [key, beginning] of [
      ['log.gz', /^0 0\n1 0\.84/],
      ['bomb.txt', /^aaa/],
    ] as const) {
      await opened(key);
      await page.getByText('These are the first 64 KB of it.').waitFor();
      const text = await content.textContent();
      assert.match(text!, beginning);
      assert.equal(text!.length, 65_536);
    }
    await opened('bomb.png');
    await page.getByText('The image is too large to be shown here').waitFor();
    await opened('none.txt');
    await page.getByText('it is stored as gzip, and cannot be unpacked').waitFor();
    assertClean();
  });

  test('what was removed from a bucket with versions is found, and brought back', async (t) => {
    await client.request('PUT', '/v1/buckets/kept');
    await client.request('PATCH', '/v1/buckets/kept', { body: '{"versioning": "enabled"}', headers: JSON_BODY });
    for (const key of ['gone.txt', 'there.txt'])
      await client.request('PUT', `/v1/buckets/kept/objects/${key}`, { body: key });
    await client.request('DELETE', '/v1/buckets/kept/objects/gone.txt');
    const { page, assertClean } = await openPage(t, browser, { width: 360 });
    await goTo(page, `${node.url}/console/buckets/kept`);
    await page.getByRole('switch', { name: 'What was removed' }).press('Space');
    await page.getByText('fob bucket list kept --removed').waitFor();
    await page.getByRole('link', { name: 'gone.txt' }).waitFor();
    assert.equal(await page.getByText('there.txt').count(), 0);
    await look(page, 'removed');
    await assertAccessible(page);
    await assertNoOverflow(page);
    await page.getByRole('button', { name: 'Bring back gone.txt' }).press('Enter');
    await page.getByText('fob bucket restore kept gone.txt').waitFor();
    await page.getByText('Nothing that was removed is kept here').waitFor();
    assert.equal((await client.request('GET', '/v1/buckets/kept/objects/gone.txt')).text, 'gone.txt');
    assertClean();
  });

  test('a key that leads elsewhere is only a key: nothing else is read or removed by it', async (t) => {
    const key = '../../../functions/thumb';
    await client.request('PUT', '/v1/buckets/tricks');
    await client.request('PUT', `/v1/buckets/tricks/objects/${encodeURIComponent(key)}`, { body: 'of the object' });
    await client.request('PUT', '/v1/buckets/tricks/objects/page.png', {
      body: '<script>document.title = "hacked"</script>',
      headers: { 'Content-Type': 'image/png' },
    });
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/buckets/tricks?flat=yes&object=${encodeURIComponent(key)}`);
    const drawer = page.getByRole('dialog', { name: key });
    await drawer.getByRole('region', { name: 'What is in it' }).getByText('of the object').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: `Remove ${key}` }).click();
    await page.getByRole('dialog', { name: 'Remove this object?' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: `Remove ${key}` }).waitFor({ state: 'detached' });
    assert.equal((await client.request('GET', '/v1/functions/thumb')).status, 200, 'the function is still there');
    // Its name is no option of the command either, which would remove all there is.
    await client.request('PUT', '/v1/buckets/tricks/objects/--prefix%3D', { body: 'x' });
    await page.getByRole('button', { name: 'Remove --prefix=' }).click();
    await page.getByText('fob bucket rm tricks -- --prefix=', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    const put =
      'PUT /v1/buckets/tricks/objects/.. HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx';
    assert.match(await sendRaw(node.port, put), /^HTTP\/1.1 200/);
    await page.getByRole('button', { name: 'Remove ..', exact: true }).click();
    await page.getByRole('dialog', { name: 'Remove this object?' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByText('no browser asks for what is named . or .. alone').waitFor();
    await page.goto(`${node.url}/console/buckets/tricks?object=page.png`);
    await page.getByText('It is no image that this browser can show').waitFor();
    assert.doesNotMatch(await page.title(), /hacked/);
    assertClean();
  });

  test('is made, has settings, and is removed when it is empty', async (t) => {
    // That it is gone may be heard before it is answered: then its page asks for it once more.
    const { page, assertClean } = await openPage(t, browser, { expected: /404.*buckets\/logs/ });
    await goTo(page, `${node.url}/console/buckets`);
    await page.getByRole('button', { name: 'Create a bucket' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('logs');
    await page.keyboard.press('Enter');
    await page.waitForURL(/buckets\/logs$/);
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'Objects whose key begins with' }).fill('old/');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByText('old/ after 30 d').waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('textbox', { name: 'Type logs to go on' }).fill('logs');
    await page.keyboard.press('Enter');
    await page.waitForURL(/buckets$/);
    assertClean();
  });

  test('every look', (t) => everyLook(t, browser, `${node.url}/console/buckets/photos`, 'bucket'));
});
