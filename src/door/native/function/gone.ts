import type { FastifyReply } from 'fastify';
import type { Lifecycle } from '../../context.ts';

/** Runs what may take long; its signal aborts when the client goes away or the server closes. */
export async function whileConnected<T>(
  lifecycle: Lifecycle,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  reply.raw.once('close', end);
  lifecycle.endless.add(end);
  try {
    if (lifecycle.closing) end();
    return await work(gone.signal);
  } finally {
    reply.raw.off('close', end);
    lifecycle.endless.delete(end);
  }
}
