import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PayloadKind } from '../../model/invocation.ts';
import { encodeFrame } from '../frames.ts';
import { FrameType, type Load } from '../protocol.ts';
import { type Answer, invoke, resultOf } from '../testing/driver-session.ts';
import { withDriver } from '../testing/with-driver.ts';
import { pythonRuntime } from './runtime.ts';

type Files = Readonly<Record<string, string>>;

/** One call of a function, in a driver of its own. */
function run(
  files: Files | string,
  payload: unknown = '',
  options: Partial<Load> = {},
  kind: PayloadKind = 'json',
): Promise<Answer> {
  const loading = { files: typeof files === 'string' ? { 'main.py': files } : files, options };
  return withDriver(pythonRuntime, { ...loading, handler: options.handler ?? 'main.callme' }, (session) => {
    session.send(invoke(1, payload, kind));
    return session.answer();
  });
}

async function loadFailure(
  files: Files,
  handler = 'main.callme',
): Promise<{ type: string; message: string; stack: string; line?: number }> {
  try {
    await withDriver(pythonRuntime, { files, handler }, async () => {});
  } catch (error) {
    return JSON.parse((error as Error).message);
  }
  assert.fail('it was loaded');
}

test('entry points are found in files, packages and beside dependencies', async () => {
  const sources: [string, Files, string][] = [
    ['a file named as a standard module', { 'json.py': 'def callme(): return 42' }, 'json.callme'],
    ['a file with a dash', { 'my-func.py': 'def callme(): return 42' }, 'my-func.callme'],
    [
      'a nested file',
      { 'src/app.py': 'from .other import n\ndef callme(): return n', 'src/other.py': 'n = 42' },
      'src/app.callme',
    ],
    [
      'a package',
      { 'pkg/__init__.py': 'from pkg.other import callme', 'pkg/other.py': 'def callme(): return 42' },
      'pkg.callme',
    ],
    [
      'a dependency',
      { 'main.py': 'import dep\ndef callme(): return dep.n', '.fob-python/dep.py': 'n = 42' },
      'main.callme',
    ],
    [
      'a .pth file',
      {
        'main.py': 'import dep\ndef callme(): return dep.n',
        '.fob-python/x.pth': 'more\n',
        '.fob-python/more/dep.py': 'n = 42',
      },
      'main.callme',
    ],
    [
      'names of the driver',
      { 'main.py': 'import wire\ndef callme(): return wire.n', 'wire.py': 'n = 42' },
      'main.callme',
    ],
    ['a callable object', { 'main.py': 'class A:\n  def __call__(self): return 42\ncallme = A()' }, 'main.callme'],
    ['a lambda', { 'main.py': 'callme = lambda: 42' }, 'main.callme'],
    [
      'a dataclass',
      {
        'main.py': 'from dataclasses import dataclass\n@dataclass\nclass A:\n  n: int = 42\ndef callme(): return A().n',
      },
      'main.callme',
    ],
    [
      'a decorated function',
      {
        'main.py':
          'import functools\ndef d(f):\n  @functools.wraps(f)\n  def w(*a, **k): return f(*a, **k)\n  return w\n@d\ndef callme(): return 42',
      },
      'main.callme',
    ],
    [
      'a main guard',
      { 'main.py': 'def callme(): return 42\nif __name__ == "__main__":\n  raise SystemExit(1)' },
      'main.callme',
    ],
  ];
  for (const [what, files, handler] of sources) assert.equal(resultOf(await run(files, '', { handler })), 42, what);
});

