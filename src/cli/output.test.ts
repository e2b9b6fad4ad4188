import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const OUTPUT = fileURLToPath(new URL('./output.ts', import.meta.url));
const HOSTILE = 'a\x1b[2J\x1b[31m\x1b]0;title\x07\u009b1m\rb\u202ec';
const SHOWN = 'a\\x1b[2J\\x1b[31m\\x1b]0;title\\x07\\x9b1m\\x0db\\u202ec';

/** What a program prints that prints by `output`. */
async function printed(script: string, color: boolean): Promise<{ stdout: string; stderr: string }> {
  const program = `const o = await import(${JSON.stringify(OUTPUT)}); const x = ${JSON.stringify(HOSTILE)}; ${script}`;
  const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = process.env;
  const env = { ...rest, ...(color ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) };
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
}

test('whatever is printed, and however it is coloured, no text of a stranger reaches a terminal as it is', async () => {
  const script = `
    o.print(x); o.print(o.paint('green', x)); o.print(o.paint('dim', 'of ' + o.paint(['bold', 'cyan'], x)) + x);
    o.note(x); o.warn(x); o.printFailure(x, x); o.printPairs([['name', x]]); o.printTable([{ title: 'X' }], [[x]]);
    const progress = new o.Progress(); progress.step(x); progress.line(x); progress.done();`;
  const plain = await printed(script, false);
  for (const text of [plain.stdout, plain.stderr]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.ok(text.includes(SHOWN), text);
  }
  const coloured = await printed(script, true);
  assert.ok(coloured.stdout.includes(`\x1b[32m${SHOWN}\x1b[39m\n`), JSON.stringify(coloured.stdout));
  assert.ok(coloured.stderr.includes(`\x1b[31merror:\x1b[39m ${SHOWN}\n`), JSON.stringify(coloured.stderr));
  for (const text of [coloured.stdout, coloured.stderr]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours are all that may be there
    assert.doesNotMatch(text.replace(/\x1b\[(?:1|2|22|31|32|33|36|39)m/g, ''), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
});

test('JSON says the same, and bytes into a pipe are what they were', async () => {
  const json = await printed('o.printJson({ x }); o.noteJson({ x });', false);
  for (const text of [json.stdout, json.stderr]) {
    assert.match(text, /^[ -~]*\n$/);
    assert.deepEqual(JSON.parse(text), { x: HOSTILE });
  }
  assert.equal((await printed('await o.printBytes(Buffer.from(x));', false)).stdout, HOSTILE);
});
