'use strict';
/**
 * Frames to and from the engine on descriptor 3 (layout: docs/reference/driver-protocol.md).
 *
 * Writing is synchronous: what was printed or returned is with the kernel before the function's next statement, or the
 * next call, runs. So nothing is lost when a function then blocks, exits or is killed, and the engine always knows which
 * call was running. One write per reply costs less than a microsecond more than gathering them.
 */
const { writeSync } = require('node:fs');
const { Socket } = require('node:net');

const FD = 3;
const HEADER_BYTES = 9;
const LENGTH_BYTES = 4;
/** Up to the content type of a RESULT or CHUNK. */
const RESULT_BYTES = HEADER_BYTES + 6;
const SCRATCH_BYTES = 65_536;
/** A string of this many UTF-16 units fits the scratch buffer whatever it holds. */
const SCRATCH_CHARS = 21_000;
const READ_BYTES = 65_536;

const Type = { hello: 1, load: 2, loaded: 3, invoke: 4, cancel: 5, result: 6, error: 7, chunk: 8, log: 9, emit: 10 };

const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
let sleepCell;

/** Ends this process at once, without the function's own exit handlers: there is nobody left to work for. */
function leave() {
  process.removeAllListeners('exit');
  process.exit(0);
}

/** Writes bytes to the engine, waiting where the socket is full. */
function write(buffer, length) {
  let offset = 0;
  let waitMs = 1;
  while (offset < length) {
    try {
      offset += writeSync(FD, buffer, offset, length - offset);
    } catch (error) {
      if (error.code !== 'EAGAIN') return leave();
      sleepCell ??= new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(sleepCell, 0, 0, waitMs);
      waitMs = Math.min(waitMs * 2, 16);
    }
  }
}

function header(buffer, type, call, bodyBytes) {
  buffer.writeUInt32BE(HEADER_BYTES - LENGTH_BYTES + bodyBytes, 0);
  buffer[4] = type;
  buffer.writeUInt32BE(call, 5);
}

/** A frame whose body is JSON. */
function sendJson(type, call, value) {
  const body = Buffer.from(JSON.stringify(value));
  const head = Buffer.allocUnsafe(HEADER_BYTES);
  header(head, type, call, body.length);
  const frame = Buffer.concat([head, body]);
  write(frame, frame.length);
}

/** A RESULT of JSON text: the hot path. */
function sendResultText(call, durationUs, text) {
  if (text.length > SCRATCH_CHARS) return sendPayload(Type.result, call, durationUs, '', Buffer.from(text));
  const end = RESULT_BYTES + scratch.write(text, RESULT_BYTES);
  header(scratch, Type.result, call, end - HEADER_BYTES);
  scratch.writeUInt32BE(durationUs, HEADER_BYTES);
  scratch[13] = 0;
  scratch[14] = 0;
  write(scratch, end);
}

/** A RESULT or CHUNK of any bytes; `''` as content type means JSON. */
function sendPayload(type, call, durationUs, contentType, payload) {
  const typeBytes = scratch.write(contentType, RESULT_BYTES, 1024, 'latin1');
  header(scratch, type, call, RESULT_BYTES - HEADER_BYTES + typeBytes + payload.length);
  scratch.writeUInt32BE(durationUs, HEADER_BYTES);
  scratch.writeUInt16BE(typeBytes, HEADER_BYTES + 4);
  write(scratch, RESULT_BYTES + typeBytes);
  write(payload, payload.length);
}

/** Calls `onFrame(buffer, start, end)` for each whole frame; its bytes are valid only during that call unless `whole` is true. */
function receive(onFrame) {
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  // A frame that comes in pieces is gathered in a buffer of its own: first its length, then all of it.
  const lengthField = Buffer.allocUnsafeSlow(LENGTH_BYTES);
  let lengthFilled = 0;
  let partial;
  let partialFilled = 0;

  function onData(count, data) {
    let at = 0;
    while (at < count) {
      if (partial !== undefined) {
        const taken = Math.min(partial.length - partialFilled, count - at);
        data.copy(partial, partialFilled, at, at + taken);
        partialFilled += taken;
        at += taken;
        if (partialFilled === partial.length) {
          const frame = partial;
          partial = undefined;
          onFrame(frame, 0, frame.length, true);
        }
        continue;
      }
      if (lengthFilled === 0 && count - at >= HEADER_BYTES) {
        const end = at + LENGTH_BYTES + data.readUInt32BE(at);
        if (end <= count) {
          onFrame(data, at, end, false);
          at = end;
          continue;
        }
      }
      while (lengthFilled < LENGTH_BYTES && at < count) lengthField[lengthFilled++] = data[at++];
      if (lengthFilled === LENGTH_BYTES) {
        partial = Buffer.allocUnsafe(LENGTH_BYTES + lengthField.readUInt32BE(0));
        lengthField.copy(partial);
        partialFilled = LENGTH_BYTES;
        lengthFilled = 0;
      }
    }
    return true;
  }

  const socket = new Socket({
    fd: FD,
    readable: true,
    writable: true,
    onread: { buffer: readBuffer, callback: onData },
  });
  socket.on('end', leave);
  socket.on('error', leave);
}

module.exports = {
  Type,
  HEADER_BYTES,
  SCRATCH_CHARS,
  scratch,
  write,
  header,
  sendJson,
  sendResultText,
  sendPayload,
  receive,
  leave,
};
