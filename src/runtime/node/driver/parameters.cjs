'use strict';
/** Reads a function's parameters from its own text, which is the only place where JavaScript keeps their names. */

/** Thrown where given values do not fit the parameters. */
class ParameterError extends Error {
  name = 'ParameterError';
}

const OPENING = '([{';
const CLOSING = ')]}';

/** Index after the string, template, comment or regular expression that starts at `at`; `at` itself where none does. */
function skip(source, at, previous) {
  const char = source[at];
  if (char === '"' || char === "'") return skipQuoted(source, at, char);
  if (char === '`') return skipTemplate(source, at);
  if (char !== '/') return at;
  const next = source[at + 1];
  if (next === '/') {
    const end = source.indexOf('\n', at);
    return end === -1 ? source.length : end + 1;
  }
  if (next === '*') return source.indexOf('*/', at + 2) + 2;
  // A slash after an operator starts a regular expression, after a value it divides.
  return previous === '' || '=(,[{:?&|!~+-*%<>^;'.includes(previous) ? skipRegularExpression(source, at) : at;
}

function skipQuoted(source, start, quote) {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipTemplate(source, start) {
  let at = start + 1;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2;
    else if (source[at] === '$' && source[at + 1] === '{') at = split(source, at + 2).end + 1;
    else at += 1;
  }
  return at + 1;
}

function skipRegularExpression(source, start) {
  let inClass = false;
  let at = start + 1;
  while (at < source.length && (inClass || source[at] !== '/')) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    at += 1;
  }
  return at + 1;
}

/**
 * Splits the list that starts at `start` (after its opening bracket) at its commas. Each piece is its target without
 * comments, and whether a default follows; `end` is the index of the closing bracket.
 */
function split(source, start) {
  const pieces = [];
  let target = '';
  let hasDefault = false;
  let depth = 0;
  let previous = '';
  let at = start;
  const finish = () => {
    if (target.trim() !== '') pieces.push({ target: target.trim(), hasDefault });
    target = '';
    hasDefault = false;
  };
  while (at < source.length) {
    const after = skip(source, at, previous);
    if (after !== at) {
      if (!hasDefault) target += source[at] === '/' ? ' ' : source.slice(at, after);
      if (source[at] !== '/' || (source[at + 1] !== '/' && source[at + 1] !== '*')) previous = '"';
      at = after;
      continue;
    }
    const char = source[at];
    if (depth === 0 && CLOSING.includes(char)) break;
    if (depth === 0 && char === ',') finish();
    else if (depth === 0 && char === '=' && source[at + 1] !== '>' && !hasDefault) hasDefault = true;
    else if (!hasDefault) target += char;
    if (OPENING.includes(char)) depth += 1;
    else if (CLOSING.includes(char)) depth -= 1;
    if (char.trim() !== '') previous = char;
    at += 1;
  }
  finish();
  return { pieces, end: at };
}

/** The pieces of a function's parameter list; `undefined` where its text does not show them (bound and native functions). */
function parameterPieces(source) {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return undefined;
  let words = '';
  let at = 0;
  while (at < source.length) {
    const after = skip(source, at, '=');
    if (after !== at) {
      words += ' ';
      at = after;
    } else if (source[at] === '(') return split(source, at + 1).pieces;
    else if (source[at] === '[') at = split(source, at + 1).end + 1;
    else if (source[at] === '=' && source[at + 1] === '>')
      return [{ target: words.trim().split(/\s+/).at(-1), hasDefault: false }];
    else words += source[at++];
  }
  return undefined;
}

/** The top-level names of an object pattern such as `{a, b: {c}, d = 1, ...rest}`. */
function patternNames(pattern, isOptional) {
  return split(pattern, 1).pieces.map(({ target, hasDefault }) => {
    if (target.startsWith('...')) return { kind: 'rest', name: target.slice(3).trim() };
    const key = /^(?:"([^"]*)"|'([^']*)'|([^\s:]+))/.exec(target);
    return {
      kind: 'name',
      name: key?.[1] ?? key?.[2] ?? key?.[3] ?? target,
      optional: hasDefault || isOptional || /:.*=/s.test(target),
    };
  });
}

