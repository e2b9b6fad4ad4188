'use strict';
/** A function's value as bytes of a RESULT. */
const wire = require('./wire.cjs');

/** A value that cannot be a result; `reason` as in the protocol's ERROR. */
class ResultError extends Error {
  constructor(reason, type, message) {
    super(message);
    this.reason = reason;
    this.type = type;
  }
}

/** Sends `value` as the RESULT of a call. Throws `ResultError` where it cannot be one. */
function sendResult(call, durationUs, value, maxBytes) {
  if (typeof value === 'number' && value - value === 0) return wire.sendResultText(call, durationUs, `${value}`);
  if (value === undefined) return wire.sendResultText(call, durationUs, 'null');
  if (value instanceof Uint8Array) {
    checkSize(value.byteLength, maxBytes);
    return wire.sendPayload(wire.Type.result, call, durationUs, 'application/octet-stream', value);
  }
  const text = toJson(value);
  if (text.length * 3 > maxBytes) checkSize(Buffer.byteLength(text), maxBytes);
  wire.sendResultText(call, durationUs, text);
}

function checkSize(bytes, maxBytes) {
  if (bytes <= maxBytes) return;
  throw new ResultError(
    'result_too_large',
    'ResultTooLarge',
    `the result is ${bytes} bytes, more than the limit of ${maxBytes} bytes`,
  );
}

/** JSON text of a value; what JSON would silently distort is an error that names the place. */
function toJson(value) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw unencodable(value, error);
  }
  if (text === undefined) throw bad(value, '');
  // JSON.stringify turns NaN into null and a Map into {}: look again only where the text holds one of these.
  if (text.includes('null') || text.includes('{}')) inspect(value);
  return text;
}

function unencodable(value, error) {
  if (error instanceof RangeError && /string length/i.test(error.message))
    return new ResultError('result_too_large', 'ResultTooLarge', 'the result is too large to be written as JSON');
  if (error instanceof RangeError)
    return new ResultError('bad_result', 'RangeError', 'the result is nested too deeply to be written as JSON');
  try {
    inspect(value);
  } catch (found) {
    if (found instanceof ResultError) return found;
  }
  const message = String(error?.message ?? error);
  return new ResultError(
    'bad_result',
    String(error?.name ?? 'Error'),
    message.startsWith('Converting circular structure')
      ? 'the result contains itself (a circular reference)'
      : `the result cannot be written as JSON: ${message}`,
  );
}

/** Throws for the first part of `value` that JSON cannot hold. */
function inspect(value) {
  const paths = new Map();
  JSON.stringify(value, function replacer(key, part) {
    const path = key === '' && !paths.has(this) ? '' : childPath(paths.get(this) ?? '', this, key);
    if (typeof part === 'object' && part !== null) paths.set(part, path);
    if (typeof part === 'bigint') throw bad(part, path);
    if (typeof part === 'number' && !Number.isFinite(part)) throw bad(part, path);
    if (part instanceof Map || part instanceof Set || part instanceof Promise) throw bad(part, path);
    return part;
  });
}

function childPath(parent, holder, key) {
  if (Array.isArray(holder)) return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

function bad(value, path) {
  const what =
    typeof value === 'number'
      ? String(value)
      : typeof value === 'object'
        ? `a ${value.constructor.name}`
        : `a ${typeof value}`;
  const where = path === '' ? 'the result' : `the result's part '${path.slice(0, 200)}'`;
  return new ResultError('bad_result', 'TypeError', `${where} is ${what}, which JSON cannot hold`);
}

module.exports = { ResultError, sendResult, toJson };
