import { BlockList, isIP } from 'node:net';
import { isObject } from './json.ts';
import type { Problem } from './problem.ts';

/** A plain value of an event. */
export type Leaf = string | number | boolean | null;

/** One choice in a pattern's list. */
export type Matcher =
  | { readonly kind: 'exists'; readonly expected: boolean }
  | { readonly kind: 'value'; readonly test: LeafTest };

type LeafTest = (leaf: Leaf) => boolean;
type Fail = (why: string) => Problem;

const MAX_TEXT_LENGTH = 4_096;
const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

const KINDS: Readonly<Record<string, (argument: unknown, fail: Fail) => LeafTest>> = {
  prefix: (argument, fail) => affix('prefix', argument, fail),
  suffix: (argument, fail) => affix('suffix', argument, fail),
  'equals-ignore-case': ignoreCase,
  wildcard,
  'anything-but': anythingBut,
  numeric,
  cidr,
};

/** Reads one matcher: a plain value, or an object of one keyword such as `{"prefix": "a"}`. */
export function compileMatcher(matcher: unknown, fail: Fail): Matcher {
  if (isLeaf(matcher)) return { kind: 'value', test: (leaf) => leaf === matcher };
  const [keyword, argument] = single(matcher, fail);
  if (keyword === 'exists') {
    if (typeof argument !== 'boolean') throw fail('"exists" takes true or false');
    return { kind: 'exists', expected: argument };
  }
  const kind = Object.hasOwn(KINDS, keyword) ? KINDS[keyword] : undefined;
  if (kind === undefined) {
    throw fail(`"${keyword.slice(0, 80)}" is no matcher: there are ${Object.keys(KINDS).join(', ')} and exists`);
  }
  return { kind: 'value', test: kind(argument, fail) };
}

/** `prefix` and `suffix`, exact or `{"equals-ignore-case": …}`. */
function affix(kind: 'prefix' | 'suffix', argument: unknown, fail: Fail): LeafTest {
  const has = (text: string, part: string) => (kind === 'prefix' ? text.startsWith(part) : text.endsWith(part));
  if (typeof argument === 'string') {
    const part = textOf(argument, kind, fail);
    return (leaf) => typeof leaf === 'string' && has(leaf, part);
  }
  const [keyword, inner] = single(argument, fail);
  if (keyword !== 'equals-ignore-case') throw fail(`"${kind}" takes a text, or {"equals-ignore-case": text}`);
  const part = folded(textOf(inner, kind, fail));
  return (leaf) => typeof leaf === 'string' && has(folded(leaf), part);
}

function ignoreCase(argument: unknown, fail: Fail): LeafTest {
  const wanted = folded(textOf(argument, 'equals-ignore-case', fail));
  return (leaf) => typeof leaf === 'string' && folded(leaf) === wanted;
}

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function wildcard(argument: unknown, fail: Fail): LeafTest {
  const text = textOf(argument, 'wildcard', fail);
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '*') {
      if (parts.length > 1 && parts.at(-1) === '') throw fail('"wildcard" has two * beside each other');
      parts.push('');
    } else if (character === '\\') {
      const next = text[++at];
      if (next !== '*' && next !== '\\') throw fail('in a "wildcard", \\ stands before * or \\ only');
      parts[parts.length - 1] += next;
    } else parts[parts.length - 1] += character;
  }
  return (leaf) => typeof leaf === 'string' && fits(leaf, parts);
}

/** Whether a text consists of these parts with anything between them: each part is taken where it comes first. */
function fits(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  if (parts.length === 1) return text === first;
  const last = parts.at(-1)!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

const EXCLUSIONS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

/** Everything but values, a list of them, or what one of four matchers (or a list for it) matches. What is absent is not anything. */
function anythingBut(argument: unknown, fail: Fail): LeafTest {
  if (isObject(argument)) {
    const [keyword, inner] = single(argument, fail);
    if (!EXCLUSIONS.includes(keyword)) {
      throw fail(`"anything-but" takes values, or one of ${EXCLUSIONS.join(', ')}, not "${keyword.slice(0, 80)}"`);
    }
    const tests = listOf(inner, fail).map((each) => KINDS[keyword]!(each, fail));
    return (leaf) => !tests.some((test) => test(leaf));
  }
  const values = listOf(argument, fail);
  if (!values.every(isLeaf)) throw fail('"anything-but" takes texts, numbers, true, false or null');
  const excluded = new Set(values);
  return (leaf) => !excluded.has(leaf);
}

/** `["=", 5]`, or a range such as `[">", 0, "<=", 5]`. */
function numeric(argument: unknown, fail: Fail): LeafTest {
  const wrong = () => fail('"numeric" takes a comparison and a number, or two of them, such as [">", 0, "<=", 5]');
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) throw wrong();
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < argument.length; at += 2) {
    const [sign, bound] = [argument[at] as unknown, argument[at + 1] as unknown];
    const compare = typeof sign === 'string' && Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined;
    if (compare === undefined || typeof bound !== 'number') throw wrong();
    tests.push((value) => compare(value, bound));
  }
  if (argument.length === 4) {
    const [low, from, high, to] = argument as [string, number, string, number];
    if (!low.startsWith('>') || !high.startsWith('<') || from >= to) {
      throw fail('a "numeric" range goes from > or >= a number to < or <= a greater one');
    }
  }
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

/** An address within a block, such as `10.0.0.0/24`. */
function cidr(argument: unknown, fail: Fail): LeafTest {
  const [address = '', prefix = '', ...rest] = textOf(argument, 'cidr', fail).split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > most || rest.length > 0) {
    throw fail('"cidr" takes a block of addresses, such as 10.0.0.0/24 or 2001:db8::/32');
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), family);
  return (leaf) => typeof leaf === 'string' && isIP(leaf) === version && block.check(leaf, family);
}

function single(matcher: unknown, fail: Fail): [keyword: string, argument: unknown] {
  const fields = isObject(matcher) ? Object.entries(matcher) : [];
  if (fields.length !== 1) throw fail('a matcher is a value, or an object of one keyword such as {"prefix": "a"}');
  return fields[0]!;
}

function listOf(value: unknown, fail: Fail): readonly unknown[] {
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw fail('"anything-but" has an empty list');
  return value;
}

function textOf(value: unknown, keyword: string, fail: Fail): string {
  if (typeof value !== 'string') throw fail(`"${keyword}" takes a text`);
  if (value.length > MAX_TEXT_LENGTH) throw fail(`"${keyword}" has more than ${MAX_TEXT_LENGTH} characters`);
  return value;
}

function folded(text: string): string {
  return text.toLowerCase();
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