test('parameters of every kind take their values', async () => {
  const cases: [string, unknown, unknown][] = [
    ['def callme(a, b=2): return [a, b]', { a: 1 }, [1, 2]],
    ['def callme(a, *, b=2): return [a, b]', { b: 1, a: 3 }, [3, 1]],
    ['def callme(a, /, b): return [a, b]', { b: 1, a: 3 }, [3, 1]],
    ['def callme(a, **others): return [a, others]', { x: 1, a: 3 }, [3, { x: 1 }]],
    ['def callme(a, *others): return [a, others]', { x: 1, a: 3, y: 2 }, [3, [1, 2]]],
    ['def callme(*args, k=1): return [args, k]', { x: 5, k: 2 }, [[5], 2]],
    ['def callme(a=1, /): return a', {}, 1],
    ['import functools\ndef f(a, b): return [a, b]\ncallme = functools.partial(f, 9)', { b: 1 }, [9, 1]],
  ];
  for (const [source, payload, expected] of cases)
    assert.deepEqual(resultOf(await run(source, payload)), expected, source);
  const refused: [string, unknown, RegExp][] = [
    ['def callme(a, *, b): pass', { a: 1 }, /callme takes \(a, b\): missing 'b'/],
    ['def callme(a, b=1, /, *c, d, **e): pass', {}, /callme takes \(a, b=…, \*c, d, \*\*e\): missing 'a'/],
    ['def callme(a=1, b=2, /): pass', { b: 1 }, /'b' needs those before it/],
  ];
  for (const [source, payload, message] of refused) {
    const { error } = await run(source, payload);
    assert.equal(error?.reason, 'bad_parameters', source);
    assert.match(error.message, message);
  }
});

test('annotations convert texts, and check typed values', async () => {
  const source = `from __future__ import annotations
from typing import Optional
def callme(i: int = 0, f: float = 0.0, b: bool = False, s: str = '', l: list[int] = (), d: dict = None, o: Optional[int] = None, x: Unknown = None):
    return [i, f, b, s, list(l), d, o, x]
`;
  const text = { i: ' 12 ', f: '1e3', b: 'Yes', s: '5', l: '[1, 2]', d: '{"a": 1}', o: '7', x: 'as it is' };
  assert.deepEqual(resultOf(await run(source, text, {}, 'text-parameters')), [
    12,
    1000,
    true,
    '5',
    [1, 2],
    { a: 1 },
    7,
    'as it is',
  ]);
  const typed = { i: 12.0, f: 1, b: false, s: '', l: [], d: {}, o: null, x: [1] };
  assert.deepEqual(resultOf(await run(source, typed)), [12, 1, false, '', [], {}, null, [1]]);
  await withDriver(pythonRuntime, { files: { 'main.py': source } }, async (session) => {
    for (const wrong of [
      { i: '1' },
      { i: 1.5 },
      { i: true },
      { f: '1' },
      { b: 1 },
      { s: 1 },
      { l: {} },
      { d: [] },
      { o: 'x' },
    ]) {
      session.send(invoke(1, wrong));
      const { error } = await session.answer();
      assert.equal(error?.reason, 'bad_parameters');
      assert.match(error.message, new RegExp(`parameter '${Object.keys(wrong)[0]}' must be `));
    }
    for (const wrong of [{ i: '1.5' }, { f: 'x' }, { b: 'maybe' }, { l: '{}' }, { d: 'x' }, { o: '' }]) {
      session.send(invoke(1, wrong, 'text-parameters'));
      assert.equal((await session.answer()).error?.reason, 'bad_parameters');
    }
  });
});

test('results that JSON distorts are refused, and others are not', async () => {
  const refused: [string, RegExp][] = [
    ['{1: 2}', /key of type int \(1\)/],
    ['{"a": [{None: 1}]}', /'a\[0\]' has a key of type NoneType/],
    ['{True: 1}', /bool/],
    ['{"a": {1, 2}}', /'a' is of type set/],
    ['object()', /the result is of type object/],
    ['[b"x"]', /'\[0\]' is of type bytes/],
    ['10 ** 5000', /cannot be written as JSON|4300/],
    ['__import__("functools").reduce(lambda d, _: [d], range(100000), [])', /deep/],
  ];
  for (const [expression, message] of refused) {
    const { error } = await run(`def callme(): return ${expression}`);
    assert.equal(error?.reason, 'bad_result', expression);
    assert.match(error.message, message);
  }
  const fine: [string, unknown][] = [
    ['(1, [2.5, None, True], {"ü": "😀"})', [1, [2.5, null, true], { ü: '😀' }]],
    ['"\\ud800"', '\ud800'],
    ['["\\ud800"]', ['\ud800']],
    ['True', true],
    ['1e300', 1e300],
    ['{}', {}],
  ];
  for (const [expression, value] of fine)
    assert.deepEqual(resultOf(await run(`def callme(): return ${expression}`)), value, expression);
});

