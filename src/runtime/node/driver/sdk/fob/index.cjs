'use strict';
/** What a function finds as `fob`: sends through its outbox, and calls of the platform's services. Types: index.d.ts. */
const http = require('node:http');
const logs = require('../../logs.cjs');
const { emit, OutboxError } = require('../../outbox.cjs');

// From now on each piece of asynchronous code knows its invocation.
logs.useStorage();

/** Sends a message to a queue when this invocation succeeds. */
function send(queue, body, options) {
  emit('queue', queue, typeof body === 'string' ? plain(body) : content(body), options);
}

/** Publishes an event to a topic when this invocation succeeds. */
function publish(topic, event, options) {
  const isCloudEvent = typeof event === 'object' && event !== null && typeof event.specversion === 'string';
  const made = content(event);
  emit('topic', topic, isCloudEvent ? { ...made, contentType: 'application/cloudevents+json' } : made, options);
}

/** Invokes a function, asynchronously, when this invocation succeeds. */
function invoke(fn, payload = {}, options = undefined) {
  emit('function', fn, content(payload), options);
}

function plain(text) {
  return { contentType: 'text/plain; charset=utf-8', body: Buffer.from(text) };
}

function content(value) {
  if (value instanceof Uint8Array) return { contentType: 'application/octet-stream', body: Buffer.from(value) };
  const text = JSON.stringify(value);
  if (text === undefined)
    throw new OutboxError(`a value of type ${typeof value} cannot be sent: it has no form in JSON`);
  return { contentType: 'application/json', body: Buffer.from(text) };
}

/** The platform refused a direct call; `status` and `code` say how. */
class FobError extends Error {
  name = 'FobError';
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Invokes a function and resolves to its result. */
async function call(fn, payload = {}) {
  const { contentType, body } = content(payload);
  const answer = await request(
    'POST',
    `/v1/functions/${encodeURIComponent(fn)}/invoke`,
    { 'Content-Type': contentType },
    body,
  );
  if (answer.status !== 200) throw refusal(answer);
  return /^application\/json\b/.test(answer.headers['content-type'] ?? '') ? JSON.parse(answer.body) : answer.body;
}

/** Key-value spaces: small values as bytes. */
const kv = {
  /** Resolves to the value as a Buffer, or to undefined where there is none. */
  async get(space, key) {
    const answer = await request('GET', keyPath(space, key));
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(answer);
    return answer.body;
  },
  /** Sets a text, bytes, or anything that JSON can hold; it goes after `ttlMs`, where given. */
  async put(space, key, value, { ttlMs } = {}) {
    const { body } = typeof value === 'string' ? plain(value) : content(value);
    const query = ttlMs === undefined ? '' : `?ttlMs=${encodeURIComponent(ttlMs)}`;
    const answer = await request('PUT', keyPath(space, key) + query, {}, body);
    if (answer.status !== 200) throw refusal(answer);
  },
  /** Resolves to whether there was one. */
  async delete(space, key) {
    const answer = await request('DELETE', keyPath(space, key));
    if (answer.status !== 204 && answer.status !== 404) throw refusal(answer);
    return answer.status === 204;
  },
};

function keyPath(space, key) {
  return `/v1/kv/${encodeURIComponent(space)}/${encodeURIComponent(key)}`;
}

function request(method, path, headers = {}, body = undefined) {
  const address = process.env.FOB_URL;
  if (address === undefined)
    throw new FobError('this function was granted nothing: see `fob set <function> --grant`', 0, 'not_granted');
  // Where several run here at once, this tells which of them asks.
  const invocation = logs.invocation();
  const sent = invocation === undefined ? headers : { ...headers, 'Fob-Call': String(invocation.call) };
  return new Promise((resolve, reject) => {
    const req = http.request(new URL(path, address), { method, headers: sent }, (res) => {
      const parts = [];
      res.on('data', (part) => parts.push(part));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

function refusal({ status, body }) {
  let problem = {};
  try {
    problem = JSON.parse(body);
  } catch {
    // Not from the platform's own routes.
  }
  return new FobError(problem.detail ?? `the platform answered with status ${status}`, status, problem.code ?? '');
}

module.exports = { send, publish, invoke, call, kv, FobError, OutboxError };
