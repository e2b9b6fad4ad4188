import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../model/problem.ts';
import { createRuntimes } from './index.ts';
import type { CodeFolder } from './runtime.ts';

const runtimes = createRuntimes();
const node = runtimes.get('node');
const python = runtimes.get('python');

function folderOf(files: Readonly<Record<string, string>>): CodeFolder {
  return { files: Object.keys(files), read: async (path) => files[path]! };
}

test('runtimes answer to the names that people and providers use', () => {
  const names = {
    python: ['python', 'Python', 'py', 'python3', 'python3.12', 'python:3', 'python311', 'py3'],
    node: ['node', 'nodejs', 'nodejs20.x', 'nodejs:18', 'node24', 'javascript', 'JS', 'typescript', 'ts'],
  };
  for (const [name, aliases] of Object.entries(names)) {
    for (const alias of aliases) assert.equal(runtimes.get(alias).name, name, alias);
  }
  for (const unknown of ['', 'ruby', 'pythonic', 'nodered', 'java', 'jsx '])
    assert.throws(
      () => runtimes.get(unknown),
      (error) => error instanceof Problem && /python, node/.test(error.message),
      unknown,
    );
  assert.equal(node.endingFor?.('TypeScript'), '.ts');
  assert.equal(node.endingFor?.('javascript'), undefined);
});

test('a text is recognised as its language', () => {
  const sources: [string, string | undefined][] = [
    ["def callme():\n    print('Hello serverless world!')\n    return 42\n", 'python'],
    ['async def callme(): pass', 'python'],
    ['import os\nx = os.getcwd()', 'python'],
    ['from a.b import c', 'python'],
    ['callme = lambda a: a', 'python'],
    ['def callme(): return "function callme() {}"', 'python'],
    ['function callme() { return 42 }', 'node'],
    ['export const callme = async () => 42', 'node'],
    ["import fs from 'node:fs';\nexport function callme() {}", 'node'],
    ['exports.handler = async (event) => event', 'node'],
    ['const callme = (a, b) => { return a + b }', 'node'],
    ['interface A { n: number }\nfunction callme(a: A): number { return a.n }', 'node'],
    ['// def callme is python\nfunction callme() {}', 'node'],
    ['just some words', undefined],
    ['', undefined],
  ];
  for (const [source, name] of sources) {
    const [pythonic, nodish] = [python.recognise(source), node.recognise(source)];
    const winner = pythonic === 0 && nodish === 0 ? undefined : pythonic >= nodish ? 'python' : 'node';
    assert.equal(winner, name, `${source}: python ${pythonic}, node ${nodish}`);
  }
});

test('handlers are guessed in the usual files, the own convention first', async () => {
  const folders: [string, Readonly<Record<string, string>>, string | undefined][] = [
    ['python', { 'main.py': 'def callme(): pass\ndef handler(e, c): pass' }, 'main.callme'],
    [
      'python',
      { 'lambda_function.py': 'def lambda_handler(event, context): pass', 'util.py': '' },
      'lambda_function.lambda_handler',
    ],
    ['python', { 'src/app.py': 'from x import handler', 'README.md': '' }, 'src/app.handler'],
    ['python', { 'mine.py': 'async def callme(): pass', 'setup.cfg': '' }, 'mine.callme'],
    ['python', { 'mine.py': 'def other(): pass' }, 'mine.callme'],
    ['python', { 'a.py': 'def other(): pass', 'b.py': '' }, undefined],
    ['python', { 'main.py': '    def callme(): pass', 'x.py': '' }, undefined],
    ['node', { 'index.js': 'exports.handler = async () => {}', 'package.json': '{}' }, 'index.handler'],
    [
      'node',
      { 'lib/entry.js': 'module.exports = { handler, other }', 'package.json': '{"main":"./lib/entry.js"}' },
      'lib/entry.handler',
    ],
    ['node', { 'main.ts': 'export async function callme(a: string) {}', 'package.json': '{}' }, 'main.callme'],
    ['node', { 'app.mjs': 'const handler = () => {}; export { handler }', 'x.txt': '' }, 'app.handler'],
    ['node', { 'main.mjs': 'export default async (event) => event.id', 'x.txt': '' }, 'main.default'],
    ['node', { 'main.mjs': 'export default async function handler(event) {}', 'x.txt': '' }, 'main.handler'],
    ['node', { 'main.js': 'module.exports = (event) => event.id', 'x.txt': '' }, 'main.default'],
    ['node', { 'main.js': 'module.exports = helpers', 'x.txt': '' }, undefined],
    ['node', { 'main.mjs': 'export default { callmeMaybe: 1 }', 'x.txt': '' }, undefined],
    ['node', { 'main.mjs': 'const greet = (event) => event.id;\nexport default greet;', 'x.txt': '' }, 'main.default'],
    [
      'node',
      { 'main.ts': 'async function greet<T>(e: T) {}\nexport { greet as default };', 'x.txt': '' },
      'main.default',
    ],
    ['node', { 'main.js': 'const greet = async function () {};\nmodule.exports = greet', 'x.txt': '' }, 'main.default'],
    ['node', { 'main.js': 'exports.default = (event) => event.id;', 'x.txt': '' }, 'main.default'],
    ['node', { 'main.ts': 'export default <T,>(event: T) => event;', 'x.txt': '' }, 'main.default'],
    // What is exported is no function: a file of settings is not taken for one.
    [
      'node',
      { 'a.config.js': 'const all = { a: 1 };\nexport default all;', 'b.js': 'export const callme = 1' },
      'b.callme',
    ],
    ['node', { 'main.js': 'class Greet {}\nexport default Greet;', 'x.txt': '' }, undefined],
    ['node', { 'main.js': 'const callmeMaybe = 1', 'x.txt': '' }, undefined],
    ['node', { 'main.py': 'def callme(): pass' }, undefined],
  ];
  for (const [name, files, handler] of folders)
    assert.equal(await runtimes.get(name).guessHandler(folderOf(files)), handler, JSON.stringify(files));
});

test('what is made to be hard to recognise is looked at as quickly', async () => {
  const many = (text: string) => text.repeat(200_000 / text.length);
  const long = [
    '\n',
    ' ',
    'a',
    '(',
    'function ',
    'function <',
    'async ',
    'lambda ',
    'exports = {',
    'export { a, ',
    ': #',
  ];
  const sources = [
    ...long.map(many),
    ...['function', 'export default ', 'const x', 'import x', 'class x', 'def x', 'if x', 'x', 'with x\t'].map(
      (text) => `${text}${many(' ')}.`,
    ),
    `export {${many('a')}`,
    `for ${many(' in ')}.`,
    `from ${many(' import ')}.`,
    `import a${many(',a')}.`,
    `export default x;\nconst x : ${many('= ')}`,
  ];
  for (const source of sources) {
    const before = process.cpuUsage();
    for (const { recognise, guessHandler, fileEndings } of runtimes.all) {
      recognise(source);
      await guessHandler(folderOf({ [`main${fileEndings[0]}`]: source }));
    }
    const { user } = process.cpuUsage(before);
    assert.ok(user < 1_000_000, `${JSON.stringify(source.slice(0, 40))} took ${user / 1_000} ms`);
  }
});
