'use strict';
const { Printed } = require('./logs.cjs');
const { ParameterError } = require('./parameters.cjs');

const PAYLOAD_OFFSET = 32;

/** One INVOKE. Its payload, id and meta are read from the frame, which is valid only until the function was entered. */
class Call {
  constructor(number, frame, start, end) {
    this.number = number;
    this.frame = frame;
    this.start = start;
    this.end = end;
    this.printed = new Printed(number);
    /** Set where the function was given parameters: how it takes them, for the message when it rejects one. */
    this.takes = undefined;
    /** Tells the function that nobody waits any more, where it asked for that. */
    this.abort = undefined;
    this.isCancelled = false;
    this.startedMs = 0;
  }

  /** Time since it started, in µs. */
  get elapsedUs() {
    return Math.min(Math.round((performance.now() - this.startedMs) * 1_000), 0xffff_ffff);
  }

  get timeoutMs() {
    return this.frame.readUInt32BE(this.start + 25);
  }

  get kind() {
    return this.frame[this.start + 29];
  }

  /** The invocation's UUID. */
  get id() {
    const hex = this.frame.toString('hex', this.start + 9, this.start + 25);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  get payloadStart() {
    return this.start + PAYLOAD_OFFSET + this.frame.readUInt16BE(this.start + 30);
  }

  /** What is told beside the payload; `undefined` where that is nothing. */
  get meta() {
    const start = this.start + PAYLOAD_OFFSET;
    const end = this.payloadStart;
    return start === end ? undefined : JSON.parse(this.frame.toString('utf8', start, end));
  }

  get contentType() {
    return this.meta?.contentType ?? 'application/octet-stream';
  }

  /** A copy of the payload's bytes, which the function may keep. */
  bytes() {
    return Buffer.from(this.frame.subarray(this.payloadStart, this.end));
  }

  /** The payload as a value; an empty one is `{}`. */
  json() {
    const start = this.payloadStart;
    if (start === this.end) return {};
    const text = this.frame.toString('utf8', start, this.end);
    if (text.includes('\ufffd') && !require('node:buffer').isUtf8(this.frame.subarray(start, this.end)))
      throw new ParameterError('the payload is not valid JSON: it is not valid UTF-8');
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ParameterError(`the payload is not valid JSON: ${error.message}`);
    }
  }
}

const PayloadKind = { json: 0, textParameters: 1, binary: 2, offeredParameters: 3 };

module.exports = { Call, PayloadKind };