test('asynchronous functions and generators run in one event loop', async () => {
  const source = `import asyncio
async def callme(n):
    await asyncio.sleep(0)
    return [n, id(asyncio.get_running_loop())]
`;
  await withDriver(pythonRuntime, { files: { 'main.py': source } }, async (session) => {
    session.send(invoke(1, { n: 1 }), invoke(2, { n: 2 }));
    const [first, second] = [resultOf(await session.answer()), resultOf(await session.answer())] as [
      number[],
      number[],
    ];
    assert.deepEqual([first[0], second[0], first[1]], [1, 2, second[1]]);
  });
  const stream = await run(
    'import asyncio\nasync def callme():\n  for i in range(3):\n    await asyncio.sleep(0)\n    yield str(i)',
  );
  assert.equal(Buffer.concat(stream.chunks.map((chunk) => chunk.payload)).toString(), '012');
  const wrapped = 'async def f(n): return n\ndef callme(n): return f(n)';
  assert.equal(resultOf(await run(wrapped, { n: 5 })), 5);
});

test('asynchronous calls run together, keep their prints apart, and can be cancelled', async () => {
  const source = `import asyncio
event = asyncio.Event()
async def callme(wait):
    print('wait' if wait else 'set')
    if wait:
        await event.wait()
    else:
        event.set()
`;
  await withDriver(
    pythonRuntime,
    { files: { 'main.py': source }, options: { sandboxConcurrency: 3 } },
    async (session) => {
      session.send(invoke(1, { wait: true }), invoke(2, { wait: true }));
      assert.deepEqual([(await session.next()).call, (await session.next()).call], [1, 2]);
      session.send(encodeFrame(FrameType.cancel, 1));
      const cancelled = await session.answer();
      assert.deepEqual([cancelled.call, cancelled.error?.reason], [1, 'cancelled']);
      session.send(invoke(3, { wait: false }));
      const answers = [await session.answer(), await session.answer()];
      assert.deepEqual(answers.map((answer) => answer.call).toSorted(), [2, 3]);
      assert.deepEqual(
        answers.flatMap((answer) => answer.logs.map(({ call, text }) => [call, text])),
        [[3, 'set']],
      );
    },
  );
});

test('prints have levels by where they come from', async () => {
  const source = `import logging, sys, threading
logging.basicConfig(level=logging.DEBUG, format='%(name)s %(message)s')
log = logging.getLogger('mine')
def callme():
    print('out')
    print('err', file=sys.stderr)
    log.debug('d'); log.info('i'); log.warning('w'); log.error('e\\nmore'); log.critical('c')
    thread = threading.Thread(target=print, args=('thread',))
    thread.start()
    thread.join()
    print('no end', end='')
`;
  const { logs } = await run(source);
  assert.deepEqual(
    logs.map(({ stream, level, text }) => [stream, level, text]),
    [
      [1, 2, 'out'],
      [2, 4, 'err'],
      [2, 1, 'mine d'],
      [2, 2, 'mine i'],
      [2, 3, 'mine w'],
      [2, 4, 'mine e'],
      [2, 4, 'more'],
      [2, 5, 'mine c'],
      [1, 2, 'thread'],
      [1, 2, 'no end'],
    ],
  );
});

