import type { Duplex } from 'node:stream';
import { PROBLEM_TYPE } from './answer.ts';

interface Refusal {
  readonly head: string;
  readonly status: number;
  readonly detail: string;
}

const MALFORMED: Refusal = {
  head: '400 Bad Request',
  status: 400,
  detail: 'the request is not valid HTTP; percent-encode whatever is not ASCII in the URL',
};

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    head: '431 Request Header Fields Too Large',
    status: 431,
    detail: 'the URL and headers together are larger than 16 KiB; send parameters in the body',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    head: '408 Request Timeout',
    status: 408,
    detail: 'the request did not arrive in time',
  },
};

/** Answers what never became a request, and ends its connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const { head, status, detail } = REFUSALS[error.code ?? ''] ?? MALFORMED;
    const code = 'invalid_request';
    const json = JSON.stringify({ type: `urn:fob:problem:${code}`, title: head.slice(4), status, detail, code });
    socket.write(
      `HTTP/1.1 ${head}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`,
    );
  }
  socket.destroy();
}
