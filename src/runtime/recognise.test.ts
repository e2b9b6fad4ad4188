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
    ['node', { 'main.js': 'const callmeMaybe = 1', 'x.txt': '' }, undefined],
    ['node', { 'main.py': 'def callme(): pass' }, undefined],
  ];
  for (const [name, files, handler] of folders)
    assert.equal(await runtimes.get(name).guessHandler(folderOf(files)), handler, JSON.stringify(files));
});
