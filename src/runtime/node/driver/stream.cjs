'use strict';
/** A streamed result: each value that a generator yields is a CHUNK, then an empty RESULT follows. */
const logs = require('./logs.cjs');
const { toJson } = require('./result.cjs');
const wire = require('./wire.cjs');

const MAX_CHUNK_BYTES = 262_144;
const LONGEST_TURN_MS = 5;

/** Resolves when the stream is sent to its end; false where it was given up because its call was cancelled. */
async function sendStream(call, iterable) {
  let contentType;
  let turnStarted = performance.now();
  for await (const value of iterable) {
    const [type, payload] = encodeChunk(value);
    contentType ??= type;
    for (let start = 0; start < payload.length; start += MAX_CHUNK_BYTES)
      wire.sendPayload(
        wire.Type.chunk,
        call.number,
        call.elapsedUs,
        type,
        payload.subarray(start, start + MAX_CHUNK_BYTES),
      );
    // A generator that never waits must not keep CANCEL, or other calls, from being read.
    if (performance.now() - turnStarted > LONGEST_TURN_MS) {
      await new Promise(setImmediate);
      turnStarted = performance.now();
    }
    if (call.isCancelled) return false;
  }
  logs.end(call.printed);
  const empty = Buffer.alloc(0);
  wire.sendPayload(wire.Type.result, call.number, call.elapsedUs, contentType ?? 'application/octet-stream', empty);
  return true;
}

function encodeChunk(value) {
  if (value instanceof Uint8Array) return ['application/octet-stream', value];
  if (typeof value === 'string') return ['text/plain; charset=utf-8', Buffer.from(value)];
  return ['application/x-ndjson', Buffer.from(`${value === undefined ? 'null' : toJson(value)}\n`)];
}

module.exports = { sendStream };
