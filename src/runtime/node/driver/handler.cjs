'use strict';
/** The convention of every other entry point: `handler(event, context)` or `handler(event, context, callback)`, in AWS Lambda's manner. */
const { PayloadKind } = require('./call.cjs');

function create(_name, fn, load) {
  const takesCallback = fn.length >= 3;
  const fixed = {
    functionName: load.function,
    functionVersion: String(load.version),
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${load.function}`,
    memoryLimitInMB: String(load.memoryMb),
    logGroupName: `/aws/lambda/${load.function}`,
    logStreamName: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[${load.version}]${process.pid}`,
  };
  setDefaults({
    AWS_LAMBDA_FUNCTION_NAME: fixed.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: fixed.functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: fixed.memoryLimitInMB,
    AWS_LAMBDA_LOG_GROUP_NAME: fixed.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: fixed.logStreamName,
    LAMBDA_TASK_ROOT: load.codeFolder,
    _HANDLER: load.handler,
  });

  return {
    run(call) {
      const context = new Context(fixed, call);
      const event = call.kind === PayloadKind.binary ? binaryEvent(call) : call.json();
      return takesCallback ? withCallback(fn, event, context) : fn(event, context);
    },
  };
}

function setDefaults(environment) {
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value;
}

function binaryEvent(call) {
  return {
    body: call.bytes().toString('base64'),
    isBase64Encoded: true,
    headers: { 'content-type': call.contentType },
  };
}

/** A promise or a value that the handler returns counts too; whichever comes first. */
function withCallback(fn, event, context) {
  return new Promise((resolve, reject) => {
    const returned = fn(event, context, (error, value) => (error == null ? resolve(value) : reject(error)));
    if (returned !== undefined) resolve(returned);
  });
}

/** Of an invocation that begins its trace itself: the trace and its span have the invocation's id. */
function ownTraceparent(id) {
  const hex = id.replaceAll('-', '');
  return `00-${hex}-${hex.slice(16)}-00`;
}

class Context {
  /** Has no effect: a result is sent as soon as it is there. */
  callbackWaitsForEmptyEventLoop = true;
  #deadlineMs;
  #call;
  #controller;
  #meta;

  constructor(fixed, call) {
    this.awsRequestId = call.id;
    Object.assign(this, fixed);
    this.#deadlineMs = Date.now() + call.timeoutMs;
    this.#call = call;
    // The frame that it is read from is gone once the function was entered.
    this.#meta = call.meta;
  }

  /** The W3C `traceparent` for what this invocation calls. */
  get traceparent() {
    return this.#meta?.traceparent ?? ownTraceparent(this.awsRequestId);
  }

  /** What other tracing systems pass on, where there is something. */
  get tracestate() {
    return this.#meta?.tracestate;
  }

  getRemainingTimeInMillis() {
    return Math.max(0, this.#deadlineMs - Date.now());
  }

  /** Aborts when nobody waits for the result any more. */
  get signal() {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#call.isCancelled) this.#controller.abort();
      else this.#call.abort = () => this.#controller.abort();
    }
    return this.#controller.signal;
  }
}

module.exports = { create };
