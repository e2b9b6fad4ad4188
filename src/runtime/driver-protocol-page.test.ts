import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeLog, decodeResult, encodeFrame, encodeInvoke, type Frame } from './frames.ts';
import { nodeRuntime } from './node/runtime.ts';
import { FrameType, type FrameTypeNumber } from './protocol.ts';
import { DriverSession } from './testing/driver-session.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'driver-protocol.md');
const BLOCK = /(<!-- conversation -->\n```text\n)[\s\S]*?(```\n)/;
const SOURCE = "function callme(a, b = 1) {\n  console.log('adding');\n  return a + b;\n}\n";
const INVOCATION = Buffer.from('0193a5d27c0f7000a1b2c3d4e5f60718', 'hex');
/** What differs from run to run is shown as if it were this. */
const SHOWN = { timeMs: 1_764_000_000_000, durationUs: 57, runtimeVersion: '24.0.0', codeFolder: '/code' };

/** One part of a frame, as the page shows it. */
type Part = readonly [bytes: Buffer, meaning: string];

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const names = Object.fromEntries(Object.entries(FrameType).map(([name, number]) => [number, name.toUpperCase()]));

/** A frame as lines of bytes and their meanings. The parts of the body must be all of it. */
function show(direction: string, frame: Buffer, body: readonly Part[]): string[] {
  const type = frame[4]!;
  const parts: Part[] = [
    [frame.subarray(0, 4), `length ${frame.readUInt32BE(0)}`],
    [frame.subarray(4, 5), `type ${type}, ${names[type]}`],
    [frame.subarray(5, 9), `call ${frame.readUInt32BE(5)}`],
    ...body,
  ];
  assert.deepEqual(Buffer.concat(parts.map(([bytes]) => bytes)), frame);
  return [direction, ...parts.filter(([bytes]) => bytes.length > 0).flatMap(showPart), ''];
}

function showPart([bytes, meaning]: Part): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const hex = bytes
      .subarray(at, at + 16)
      .toString('hex')
      .replace(/../g, '$& ')
      .trimEnd();
    const row = meaning === TEXT ? asText(bytes.subarray(at, at + 16)) : at === 0 ? meaning : '';
    rows.push(`  ${hex.padEnd(47)}  ${row}`.trimEnd());
  }
  return rows;
}

const TEXT = 'text';
const text = (bytes: Buffer): Part => [bytes, TEXT];

function asText(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
}

/** Has a real driver say its frames; those of the page differ from them only by `SHOWN`. */
async function conversation(): Promise<string> {
  const session = new DriverSession(await nodeRuntime.locate());
  const lines: string[] = [];
  const toEngine = (frame: Frame, body: readonly Part[]): void => {
    const bytes = Buffer.concat(body.map(([part]) => part));
    lines.push(...show('driver → engine', encodeFrame(frame.type as FrameTypeNumber, frame.call, bytes), body));
  };
  try {
    const hello = await session.next();
    const said = JSON.parse(hello.body.toString());
    toEngine(hello, [text(Buffer.from(JSON.stringify({ ...said, runtimeVersion: SHOWN.runtimeVersion })))]);

    const load = await session.loadFrame({ 'main.js': SOURCE }, 'main.callme');
    session.send(load);
    const order = JSON.parse(load.toString('utf8', 9));
    const shownLoad = Buffer.from(JSON.stringify({ ...order, function: 'add', codeFolder: SHOWN.codeFolder }));
    lines.push(...show('engine → driver', encodeFrame(FrameType.load, 0, shownLoad), [text(shownLoad)]));
    const loaded = await session.next();
    toEngine(loaded, [text(loaded.body)]);

    const payload = Buffer.from('{"a":41}');
    const first = encodeInvoke(1, INVOCATION, 30_000, 'json', '', payload);
    session.send(first);
    const parts: Part[] = [
      [INVOCATION, 'invocation id'],
      [u32(30_000), 'timeout 30000 ms'],
      [Buffer.from([0]), 'payload kind 0, JSON'],
      [Buffer.from([0, 0]), 'no meta'],
    ];
    lines.push(...show('engine → driver', first, [...parts, text(payload)]));

    const log = await session.next();
    const line = decodeLog(log.body);
    assert.deepEqual([line.stream, line.level, log.body.length], [1, 2, 16]);
    const time = Buffer.alloc(8);
    time.writeDoubleBE(SHOWN.timeMs);
    toEngine(log, [
      [log.body.subarray(0, 1), 'stream 1, standard output'],
      [log.body.subarray(1, 2), 'level 2, info'],
      [time, `time ${SHOWN.timeMs} ms`],
      text(log.body.subarray(10)),
    ]);

    const result = await session.next();
    assert.equal(decodeResult(result.body).contentType, 'application/json');
    toEngine(result, [
      [u32(SHOWN.durationUs), `the function took ${SHOWN.durationUs} µs`],
      [result.body.subarray(4, 6), 'no content type: application/json'],
      text(result.body.subarray(6)),
    ]);

    const wrong = encodeInvoke(2, INVOCATION, 30_000, 'text-parameters', '', Buffer.from('{"c":"1"}'));
    session.send(wrong);
    const kind: Part = [Buffer.from([1]), 'payload kind 1, texts by name'];
    lines.push(...show('engine → driver', wrong, [parts[0]!, parts[1]!, kind, parts[3]!, text(wrong.subarray(32))]));
    const error = await session.next();
    const failure = { ...JSON.parse(error.body.toString()), durationUs: SHOWN.durationUs };
    toEngine(error, [text(Buffer.from(JSON.stringify(failure)))]);
    return `${lines.join('\n').trimEnd()}\n`;
  } finally {
    await session.close();
  }
}

test('the conversation in docs/reference/driver-protocol.md is what a driver says', async () => {
  const page = await readFile(PAGE, 'utf8');
  const fresh = page.replace(BLOCK, `$1${(await conversation()).replaceAll('$', '$$$$')}$2`);
  assert.match(page, BLOCK);
  if (process.env.UPDATE_PAGES === '1') await writeFile(PAGE, fresh);
  else assert.equal(page, fresh, 'run this test with UPDATE_PAGES=1 to write the page anew');
});
