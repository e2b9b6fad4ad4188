import type { ServerResponse } from 'node:http';

/** Passes one piece of a streamed result on, after the head; the promise holds the function back while the caller reads more slowly than it writes. */
export function passChunk(res: ServerResponse, head: () => string[], chunk: Buffer): void | Promise<void> {
  if (res.destroyed) return undefined;
  if (!res.headersSent) res.writeHead(200, head());
  if (res.write(chunk)) return undefined;
  return new Promise((resolve) => {
    const resume = () => {
      res.off('drain', resume).off('close', resume);
      resolve();
    };
    res.on('drain', resume).on('close', resume);
  });
}

/** Ends a stream; one that failed midway is cut off, so that nobody takes the piece for the whole. */
export function endStream(res: ServerResponse, rest: Buffer | undefined): void {
  if (rest === undefined) res.destroy();
  else res.end(rest);
}

/** A content type comes from the function, and is only taken as a header where it can be one. */
export function headerSafe(contentType: string): string {
  return /^[\x20-\x7e]{1,256}$/.test(contentType) ? contentType : 'application/octet-stream';
}
