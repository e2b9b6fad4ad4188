import assert from 'node:assert/strict';
import { test } from 'node:test';
import { python } from '@codemirror/lang-python';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { STARTERS } from '../../src/console/screens/create/starters.ts';
import { formatCode } from '../../src/console/ui/code-format.ts';
import { languageOf } from '../../src/console/ui/code-language.ts';
import { cleanLines } from '../../src/console/ui/code-lines.ts';

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

test('blanks in a text of several lines are what somebody wants to have', () => {
  const cleaned = (doc: string, language: 'python' | 'yaml' | 'text') => {
    const extensions = language === 'text' ? [] : [language === 'python' ? python() : yaml()];
    return cleanLines(EditorState.create({ doc, extensions }), language);
  };
  assert.equal(
    cleaned('def f(): \n\ta = """x  \n\ty\t\n\t""" + f\'\'\'{a}  \n\tz\'\'\'  \n\treturn a \t\n\n\n', 'python'),
    'def f():\n    a = """x  \n\ty\t\n\t""" + f\'\'\'{a}  \n\tz\'\'\'\n    return a\n',
  );
  assert.equal(
    cleaned("a = 'it''s' # \"\"\" no text \n\tb = 1  ", 'python'),
    "a = 'it''s' # \"\"\" no text\n    b = 1\n",
  );
  assert.equal(
    cleaned('a: |  \n  x  \n  y  \nb: "q  \n  r"  \nc: 1  \nd: |+\n  z\n\n', 'yaml'),
    'a: |\n  x  \n  y  \nb: "q  \n  r"\nc: 1\nd: |+\n  z\n\n',
  );
  assert.equal(cleaned('Markdown  \n\tbreaks', 'text'), 'Markdown  \n\tbreaks\n');
});

test('a file is in the language that its name ends in, and a text for any other end', () => {
  for (const [path, language] of [
    ['lib/a.MJS', 'javascript'],
    ['b.py', 'python'],
    ['x.constructor', 'text'],
    ['Makefile', 'text'],
  ])
    assert.equal(languageOf(path!), language);
});
