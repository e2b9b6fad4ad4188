import { driverConformance, type Fixture } from '../driver.conformance.ts';
import { nodeRuntime } from './runtime.ts';

function main(source: string, handler = 'main.callme'): Fixture {
  return { files: { 'main.js': source }, handler };
}

const wait = `const { existsSync } = require('node:fs');
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
`;

driverConformance({
  name: 'node',
  interpreter: () => nodeRuntime.locate(),
  fixtures: {
    fortyTwo: main("function callme() {\n  console.log('Hello serverless world!');\n  return 42;\n}\n"),
    misnamed: main('function callme(event, context) {\n  return event;\n}\n'),
    add: main(`function callme(param1, param2) {
  const numbers = [param1, param2].map((one) => Number.parseInt(one, 10));
  if (numbers.some(Number.isNaN)) throw new TypeError('not a number');
  return numbers[0] + numbers[1];
}`),
    greet: main("const callme = (greeting, name = `world`) => greeting + ' ' + name;"),
    handler: main(
      `exports.handler = async (event, context) => ({
        event, id: context.awsRequestId, name: context.functionName, remainingMs: context.getRemainingTimeInMillis(),
        traceparent: context.traceparent, tracestate: context.tracestate })`,
      'main.handler',
    ),
    prints: main(`function callme() {
  console.log('one\\ntwo'); console.error('three'); process.stdout.write('fo'); process.stdout.write(Buffer.from('ur'));
}`),
    floods: main(
      "function callme(size) { for (let i = 0; i < size; i++) console.log('x'.repeat(1000)); return 'done' }",
    ),
    waits: main(`${wait}function callme(label, path) {
  console.log('start ' + label);
  if (path !== '') do sleep(5); while (!existsSync(path));
  return label;
}`),
    waitsTogether: main(`${wait}async function callme(label, path) {
  console.log('start ' + label);
  while (path !== '' && !existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
  return label;
}`),
    throws: main("// a comment\nfunction callme() {\n  throw new Error('boom');\n}"),
    unencodable: main(`function callme(kind) {
  const cycle = {}; cycle.self = [cycle];
  return { nan: NaN, object: new Map([[1, 2]]), cycle, nested: { list: [1, { deep: NaN }] } }[kind];
}`),
    sized: main("function callme(size) { return 'x'.repeat(size) }"),
    bytes: main('function callme() { return Buffer.from([0, 1, 255]) }'),
    takesBytes: main('function callme(data) { return data.length }'),
    stream: main("async function* callme() { yield 'a'; yield new Uint8Array([255]); yield { n: 1 } }"),
    surroundings: main('function callme() { return [process.env.ANSWER, process.cwd()] }'),
    child: main(`const { spawnSync } = require('node:child_process');
function callme() { return spawnSync('readlink', ['/proc/self/fd/3']).stdout.toString().trim() }`),
    sends: main(`const fob = require('fob');
function callme() {
  fob.send('jobs', 'hello', { key: 'k', delayMs: 5, id: 'i' });
  fob.publish('news', { n: 1 });
  fob.invoke('other', Buffer.from([0, 255]));
  return 'done';
}`),
    sendsTogether: main(`${wait}import('fob').then((it) => { globalThis.fob = it; });
async function callme(label, path) {
  do await new Promise((resolve) => setTimeout(resolve, 1)); while (path !== '' && !existsSync(path));
  fob.send('jobs', label);
  return label;
}`),
    sendsMuch: main(`const { send } = require('fob');
function callme(count, size) { for (let i = 0; i < count; i++) send('jobs', 'x'.repeat(size)); return 'done' }`),
    sendsAtLoad: main("require('fob').send('jobs', 'x'); function callme() {}"),
    reaches: main('async function callme(path) { return (await fetch(process.env.FOB_URL + path)).text() }'),
    syntaxError: main('const x = 1;\nfunction callme( { return 1 }\n'),
    noEntry: main('function other() {}'),
    notFunction: main('const callme = 42;'),
    throwsAtLoad: main("const x = 1;\nthrow new Error('not today');\nfunction callme() {}"),
  },
});