/**
 * A function's parameters: `{ kind: 'name', name, optional }`, `{ kind: 'pattern', names }` (an object pattern, by its keys),
 * or `{ kind: 'rest', name }`. `undefined` where they cannot be known.
 */
function parametersOf(fn) {
  const pieces = parameterPieces(Function.prototype.toString.call(fn));
  return pieces?.map(({ target, hasDefault }, index) => {
    if (target.startsWith('...')) return { kind: 'rest', name: target.slice(3).trim() };
    if (target.startsWith('{')) return { kind: 'pattern', names: patternNames(target, hasDefault) };
    return { kind: 'name', name: target.startsWith('[') ? `arg${index + 1}` : target, optional: hasDefault };
  });
}

/** How values given by name become arguments of `fn`: `{ names, takes, bind(values), choose(offered) }`. */
function createBinder(label, fn) {
  const parameters = parametersOf(fn) ?? [{ kind: 'rest', name: 'args' }];
  const flat = parameters.flatMap((parameter) => (parameter.kind === 'pattern' ? parameter.names : [parameter]));
  const takes =
    flat.length === 0
      ? `${label} takes no parameters`
      : `${label} takes (${flat.map((one) => (one.kind === 'rest' ? `...${one.name}` : one.optional ? `${one.name}=…` : one.name)).join(', ')})`;
  const fail = (what) => {
    throw new ParameterError(`${takes}: ${what}`);
  };
  const names = flat.filter((one) => one.kind === 'name').map((one) => one.name);
  const isSimple = parameters.every((one) => one.kind === 'name');
  const known = new Set(names);
  // Whoever wrote this most likely had another platform's signature in mind.
  const hint = known.has('event') ? '; what takes the whole event is not named callme, but handler' : '';

  function checkNames(values) {
    for (const name of Object.keys(values))
      if (!known.has(name)) fail(`unknown parameter '${name.slice(0, 100)}'${hint}`);
  }

  function bindSimple(values) {
    const args = new Array(parameters.length);
    let used = 0;
    for (let index = 0; index < args.length; index++) {
      const { name, optional } = parameters[index];
      if (Object.hasOwn(values, name)) {
        args[index] = values[name];
        used += 1;
      } else if (!optional) {
        checkNames(values);
        fail(`missing '${name}'${hint}`);
      } else args[index] = undefined;
    }
    if (Object.keys(values).length !== used) checkNames(values);
    return args;
  }

  function bindAny(values) {
    if (!flat.some((one) => one.kind === 'rest')) checkNames(values);
    const others = Object.fromEntries(Object.entries(values).filter(([name]) => !known.has(name)));
    for (const one of flat)
      if (one.kind === 'name' && !one.optional && !Object.hasOwn(values, one.name)) fail(`missing '${one.name}'`);
    return parameters.flatMap((one) => {
      if (one.kind === 'name') return [values[one.name]];
      if (one.kind === 'rest') return Object.values(others);
      const own = one.names.filter((inner) => inner.kind === 'name' && Object.hasOwn(values, inner.name));
      const picked = Object.fromEntries(own.map(({ name }) => [name, values[name]]));
      return [one.names.some((inner) => inner.kind === 'rest') ? { ...others, ...picked } : picked];
    });
  }

  /** Those of the offered values that there are parameters for. */
  function choose(offered) {
    const takesOthers = parameters.some(
      (one) => one.kind === 'pattern' && one.names.some(({ kind }) => kind === 'rest'),
    );
    return takesOthers ? offered : Object.fromEntries(Object.entries(offered).filter(([name]) => known.has(name)));
  }

  return { names: flat.map((one) => one.name), takes, bind: isSimple ? bindSimple : bindAny, choose };
}

module.exports = { ParameterError, parametersOf, createBinder };
