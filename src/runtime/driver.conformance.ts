import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { encodeFrame } from './frames.ts';
import {
  type DriverError,
  FrameType,
  type Hello,
  type Load,
  type Loaded,
  OUTBOX_LIMITS,
  PROTOCOL_VERSION,
} from './protocol.ts';
import type { Interpreter } from './runtime.ts';
import { type Answer, DriverSession, invoke, resultOf } from './testing/driver-session.ts';

/** A function for the suite, written in the driver's language: its files, by name, and its handler. */
export interface Fixture {
  readonly files: Readonly<Record<string, string>>;
  readonly handler: string;
}

/** The functions that the suite runs. Each must do in its language what is said here. */
interface DriverFixtures {
  /** `callme()` prints `Hello serverless world!` and returns 42. */
  readonly fortyTwo: Fixture;
  /** `callme(param1, param2)` returns the sum of both made integers; other texts than numbers raise the language's type or value error. */
  readonly add: Fixture;
  /** `callme(event, context)`, as functions of other names are written. */
  readonly misnamed: Fixture;
  /** `callme(greeting, name = 'world')` returns `<greeting> <name>`. */
  readonly greet: Fixture;
  /** `handler(event, context)` returns `{ event, id, name, remainingMs, traceparent, tracestate }`, from the context. */
  readonly handler: Fixture;
  /** Prints `one` and `two` to the standard output, `three` to the error output, `four` without a line end to the output; returns nothing. */
  readonly prints: Fixture;
  /** `callme(path, size)` prints `size` lines of 1000 characters, then returns `done`. */
  readonly floods: Fixture;
  /** `callme(label, path)` prints `start <label>`, returns the label: at once where `path` is empty, else after blocking its thread for 5 ms and until the file `path` exists. */
  readonly waits: Fixture;
  /** As `waits`, without blocking other calls of the same process. */
  readonly waitsTogether: Fixture;
  /** `callme()` raises an exception whose message is `boom`, in line 3 of its file. */
  readonly throws: Fixture;
  /** `callme(kind)` returns what cannot be JSON: `nan`, `object` (one that JSON has no form for), `cycle`, `nested` (NaN deep within). */
  readonly unencodable: Fixture;
  /** `callme(size)` returns a text of that many characters `x`. */
  readonly sized: Fixture;
  /** `callme()` returns the three bytes 0, 1, 255. */
  readonly bytes: Fixture;
  /** `callme(data)` returns the number of bytes that it was given. */
  readonly takesBytes: Fixture;
  /** `callme()` yields the text `a`, the byte 255, and the value `{"n": 1}`. */
  readonly stream: Fixture;
  /** `callme()` returns `[environment variable ANSWER, current folder]`. */
  readonly surroundings: Fixture;
  /** `callme()` returns what `readlink /proc/self/fd/3` prints in a child process, without the line end. */
  readonly child: Fixture;
  /**
   * `callme()` sends, through its outbox: the text `hello` to the queue `jobs` with the key `k`, a delay of 5 ms and the id
   * `i`; the value `{"n":1}` to the topic `news`; the bytes 0 and 255 to the function `other`. It returns `done`.
   */
  readonly sends: Fixture;
  /** As `waitsTogether`, but then sends its label as a text to the queue `jobs`, and prints nothing. */
  readonly sendsTogether: Fixture;
  /** `callme(count, size)` sends so many texts of so many characters to the queue `jobs`, and returns `done`. */
  readonly sendsMuch: Fixture;
  /** Sends to a queue while it is loaded. */
  readonly sendsAtLoad: Fixture;
  /** `callme(path)` makes a GET request for `FOB_URL + path` and returns the text of the answer. */
  readonly reaches: Fixture;
  /** A syntax error in line 2. */
  readonly syntaxError: Fixture;
  /** Defines `other` and no `callme`. */
  readonly noEntry: Fixture;
  /** `callme` is the number 42. */
  readonly notFunction: Fixture;
  /** Raises an exception whose message is `not today` while it is loaded, in line 2. */
  readonly throwsAtLoad: Fixture;
}

