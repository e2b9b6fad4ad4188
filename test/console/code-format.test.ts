import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STARTERS } from '../../src/console/screens/create/starters.ts';
import { formatCode } from '../../src/console/ui/code-format.ts';

test('code is written as Prettier does, by the quotes and the indentation that it has', async () => {
  assert.equal(
    await formatCode("export const handler=async(event)=>{return {a:'b',c:event?.d}}", 'javascript'),
    "export const handler = async (event) => {\n  return { a: 'b', c: event?.d };\n};\n",
  );
  assert.equal(
    await formatCode('export function f( a :number ):string{\n\treturn a+"x"}', 'typescript'),
    'export function f(a: number): string {\n\treturn a + "x";\n}\n',
  );
  assert.equal(await formatCode('if (a) {\n    b()\n}', 'javascript'), 'if (a) {\n    b();\n}\n');
});

test('what one begins with is tidy', async () => {
  for (const language of ['javascript', 'typescript'] as const) {
    const { text } = STARTERS[language];
    assert.equal(await formatCode(text, language), text);
  }
});

test('code that cannot be read is refused with the place', async () => {
  await assert.rejects(formatCode('const a = ;\n', 'javascript'), { message: /^Unexpected token \(1:11\)$/ });
});
