'use strict';
/** What the function prints, as LOG frames: line by line, attributed to its call, bounded, written at once. */
const wire = require('./wire.cjs');

const STDOUT = 1;
const STDERR = 2;
const Level = { debug: 1, info: 2, warn: 3, error: 4 };
const FIXED_BYTES = wire.HEADER_BYTES + 10;
const MAX_LINE_BYTES = 65_536;

let maxLogBytes = 262_144;
let storage;

/** What one call printed so far. Call 0 is everything outside a call. */
class Printed {
  constructor(call) {
    this.call = call;
    this.bytes = 0;
    this.full = false;
    this.ended = false;
    this.droppedLines = 0;
    this.droppedBytes = 0;
    this.partial = undefined;
    /** What the call has put in its outbox, and how many bytes of it. */
    this.emitted = 0;
    this.emittedBytes = 0;
  }
}

const outside = new Printed(0);
let current = outside;

function setLimit(bytes) {
  maxLogBytes = bytes;
}

/** Several calls at once, or whoever asks for `invocation`: the call is found through the asynchronous context. */
function useStorage() {
  if (storage !== undefined) return;
  const { AsyncLocalStorage } = require('node:async_hooks');
  storage = new AsyncLocalStorage();
  // Asked for by a call that runs already.
  if (current !== outside) storage.enterWith(current);
}

/** The `Printed` of the invocation whose code is running; `undefined` outside of one, and after its end. */
function invocation() {
  const printed = storage === undefined ? current : inContext();
  return printed === outside ? undefined : printed;
}

/** Runs `body(argument)`, whose printing belongs to `printed`. */
function during(printed, body, argument) {
  if (storage !== undefined) return storage.run(printed, body, argument);
  current = printed;
  return body(argument);
}

/** Ends the printing of a call: partial lines and the count of dropped ones go out. */
function end(printed) {
  if (printed.partial !== undefined || printed.droppedBytes > 0) flush(printed);
  printed.ended = true;
  if (current === printed) current = outside;
  if (outside.bytes > 0 || outside.partial !== undefined) endOutside();
}

/** Sends what is left of the printing outside of calls, and lets it print as much again. */
function endOutside() {
  flush(outside);
  outside.bytes = 0;
  outside.full = false;
}

function flush(printed) {
  const partial = printed.partial;
  printed.partial = undefined;
  if (partial !== undefined)
    for (const stream of [STDOUT, STDERR])
      if (partial[stream] !== '') line(printed, stream, partial.level[stream], partial[stream]);
  if (printed.droppedBytes === 0) return;
  const text =
    `${printed.droppedLines} more lines (${printed.droppedBytes} bytes) were dropped: ` +
    `the log of one invocation is limited to ${maxLogBytes} bytes`;
  printed.droppedLines = 0;
  printed.droppedBytes = 0;
  frame(printed.call, STDERR, Level.warn, text);
}

/** Takes text as it is written to a stream; whole lines go out, the rest waits for its end. */
function print(stream, text, level) {
  const printed = storage === undefined ? current : inContext();
  if (printed.full) return drop(printed, text);
  let start = 0;
  const partial = printed.partial;
  let from = text;
  if (partial !== undefined && partial[stream] !== '') {
    from = partial[stream] + text;
    partial[stream] = '';
  }
  for (let at = from.indexOf('\n'); at !== -1; at = from.indexOf('\n', start)) {
    line(printed, stream, level, from.slice(start, from.charCodeAt(at - 1) === 13 && at > start ? at - 1 : at));
    start = at + 1;
    if (printed.full) return start < from.length ? drop(printed, from.slice(start)) : undefined;
  }
  if (start === from.length) return;
  let rest = start === 0 ? from : from.slice(start);
  while (rest.length >= MAX_LINE_BYTES) {
    line(printed, stream, level, rest.slice(0, MAX_LINE_BYTES));
    rest = rest.slice(MAX_LINE_BYTES);
    if (printed.full) return drop(printed, rest);
  }
  if (rest === '') return;
  printed.partial ??= { [STDOUT]: '', [STDERR]: '', level: [Level.info, Level.info, Level.info] };
  printed.partial[stream] = rest;
  printed.partial.level[stream] = level;
}

/** The call whose code is printing; what it left running after its end prints outside of it. */
function inContext() {
  const printed = storage.getStore();
  return printed === undefined || printed.ended ? outside : printed;
}

function drop(printed, text) {
  if (text === '') return;
  printed.droppedBytes += Buffer.byteLength(text);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) printed.droppedLines += 1;
}

function line(printed, stream, level, text) {
  const bytes = Buffer.byteLength(text);
  printed.bytes += bytes + 1;
  if (printed.full || printed.bytes > maxLogBytes) {
    if (!printed.full) sayFull(printed);
    printed.droppedLines += 1;
    printed.droppedBytes += bytes + 1;
  } else if (bytes <= MAX_LINE_BYTES) frame(printed.call, stream, level, text);
  else {
    const whole = Buffer.from(text);
    for (let start = 0; start < bytes; ) {
      let stop = Math.min(start + MAX_LINE_BYTES, bytes);
      while (stop < bytes && (whole[stop] & 0xc0) === 0x80) stop -= 1;
      frame(printed.call, stream, level, whole.toString('utf8', start, stop));
      start = stop;
    }
  }
}

/** Whoever looks on is told at once: how much was dropped is known only at the end. */
function sayFull(printed) {
  printed.full = true;
  const text = `the log of one invocation is limited to ${maxLogBytes} bytes: what follows is dropped, and counted`;
  frame(printed.call, STDERR, Level.warn, text);
}

function frame(call, stream, level, text) {
  const buffer =
    text.length <= wire.SCRATCH_CHARS ? wire.scratch : Buffer.allocUnsafe(FIXED_BYTES + Buffer.byteLength(text));
  const end = FIXED_BYTES + buffer.write(text, FIXED_BYTES);
  wire.header(buffer, wire.Type.log, call, end - wire.HEADER_BYTES);
  buffer[9] = stream;
  buffer[10] = level;
  buffer.writeDoubleBE(Date.now(), 11);
  wire.write(buffer, end);
}

/** Replaces `process.stdout` and `process.stderr`, and gives the console's methods their levels. */
function capture() {
  let consoleLevel;
  const stream = (fd, usual) => {
    let made;
    return {
      configurable: true,
      enumerable: true,
      get() {
        made ??= printingStream(fd, (text) => print(fd, text, consoleLevel ?? usual));
        return made;
      },
    };
  };
  Object.defineProperty(process, 'stdout', stream(STDOUT, Level.info));
  Object.defineProperty(process, 'stderr', stream(STDERR, Level.error));
  for (const method of ['debug', 'warn', 'error']) {
    const original = console[method];
    console[method] = (...values) => {
      consoleLevel = Level[method];
      try {
        original.apply(console, values);
      } finally {
        consoleLevel = undefined;
      }
    };
  }
}

function printingStream(fd, onText) {
  const { Writable } = require('node:stream');
  let decoder;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      if (typeof chunk === 'string') onText(chunk);
      else {
        // A character may be split over two writes of bytes.
        decoder ??= new (require('node:string_decoder').StringDecoder)('utf8');
        onText(decoder.write(chunk));
      }
      done();
    },
    // As Node's own standard streams: they cannot be closed.
    destroy(_error, done) {
      done();
    },
  });
  stream.fd = fd;
  return stream;
}

module.exports = { Printed, Level, STDERR, capture, setLimit, useStorage, invocation, during, end, endOutside };