test('a very long line is cut, and a flood costs bounded memory', async () => {
  const { logs } = await run("def callme(): print('ä' * 50_000)");
  assert.deepEqual(
    logs.map(({ text }) => text.length),
    [32_768, 17_232],
  );
  const flood = `import resource
def callme():
    line = 'x' * 1_048_575
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for i in range(1000):
        print(line)
        print(line, end='')
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
`;
  const answer = await run(flood);
  assert.match(answer.logs.at(-1)!.text, /were dropped/);
  assert.ok((resultOf(answer) as number) < 50_000);
});

test('errors of every kind are described, and the driver goes on', async () => {
  const source = `import json, sys
def fail(kind):
    if kind == 'exit':
        exit(3)
    if kind == 'chain':
        try:
            {}['missing']
        except KeyError as error:
            raise RuntimeError('outer') from error
    if kind == 'deep':
        fail(kind)
    if kind == 'library':
        json.loads('{')
    if kind == 'hostile':
        class Hostile(Exception):
            def __str__(self):
                raise Exception('never')
        raise Hostile()
    raise KeyboardInterrupt()

def handler(event, context):
    fail(event)
`;
  await withDriver(pythonRuntime, { files: { 'main.py': source }, handler: 'main.handler' }, async (session) => {
    const failure = async (kind: string) => {
      session.send(invoke(1, JSON.stringify(kind)));
      const { error } = await session.answer();
      assert.equal(error?.reason, 'exception', kind);
      return error;
    };
    assert.match((await failure('exit')).message, /sys\.exit\(3\)/);
    const chain = await failure('chain');
    assert.match(
      chain.stack,
      /KeyError: 'missing'[\s\S]*direct cause[\s\S]*File "\/code\/main.py", line 9, in fail\n {4}raise RuntimeError\('outer'\) from error\nRuntimeError: outer$/,
    );
    assert.equal(chain.line, 9);
    const deep = await failure('deep');
    assert.equal(deep.type, 'RecursionError');
    assert.ok(deep.stack.length < 10_000);
    const library = await failure('library');
    assert.equal(library.line, 13);
    assert.match(library.stack, /json\/decoder\.py/);
    assert.equal((await failure('hostile')).type, 'Hostile');
    assert.equal((await failure('other')).type, 'KeyboardInterrupt');
  });
});

test('a forked child cannot speak for its parent', async () => {
  const source = `import os
def callme():
    child = os.fork()
    if child == 0:
        print('from the child')
        return 'the child'
    os.waitpid(child, 0)
    return 'the parent'
`;
  await withDriver(pythonRuntime, { files: { 'main.py': source } }, async (session) => {
    session.send(invoke(1), invoke(2));
    const answers = [await session.answer(), await session.answer()];
    assert.deepEqual(
      answers.map((answer) => [answer.call, resultOf(answer), answer.logs]),
      [
        [1, 'the parent', []],
        [2, 'the parent', []],
      ],
    );
  });
});

test('code that cannot be loaded is explained', async () => {
  const syntax = await loadFailure({ 'main.py': 'x = 1\nif x\n  pass\n' });
  assert.deepEqual([syntax.type, syntax.line], ['SyntaxError', 2]);
  assert.match(syntax.message, /\(main\.py, line 2\)/);
  assert.match(syntax.stack, /File "\/code\/main\.py", line 2\n {4}if x\n/);
  const imported = await loadFailure({ 'main.py': 'import other\n', 'other.py': 'x = (\n' });
  assert.match(imported.stack, /\/code\/other\.py/);
  assert.match((await loadFailure({ 'main.py': 'class callme: pass' })).message, /class, not a function/);
  assert.match((await loadFailure({ 'main.py': 'import absent' })).message, /No module named 'absent'/);
  assert.match((await loadFailure({ 'main.py': 'import sys\nsys.exit(1)' })).message, /sys\.exit\(1\)/);
  assert.equal((await loadFailure({ 'main.py': '\ufeff# fine\nraise ValueError("x")' })).line, 2);
  assert.equal((await loadFailure({ 'main.py': 'x = "\0"' })).type.length > 0, true);
});
