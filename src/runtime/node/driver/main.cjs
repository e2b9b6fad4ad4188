'use strict';
/** The Node.js driver: loads the function and runs its calls one after the other, or as many at once as it allows. */
const wire = require('./wire.cjs');

const { Call } = require('./call.cjs');
const logs = require('./logs.cjs');
const { ParameterError } = require('./parameters.cjs');
const { ResultError, sendResult } = require('./result.cjs');

const PROTOCOL = 2;
/** After a call this long the socket is looked at, for a CANCEL, before the next one starts. */
const LONG_CALL_US = 1_000;

const waiting = [];
const running = new Map();
let settings;
let convention;
let isTurnScheduled = false;
let isEnding = false;

function onFrame(buffer, start, end, isWhole) {
  const type = buffer[start + 4];
  const number = buffer.readUInt32BE(start + 5);
  if (type === wire.Type.invoke) {
    if (waiting.length === 0 && mayStart()) begin(new Call(number, buffer, start, end));
    else if (isWhole) waiting.push(new Call(number, buffer, start, end));
    else waiting.push(new Call(number, Buffer.from(buffer.subarray(start, end)), 0, end - start));
  } else if (type === wire.Type.cancel) cancel(number);
  else if (type === wire.Type.load) load(JSON.parse(buffer.toString('utf8', start + wire.HEADER_BYTES, end)));
}

function mayStart() {
  return convention !== undefined && running.size < settings.sandboxConcurrency && !isTurnScheduled && !isEnding;
}

function advance() {
  while (waiting.length > 0 && mayStart()) begin(waiting.shift());
}

function begin(call) {
  running.set(call.number, call);
  call.startedMs = performance.now();
  try {
    const value = logs.during(call.printed, convention.run, call);
    if (typeof value === 'object' && value !== null) {
      if (typeof value.then === 'function') return void finishLater(call, value);
      if (isStream(value)) return void finishLater(call, Promise.resolve(value));
    }
    succeed(call, value);
  } catch (error) {
    fail(call, error);
  }
}

async function finishLater(call, promise) {
  try {
    const value = await promise;
    if (!isStream(value)) succeed(call, value);
    else if (await require('./stream.cjs').sendStream(call, value)) finish(call, call.elapsedUs);
    else fail(call, cancelled('the caller is gone; the stream was ended'));
  } catch (error) {
    fail(call, error);
  }
  advance();
}

/** Whether a value is yielded piece by piece: a generator, or anything to iterate over asynchronously. */
function isStream(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    (typeof value[Symbol.asyncIterator] === 'function' ||
      (value[Symbol.toStringTag] === 'Generator' && typeof value.next === 'function'))
  );
}

function describe(reason, thrown) {
  return require('./errors.cjs').describe(reason, thrown, settings?.codeFolder);
}

function succeed(call, value) {
  const durationUs = call.elapsedUs;
  logs.end(call.printed);
  sendResult(call.number, durationUs, value, settings.maxResultBytes);
  finish(call, durationUs);
}

function fail(call, thrown) {
  const durationUs = call.elapsedUs;
  logs.end(call.printed);
  sendError(call, thrown, durationUs);
  finish(call, durationUs);
}

function sendError(call, thrown, durationUs) {
  wire.sendJson(wire.Type.error, call.number, { ...failure(call, thrown), durationUs });
}

function finish(call, durationUs) {
  running.delete(call.number);
  if (durationUs < LONG_CALL_US || isTurnScheduled) return;
  isTurnScheduled = true;
  // The first is of this turn of the event loop; the second comes after the socket was read again.
  setImmediate(() => setImmediate(nextTurn));
}

function nextTurn() {
  isTurnScheduled = false;
  advance();
}

function failure(call, thrown) {
  try {
    return classify(call, thrown);
  } catch {
    // A thrown proxy can throw at whatever is asked of it.
    return describe('exception', new Error('the function threw a value that cannot be described'));
  }
}