/** Runs a driver through all of the protocol, with its real interpreter over a socket pair. */
export function driverConformance(driver: {
  readonly name: string;
  readonly interpreter: () => Promise<Interpreter>;
  readonly fixtures: DriverFixtures;
}): void {
  const { fixtures } = driver;
  const sessions: DriverSession[] = [];

  /** A driver that has said HELLO. */
  async function start(): Promise<DriverSession> {
    const session = new DriverSession(await driver.interpreter());
    sessions.push(session);
    assert.equal((await session.next()).type, FrameType.hello);
    return session;
  }

  /** A driver that has loaded a fixture. */
  async function started(fixture: Fixture, options: Partial<Load> = {}): Promise<DriverSession> {
    const session = await start();
    const frame = await session.load(fixture.files, fixture.handler, options);
    assert.equal(frame.type, FrameType.loaded, frame.body.toString());
    return session;
  }

  async function call(session: DriverSession, ...args: Parameters<typeof invoke>): Promise<Answer> {
    session.send(invoke(...args));
    return session.answer();
  }

  async function loadError(fixture: Fixture): Promise<DriverError> {
    const session = await start();
    const frame = await session.load(fixture.files, fixture.handler);
    assert.equal(frame.type, FrameType.error);
    assert.equal(frame.call, 0);
    const error = JSON.parse(frame.body.toString()) as DriverError;
    assert.equal(error.reason, 'load_failed');
    assert.equal(error.durationUs, 0);
    return error;
  }

  describe(`${driver.name} driver`, () => {
    after(() => Promise.all(sessions.map((session) => session.close())));

    test('says HELLO with its protocol and its runtime, unasked', async () => {
      const session = new DriverSession(await driver.interpreter());
      sessions.push(session);
      const { type, call: number, body } = await session.next();
      assert.deepEqual({ type, number }, { type: FrameType.hello, number: 0 });
      const hello = JSON.parse(body.toString()) as Hello;
      assert.equal(hello.protocol, PROTOCOL_VERSION);
      assert.match(hello.runtimeVersion, /^\d+\.\d+/);
      assert.equal(hello.runtime, driver.name);
    });

    test('answers LOAD with the names of the parameters', async () => {
      const session = await start();
      const frame = await session.load(fixtures.add.files, fixtures.add.handler);
      assert.equal(frame.type, FrameType.loaded);
      assert.equal(frame.call, 0);
      assert.deepEqual((JSON.parse(frame.body.toString()) as Loaded).parameters, ['param1', 'param2']);
    });

    test('runs a call: what it printed, then its result with the time it took', async () => {
      const session = await started(fixtures.fortyTwo);
      const before = Date.now();
      const answer = await call(session, 7);
      assert.equal(answer.call, 7);
      assert.equal(resultOf(answer), 42);
      assert.equal(answer.contentType, 'application/json');
      assert.ok(answer.durationMs! >= 0 && answer.durationMs! <= 30_000);
      const [line, ...more] = answer.logs;
      assert.deepEqual(more, []);
      assert.deepEqual(
        { ...line, timeMs: 0 },
        { call: 7, stream: 1, level: 2, timeMs: 0, text: 'Hello serverless world!' },
      );
      assert.ok(line!.timeMs >= before - 1 && line!.timeMs <= Date.now() + 1);
    });

    test('takes calls that were sent together with LOAD, and before LOADED', async () => {
      const session = await start();
      session.send(await session.loadFrame(fixtures.fortyTwo.files, fixtures.fortyTwo.handler), invoke(1), invoke(2));
      assert.equal((await session.next()).type, FrameType.loaded);
      assert.equal((await session.answer()).call, 1);
      assert.equal((await session.answer()).call, 2);
    });

    test('takes a stream in whatever pieces it comes', async () => {
      const session = await start();
      const load = await session.loadFrame(fixtures.add.files, fixtures.add.handler);
      const bytes = Buffer.concat([load, ...[1, 2, 3].map((n) => invoke(n, { param1: n, param2: n }))]);
      for (let at = 0; at < bytes.length; at += 3) {
        session.send(bytes.subarray(at, at + 3));
        // Lets the piece leave on its own.
        await new Promise(setImmediate);
      }
      assert.equal((await session.next()).type, FrameType.loaded);
      for (const n of [1, 2, 3]) assert.equal(resultOf(await session.answer()), 2 * n);
    });

    test('passes values by name, with defaults, and texts as texts', async () => {
      const session = await started(fixtures.greet);
      assert.equal(resultOf(await call(session, 1, { name: 'Ada', greeting: 'hello' })), 'hello Ada');
      assert.equal(resultOf(await call(session, 2, { greeting: 'good bye' })), 'good bye world');
      const sums = await started(fixtures.add);
      assert.equal(resultOf(await call(sums, 1, { param1: '1', param2: '1' }, 'text-parameters')), 2);
    });

    test('takes of offered values those that it has parameters for', async () => {
      const offered = { name: 'Ada', greeting: 'hello', event: { id: '1' }, toString: 'x' };
      assert.equal(resultOf(await call(await started(fixtures.greet), 1, offered, 'offered-parameters')), 'hello Ada');
      assert.equal(resultOf(await call(await started(fixtures.fortyTwo), 1, offered, 'offered-parameters')), 42);
      const { error } = await call(await started(fixtures.add), 1, { param1: 1, event: {} }, 'offered-parameters');
      assert.match(error?.message ?? '', /missing 'param2'/);
    });

    test('refuses what does not fit the parameters, and names them', async () => {
      const session = await started(fixtures.add);
      const wrong: [unknown, RegExp][] = [
        [{ param1: 1 }, /missing 'param2'/],
        ['', /missing 'param1'/],
        [{ param1: 1, param2: 2, param3: 3 }, /unknown parameter 'param3'/],
        [[1, 2], /JSON object/],
      ];
      for (const [payload, message] of wrong) {
        const { error } = await call(session, 1, payload);
        assert.equal(error?.reason, 'bad_parameters');
        assert.match(error.message, message);
        assert.match(error.message, /param1.*param2/);
      }
      const raised = (await call(session, 2, { param1: 'x', param2: 'y' }, 'text-parameters')).error;
      assert.equal(raised?.reason, 'bad_parameters');
      assert.match(raised.message, /param1.*param2/);
      for (const payload of ['{"param1":', '{} {}', 'nonsense', '{"a": NaN}', Buffer.from([0x22, 0xff, 0x22])]) {
        const { error } = await call(session, 3, payload);
        assert.equal(error?.reason, 'bad_parameters');
        assert.match(error.message, /not valid JSON/);
      }
      const misnamed = await started(fixtures.misnamed);
      for (const payload of [{ item: 'tea' }, '']) {
        const { error } = await call(misnamed, 1, payload);
        assert.match(error?.message ?? '', /takes the whole event is not named callme, but handler$/);
      }
      const nullary = await started(fixtures.fortyTwo);
      const { error } = await call(nullary, 1, { extra: 1 });
      assert.equal(error?.reason, 'bad_parameters');
      assert.match(error.message, /takes no parameters/);
    });

    test('gives a handler its event and its context', async () => {
      const session = await started(fixtures.handler);
      const given = { a: [1, 'ä', null, { '😀': true }] };
      const value = resultOf(await call(session, 17, given)) as Record<string, unknown>;
      assert.deepEqual(value.event, given);
      assert.equal(value.id, '11111111-1111-1111-1111-111111111111');
      assert.equal(value.name, 'under-test');
      const { remainingMs } = value as { remainingMs: number };
      assert.ok(remainingMs > 0 && remainingMs <= 30_000);
      assert.deepEqual((resultOf(await call(session, 18)) as { event: unknown }).event, {});
      const meta = JSON.stringify({ contentType: 'image/png' });
      assert.deepEqual(
        (resultOf(await call(session, 19, Buffer.from([0, 255]), 'binary', meta)) as { event: unknown }).event,
        {
          body: 'AP8=',
          isBase64Encoded: true,
          headers: { 'content-type': 'image/png' },
        },
      );
    });

    test('tells a handler its trace, which an invocation without one begins with its own id', async () => {
      const session = await started(fixtures.handler);
      const traced = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };
      const given = resultOf(await call(session, 1, {}, 'json', JSON.stringify(traced))) as typeof traced;
      assert.deepEqual([given.traceparent, given.tracestate], [traced.traceparent, traced.tracestate]);
      const begun = resultOf(await call(session, 18)) as typeof traced;
      assert.equal(begun.traceparent, `00-${'12'.repeat(16)}-${'12'.repeat(8)}-00`);
      assert.equal(begun.tracestate ?? undefined, undefined);
    });

    test('takes and gives bytes', async () => {
      const session = await started(fixtures.bytes);
      const answer = await call(session, 1);
      assert.equal(answer.contentType, 'application/octet-stream');
      assert.deepEqual([...answer.payload!], [0, 1, 255]);
      const taker = await started(fixtures.takesBytes);
      assert.equal(resultOf(await call(taker, 1, Buffer.from([0, 1, 255]), 'binary')), 3);
      assert.equal(resultOf(await call(taker, 2, Buffer.alloc(5_000_000), 'binary')), 5_000_000);
    });

    test('sends what is printed line by line, in order, and the rest at the end', async () => {
      const session = await started(fixtures.prints);
      const answer = await call(session, 1);
      assert.equal(resultOf(answer), null);
      const lines = answer.logs.map(({ stream, text }) => `${stream} ${text}`);
      assert.deepEqual(lines, ['1 one', '1 two', '2 three', '1 four']);
    });

    test('keeps what one call prints within its limit, and says what it dropped', async () => {
      const session = await started(fixtures.floods, { maxLogBytes: 10_000 });
      const { logs } = await call(session, 1, { size: 100 });
      assert.equal(logs.length, 11);
      assert.match(logs.at(-2)!.text, /limited to 10000 bytes: what follows is dropped/);
      assert.match(logs.at(-1)!.text, /^91 more lines \(91091 bytes\) were dropped/);
      assert.equal((await call(session, 2, { size: 9 })).logs.length, 9);
    });

    test('answers a call before it starts the next', async () => {
      const session = await started(fixtures.waits);
      const gate = session.path('gate');
      session.send(
        invoke(1, { label: 'a', path: '' }),
        invoke(2, { label: 'b', path: gate }),
        invoke(3, { label: 'c', path: '' }),
      );
      const first = await session.answer();
      assert.deepEqual([first.call, resultOf(first)], [1, 'a']);
      assert.deepEqual(
        first.logs.map(({ text }) => text),
        ['start a'],
      );
      const begun = await session.next();
      assert.deepEqual([begun.type, begun.call], [FrameType.log, 2]);
      await writeFile(gate, '');
      const second = await session.answer();
      assert.deepEqual([second.call, second.logs], [2, []]);
      const third = await session.answer();
      assert.deepEqual([third.call, third.logs.map(({ text }) => text)], [3, ['start c']]);
    });

    test('drops a call that is cancelled before it starts, and takes CANCEL of anything else in its stride', async () => {
      const session = await started(fixtures.waits);
      const gate = session.path('gate');
      session.send(
        invoke(1, { label: 'a', path: gate }),
        invoke(2, { label: 'b', path: '' }),
        invoke(3, { label: 'c', path: '' }),
      );
      assert.equal((await session.next()).type, FrameType.log);
      session.send(encodeFrame(FrameType.cancel, 2), encodeFrame(FrameType.cancel, 99));
      await writeFile(gate, '');
      const answers = [await session.answer(), await session.answer(), await session.answer()];
      const dropped = answers.find((answer) => answer.call === 2);
      assert.equal(dropped?.error?.reason, 'cancelled');
      assert.equal(dropped.error.durationUs, 0);
      assert.deepEqual(answers.filter((answer) => answer.call !== 2).map(resultOf), ['a', 'c']);
      assert.ok(!answers.some(({ logs }) => logs.some(({ text }) => text === 'start b')));
      session.send(encodeFrame(FrameType.cancel, 1));
      assert.equal(resultOf(await call(session, 4, { label: 'd', path: '' })), 'd');
    });

    test('runs several calls at once where it may, and keeps apart what they print', async () => {
      const session = await started(fixtures.waitsTogether, { sandboxConcurrency: 2 });
      const gate = session.path('gate');
      session.send(
        invoke(1, { label: 'a', path: gate }),
        invoke(2, { label: 'b', path: '' }),
        invoke(3, { label: 'c', path: '' }),
      );
      const answers = [await session.answer(), await session.answer()];
      assert.deepEqual(
        answers.map(({ call }) => call),
        [2, 3],
      );
      await writeFile(gate, '');
      answers.push(await session.answer());
      assert.deepEqual(answers.map(resultOf), ['b', 'c', 'a']);
      const lines = answers.flatMap(({ logs }) => logs.map(({ call, text }) => `${call} ${text}`));
      assert.deepEqual(lines.toSorted(), ['1 start a', '2 start b', '3 start c']);
    });

    test('reports an exception in the lines of the function, and goes on', async () => {
      const session = await started(fixtures.throws);
      for (const number of [1, 2]) {
        const { error } = await call(session, number);
        assert.equal(error?.reason, 'exception');
        assert.equal(error.message, 'boom');
        assert.notEqual(error.type, '');
        assert.equal(error.line, 3);
        assert.match(error.stack, /\/code\/main\.\w+/);
        assert.doesNotMatch(error.stack, /fob_driver|driver\/|node:internal|fob-driver-/);
      }
    });

    test('refuses a result that JSON cannot hold', async () => {
      const session = await started(fixtures.unencodable);
      for (const kind of ['nan', 'object', 'cycle', 'nested']) {
        const { error } = await call(session, 1, { kind });
        assert.equal(error?.reason, 'bad_result', kind);
        assert.notEqual(error.message, '');
      }
      assert.match((await call(session, 2, { kind: 'nested' })).error!.message, /list\[1\]\.deep/);
    });

    test('sends a result up to the limit, and refuses a larger one with both sizes', async () => {
      const session = await started(fixtures.sized, { maxResultBytes: 100_000 });
      assert.equal((resultOf(await call(session, 1, { size: 99_998 })) as string).length, 99_998);
      const { error } = await call(session, 2, { size: 99_999 });
      assert.equal(error?.reason, 'result_too_large');
      assert.match(error.message, /100001.*100000/);
    });

    test('streams what is yielded, then an empty result', async () => {
      const session = await started(fixtures.stream);
      const answer = await call(session, 5);
      const parts = answer.chunks.map((chunk) => [chunk.call, chunk.contentType, chunk.payload.toString('latin1')]);
      assert.deepEqual(parts, [
        [5, 'text/plain; charset=utf-8', 'a'],
        [5, 'application/octet-stream', '\xff'],
        [5, 'application/x-ndjson', '{"n":1}\n'],
      ]);
      assert.equal(answer.payload!.length, 0);
    });

    test('sends what the function puts in its outbox, in order and before the result', async () => {
      const session = await started(fixtures.sends);
      for (const number of [3, 4]) {
        const answer = await call(session, number);
        assert.equal(resultOf(answer), 'done');
        const items = answer.emitted.map((item) => [item.call, item.meta, item.content.toString('latin1')]);
        const queued = {
          destination: 'queue:jobs',
          contentType: 'text/plain; charset=utf-8',
          key: 'k',
          delayMs: 5,
          deduplicationId: 'i',
        };
        assert.deepEqual(items, [
          [number, queued, 'hello'],
          [number, { destination: 'topic:news', contentType: 'application/json' }, '{"n":1}'],
          [number, { destination: 'function:other', contentType: 'application/octet-stream' }, '\0\xff'],
        ]);
      }
    });

    test('keeps apart what several calls at once send', async () => {
      const session = await started(fixtures.sendsTogether, { sandboxConcurrency: 2 });
      const gate = session.path('gate');
      session.send(
        invoke(1, { label: 'a', path: gate }),
        invoke(2, { label: 'b', path: '' }),
        invoke(3, { label: 'c', path: '' }),
      );
      const answers = [await session.answer(), await session.answer()];
      await writeFile(gate, '');
      answers.push(await session.answer());
      const sent = answers.flatMap(({ emitted }) => emitted.map(({ call, content }) => `${call} ${content}`));
      assert.deepEqual(sent.toSorted(), ['1 a', '2 b', '3 c']);
    });

    test('refuses what is too much for one call, and begins anew with the next', async () => {
      const session = await started(fixtures.sendsMuch, { maxResultBytes: 100_000 });
      const most = await call(session, 1, { count: OUTBOX_LIMITS.items, size: 1 });
      assert.equal(resultOf(most), 'done');
      assert.equal(most.emitted.length, OUTBOX_LIMITS.items);
      const tooMany = await call(session, 2, { count: OUTBOX_LIMITS.items + 1, size: 1 });
      assert.equal(tooMany.error?.reason, 'exception');
      assert.match(tooMany.error.message, /1000 messages/);
      const tooLarge = await call(session, 3, { count: 1, size: 100_001 });
      assert.match(tooLarge.error!.message, /100001 .*100000/);
      const together = await call(session, 4, { count: 63, size: 100_000 });
      assert.match(together.error!.message, /6291456 bytes/);
      assert.equal(together.emitted.length, 62);
      assert.equal(resultOf(await call(session, 5, { count: 1, size: 100_000 })), 'done');
    });

    test('sends nothing outside of an invocation', async () => {
      assert.match((await loadError(fixtures.sendsAtLoad)).message, /outside of an invocation/);
    });

    test('passes the connections of the function on to the socket of its services', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fob-services-'));
      const large = 'x'.repeat(3_000_000);
      const server = createServer((req, res) => res.end(req.url === '/large' ? large : `you asked for ${req.url}`));
      const socket = join(folder, 'services');
      try {
        await once(server.listen(socket), 'listening');
        const services = { socket, addressVariables: ['FOB_URL', 'OTHER_URL'] };
        const session = await started(fixtures.reaches, { services });
        assert.equal(resultOf(await call(session, 1, { path: '/a/b?c' })), 'you asked for /a/b?c');
        assert.equal(resultOf(await call(session, 2, { path: '/large' })), large);
        await session.close();
      } finally {
        server.close();
        server.closeAllConnections();
        await rm(folder, { recursive: true });
      }
    });

    test('gives the function its environment and its folder', async () => {
      const session = await started(fixtures.surroundings, { environment: { ANSWER: '42' } });
      const [answer, folder] = resultOf(await call(session, 1)) as [string, string];
      assert.equal(answer, '42');
      assert.equal(folder, session.path('').replace(/\/$/, ''));
    });

    test('keeps its socket from child processes', async () => {
      const session = await started(fixtures.child);
      assert.equal(resultOf(await call(session, 1)), '');
    });

    test('says what is wrong with code that cannot be loaded', async () => {
      const syntax = await loadError(fixtures.syntaxError);
      assert.equal(syntax.type, 'SyntaxError');
      assert.equal(syntax.line, 2);
      assert.match(syntax.stack, /\/code\/main/);
      assert.match((await loadError(fixtures.noEntry)).message, /callme.*other/);
      assert.match((await loadError(fixtures.notFunction)).message, /callme.*not a function/);
      const thrown = await loadError(fixtures.throwsAtLoad);
      assert.equal(thrown.message, 'not today');
      assert.equal(thrown.line, 2);
      const missing = await loadError({ files: fixtures.add.files, handler: 'absent.callme' });
      assert.match(missing.message, /absent.*main/);
    });

    test('ends when the engine closes the connection', async () => {
      const session = await started(fixtures.fortyTwo);
      session.channel.destroy();
      assert.equal(await session.exited, 0);
    });
  });
}
