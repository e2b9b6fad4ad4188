'use strict';
/** What the running invocation sends if it succeeds: EMIT frames to the engine, which holds them until the result. */
const logs = require('./logs.cjs');
const wire = require('./wire.cjs');

const MAX_ITEMS = 1_000;
const MAX_BYTES = 6_291_456;
const MAX_TEXT = 256;
const MAX_DELAY_MS = 1_296_000_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** A function with the number of a version, or an alias. */
const QUALIFIED = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}:(?:\$?LATEST|[A-Za-z0-9][A-Za-z0-9_-]{0,63})$/;

/** Largest body of one item: the engine takes no larger frame. */
let maxItemBytes = MAX_BYTES;

function setLimit(maxResultBytes) {
  maxItemBytes = Math.min(maxResultBytes, MAX_BYTES);
}

/** Not a TypeError: those that a function throws are taken for a complaint about its parameters. */
class OutboxError extends Error {
  name = 'OutboxError';
}

/**
 * Adds an item for `kind:name`. Throws an `OutboxError` outside of an invocation, for what is no destination or body, and
 * beyond the limits.
 */
function emit(kind, name, { contentType, body }, options = {}) {
  const invocation = logs.invocation();
  if (invocation === undefined)
    throw new OutboxError(
      `cannot send to ${kind} '${name}' outside of an invocation: what is sent leaves when an invocation succeeds, and none is running here`,
    );
  const isName = typeof name === 'string' && (NAME.test(name) || (kind === 'function' && QUALIFIED.test(name)));
  if (!isName) throw new OutboxError(`'${name}' cannot be the name of a ${kind}`);
  const meta = Buffer.from(
    JSON.stringify({
      destination: `${kind}:${name}`,
      contentType,
      key: text('key', options.key),
      delayMs: delay(options.delayMs),
      deduplicationId: text('id', options.id),
    }),
  );
  if (body.length > maxItemBytes)
    throw new OutboxError(`${body.length} bytes are too many for one message: ${maxItemBytes} are the most`);
  const bytes = 2 + meta.length + body.length;
  if (invocation.emitted >= MAX_ITEMS || invocation.emittedBytes + bytes > MAX_BYTES)
    throw new OutboxError(`one invocation may send ${MAX_ITEMS} messages of ${MAX_BYTES} bytes together, and no more`);
  invocation.emitted += 1;
  invocation.emittedBytes += bytes;
  const head = Buffer.allocUnsafe(wire.HEADER_BYTES + 2);
  wire.header(head, wire.Type.emit, invocation.call, bytes);
  head.writeUInt16BE(meta.length, wire.HEADER_BYTES);
  const frame = Buffer.concat([head, meta, body]);
  wire.write(frame, frame.length);
}

function text(what, value) {
  if (value === undefined || value === null) return undefined;
  const made = String(value);
  if (made.length === 0 || made.length > MAX_TEXT)
    throw new OutboxError(`the ${what} of a message is a text of 1 to ${MAX_TEXT} characters`);
  return made;
}

function delay(value) {
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value) || value < 0 || value > MAX_DELAY_MS)
    throw new OutboxError(`delayMs is a whole number of milliseconds, at most ${MAX_DELAY_MS}`);
  return value;
}

module.exports = { emit, setLimit, OutboxError };
