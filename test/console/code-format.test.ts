import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { PROJECT_FOLDER } from '../../src/cli/project.ts';
import { STARTERS } from '../../src/console/screens/create/starters.ts';
import { assertNotMuchLonger, formatCode } from '../../src/console/ui/code-format.ts';
import { languageOf } from '../../src/console/ui/code-language.ts';
import { cleanLines } from '../../src/console/ui/code-lines.ts';
import { formatPython } from '../../src/console/ui/python-format.ts';

const RUFF = await readFile(fileURLToPath(import.meta.resolve('@wasm-fmt/ruff_fmt/wasm')));

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

test('Python is written as Ruff does, with the quotes that it has', async () => {
  assert.equal(
    await formatPython("def f( a ):\n\tif a:\n\t\treturn {'x':a [1 :2],\"y\" : f'''{a}  \n\t'''}\n\n\n", RUFF),
    `def f(a):
    if a:
        return {
            'x': a[1:2],
            "y": f'''{a}  \n\t''',
        }
`,
  );
});

test('what one begins with is tidy', async () => {
  for (const language of ['javascript', 'typescript'] as const) {
    const { text } = STARTERS[language];
    assert.equal(await formatCode(text, language), text);
  }
  assert.equal(await formatPython(STARTERS.python.text, RUFF), STARTERS.python.text);
  for await (const path of glob(join(PROJECT_FOLDER, 'blueprints/**/*.py'))) {
    const text = await readFile(path, 'utf8');
    assert.equal(await formatPython(text, RUFF), text, path);
  }
});

test('code that cannot be read is refused with the place', async () => {
  await assert.rejects(formatCode('const a = ;\n', 'javascript'), { message: /^Unexpected token \(1:11\)$/ });
  await assert.rejects(formatPython("a = 'ä'\nü = 'x\n", RUFF), {
    message: 'missing closing quote in string literal (2:5)',
  });
});

test('what would become many times as long is left as it is, and what is too much for a formatter is said in words', async () => {
  const nested = `${`${'[1, '.repeat(190)}${']'.repeat(190)}\n`.repeat(3)}`;
  const long = await formatPython(nested, RUFF);
  assert.ok(long.length > 500_000);
  assert.throws(() => assertNotMuchLonger(nested, long), { message: /^it would be \d{3} times as long/ });
  const lines = 'f( 1 )\n'.repeat(100_000);
  assertNotMuchLonger(lines, await formatPython(lines, RUFF));
  await assert.rejects(formatPython(`a = 1${'+1'.repeat(20_000)}\n`, RUFF), {
    message: /^it is too much for its formatter/,
  });
});

test('blanks in a text of several lines are what somebody wants to have', () => {
  const cleaned = (doc: string, language: 'yaml' | 'text') =>
    cleanLines(EditorState.create({ doc, extensions: language === 'yaml' ? [yaml()] : [] }), language);
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
