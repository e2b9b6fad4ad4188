import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { freeMemory } from '../model/free-memory.ts';

/**
 * Sends a body that nobody else reads, after the head, and ends the answer. Each piece is sent before the next is asked for, and
 * its memory given back. A client that goes away ends the body; rejects where the body fails, and then the client sees an
 * answer that is cut short.
 */
export async function sendBody(res: ServerResponse, body: Readable): Promise<void> {
  let gone = res.destroyed;
  const onClose = () => {
    gone = true;
    body.destroy();
  };
  res.once('close', onClose);
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      if (gone) break;
      await sent(res, piece);
      if (!gone) freeMemory(piece);
    }
    res.off('close', onClose);
    res.end();
  } catch (error) {
    if (gone) return;
    res.destroy();
    throw error;
  }
}

/** Resolves when the piece has left this process, or never will. */
function sent(res: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('close', done);
      resolve();
    };
    res.once('close', done);
    res.write(piece, done);
  });
}