function classify(call, thrown) {
  if (thrown instanceof ResultError)
    return { reason: thrown.reason, type: thrown.type, message: thrown.message, stack: '' };
  if (thrown instanceof ParameterError)
    return { reason: 'bad_parameters', type: 'TypeError', message: thrown.message, stack: '' };
  const rejectsParameters = call.takes !== undefined && (thrown instanceof TypeError || thrown instanceof RangeError);
  if (!rejectsParameters) return describe('exception', thrown);
  const error = describe('bad_parameters', thrown);
  return { ...error, message: `${call.takes}: ${error.message}` };
}

function cancelled(message) {
  return new ResultError('cancelled', 'Cancelled', message);
}

function cancel(number) {
  const place = waiting.findIndex((call) => call.number === number);
  if (place !== -1) {
    const [call] = waiting.splice(place, 1);
    sendError(call, cancelled('the caller is gone; the call was never started'), 0);
    return;
  }
  const call = running.get(number);
  if (call === undefined) return;
  call.isCancelled = true;
  call.abort?.();
}

/** What loading will need, fetched while a prewarmed process waits for its function. */
function prepare() {
  require('./handler.cjs');
  require('./callme.cjs').create('callme', (a) => a);
  require('./load.cjs').prepare();
  require('./services.cjs').prepare();
}

async function load(message) {
  settings = message;
  logs.setLimit(message.maxLogBytes);
  require('./outbox.cjs').setLimit(message.maxResultBytes);
  if (message.sandboxConcurrency > 1) logs.useStorage();
  Object.assign(process.env, message.environment);
  let loaded;
  try {
    if (message.services !== undefined) await require('./services.cjs').connect(message.services);
    if (message.debugPort !== undefined) require('node:inspector').open(message.debugPort, '127.0.0.1');
    process.chdir(message.codeFolder);
    const { name, entry } = await require('./load.cjs').loadEntry(message);
    loaded = require(name === 'callme' ? './callme.cjs' : './handler.cjs').create(name, entry, message);
  } catch (error) {
    loadFailed(error);
    return;
  }
  logs.endOutside();
  wire.sendJson(wire.Type.loaded, 0, loaded.parameters === undefined ? {} : { parameters: loaded.parameters });
  convention = loaded;
  advance();
}

function loadFailed(error) {
  isEnding = true;
  logs.endOutside();
  wire.sendJson(wire.Type.error, 0, { ...describe('load_failed', error), durationUs: 0 });
}

/** What was thrown where nobody could catch it leaves this process in an unknown state: the running calls fail and it ends. */
function onUncaught(error) {
  // A function with a listener of its own has taken this over.
  if (process.listenerCount('uncaughtException') > 1) return;
  if (running.size === 0) process.stderr.write(`${describe('exception', error).stack || String(error)}\n`);
  endWith(error);
  process.exit(1);
}

function onExit(code) {
  if (!isEnding)
    endWith(new ResultError('exception', 'ProcessExit', `the function ended its process with exit code ${code}`));
}

/** Answers what runs, then says (ERROR with call 0) that whatever else was sent is not going to be started. */
function endWith(error) {
  if (settings !== undefined && convention === undefined && !isEnding) loadFailed(error);
  isEnding = true;
  if (convention === undefined) return;
  for (const call of running.values()) {
    logs.end(call.printed);
    sendError(call, error, call.elapsedUs);
  }
  running.clear();
  logs.endOutside();
  wire.sendJson(wire.Type.error, 0, { ...describe('exception', error), durationUs: 0 });
}

process.on('uncaughtException', onUncaught);
process.on('exit', onExit);
logs.capture();
wire.receive(onFrame);
setImmediate(prepare);
wire.sendJson(wire.Type.hello, 0, { protocol: PROTOCOL, runtime: 'node', runtimeVersion: process.versions.node });
