import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';

interface Parameter {
  readonly kind: 'name' | 'pattern' | 'rest';
  readonly name?: string;
  readonly optional?: boolean;
  readonly names?: readonly Parameter[];
}

type Functionlike = (...values: never[]) => unknown;

const { parametersOf, createBinder } = createRequire(import.meta.url)('./driver/parameters.cjs') as {
  parametersOf(fn: Functionlike): readonly Parameter[] | undefined;
  createBinder(label: string, fn: Functionlike): { names: string[]; takes: string; bind(values: object): unknown[] };
};

/** A parameter list as text: `a`, `b=` (optional), `...c`, `{d,e=}`. */
function shown(source: string): string | undefined {
  const fn = new Function(`return (${source})`)() as Functionlike;
  const show = ({ kind, name, optional, names }: Parameter): string =>
    kind === 'rest'
      ? `...${name}`
      : kind === 'pattern'
        ? `{${names!.map(show).join()}}`
        : optional
          ? `${name}=`
          : name!;
  return parametersOf(fn)?.map(show).join();
}

test('parameters are read from every form of function', () => {
  const cases: [string, string | undefined][] = [
    ['function () {}', ''],
    ['function named(a, b) {}', 'a,b'],
    ['function(a,b,){}', 'a,b'],
    ['async function (a) {}', 'a'],
    ['function* (a) {}', 'a'],
    ['async function * named ( a , b ) {}', 'a,b'],
    ['a => a', 'a'],
    ['async a => (b, c)', 'a'],
    ['async => async', 'async'],
    ['(a, b) => {}', 'a,b'],
    ['async (a) => (b) => c', 'a'],
    ['() => (x, y)', ''],
    ['({ method(a, b) {} }).method', 'a,b'],
    ['({ async method(a) {} }).method', 'a'],
    ['({ *method(a) {} }).method', 'a'],
    ["({ ['x' + (1, 2)](a, b) {} })['x2']", 'a,b'],
    ["({ 'odd (name'(a) {} })['odd (name']", 'a'],
    ['class { static method(a) {} }.method', 'a'],
    ['function /* (x) */ f /* y */ (a /* , z */, // , w\n b) {}', 'a,b'],
    [["(a = 1, b = \"),(\", c = '\\'', d = `$", '{")"}$', '{[1, 2]}`) => 0'].join(''), 'a=,b=,c=,d='],
    ['(a = { x: [1, (2)] }, b = (() => ({}))(), c = a => a, d = /[)/,]\\//g.test("x") / 2) => 0', 'a=,b=,c=,d='],
    ['(a = function (x, y) { return x >= y }, b = class { m(p) {} }) => 0', 'a=,b='],
    ['(a = 4 / 2, b = 1 / 3) => 0', 'a=,b='],
    ['(a, ...rest) => 0', 'a,...rest'],
    ['({ a, b = 1, c: d, e: f = 2, "g h": i, ...others }) => 0', '{a,b=,c,e=,g h,...others}'],
    ['({ a, b: { c, d } } = {}) => 0', '{a=,b=}'],
    ['([a, b], c) => 0', 'arg1,c'],
    ['($dollar, _under, ünïcode) => 0', '$dollar,_under,ünïcode'],
    ['(function (a) {}).bind(null)', undefined],
    ['Math.max', undefined],
  ];
  for (const [source, expected] of cases) assert.equal(shown(source), expected, source);
});

test('any list of names and defaults is read as it was written', () => {
  const name = fc.stringMatching(/^[a-z_$][a-zA-Z0-9_$]{0,8}$/).filter((text) => {
    try {
      new Function(text, '');
      return true;
    } catch {
      return false;
    }
  });
  const fallback = fc.oneof(
    fc.string().map((text) => JSON.stringify(text)),
    fc.json().map((text) => `(${text})`),
    fc.constantFrom(
      ['`a$', '{`b$', '{")"}`}c`'].join(''),
      '/[/)]+/',
      '() => { return (1, 2) }',
      '1 / 2 / 3',
      '(1, 2)',
      'x => ({ x })',
      '/*,*/ 0',
    ),
  );
  const one = fc.record({ name, fallback: fc.option(fallback, { nil: undefined }) });
  const lists = fc.uniqueArray(one, { selector: (parameter) => parameter.name, maxLength: 6 });
  fc.assert(
    fc.property(lists, fc.constantFrom(', ', ',', ' /* , ( */ , ', ' // ,(\n,'), (list, separator) => {
      const text = list.map((parameter) =>
        parameter.fallback === undefined ? parameter.name : `${parameter.name} = ${parameter.fallback}`,
      );
      const expected = list.map((parameter) => parameter.name + (parameter.fallback === undefined ? '' : '=')).join();
      assert.equal(shown(`function f(${text.join(separator)}) { return (z, y) }`), expected);
      assert.equal(shown(`async (${text.join(separator)}) => [1, 2]`), expected);
    }),
  );
});

test('arguments are bound by name, in the order of the parameters', () => {
  const { bind, takes } = createBinder('callme', (a: never, b: never, c = 3) => [a, b, c]);
  assert.equal(takes, 'callme takes (a, b, c=…)');
  assert.deepEqual(bind({ b: 2, a: 1 }), [1, 2, undefined]);
  assert.deepEqual(bind({ b: undefined, a: null, c: 0 }), [null, undefined, 0]);
  assert.throws(() => bind({ a: 1 }), { message: "callme takes (a, b, c=…): missing 'b'" });
  assert.throws(() => bind({ a: 1, x: 1 }), { message: "callme takes (a, b, c=…): unknown parameter 'x'" });
  assert.throws(() => bind(JSON.parse('{"a":1,"b":2,"__proto__":3}')), /unknown parameter '__proto__'/);
  const inherited = createBinder('callme', new Function('isPrototypeOf', '') as Functionlike);
  assert.throws(() => inherited.bind({}), /missing 'isPrototypeOf'/);
});
