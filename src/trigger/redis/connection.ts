import { Redis } from 'ioredis';
import { messageOf } from '../../model/problem.ts';
import { tlsOf } from '../tls.ts';
import type { SourceContext } from '../trigger-type.ts';
import type { RedisOptions } from './options.ts';

const DEFAULT_PORT = 6_379;
const CONNECT_TIMEOUT_MS = 10_000;
/** A server that says nothing for so long is gone; whoever waits for it asks something more often. */
const SILENCE_MS = 20_000;
export const ASK_EVERY_MS = 5_000;

export interface Connection {
  readonly redis: Redis;
  /** Aborts, with the reason, when the connection is over. */
  readonly over: AbortSignal;
}

/**
 * One connection, that is there and whose server has loaded its data. It does not come back by itself: what was read before it broke,
 * and not acknowledged, is to be read again first.
 */
export async function connectTo({ options, trigger }: SourceContext<RedisOptions>): Promise<Connection> {
  const { protocol, hostname, port } = new URL(options.url);
  const redis = new Redis({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    db: options.db,
    ...(options.username !== '' && { username: options.username }),
    ...(options.password !== '' && { password: options.password }),
    ...(protocol === 'rediss:' && { tls: tlsOf(options) }),
    connectionName: `fob-${trigger.name}`,
    protocol: 2,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
  });
  const over = new AbortController();
  let cause: Error | undefined;
  redis.on('error', (error: Error) => {
    cause ??= error;
  });
  redis.on('end', () => over.abort(cause ?? new Error('the server closed the connection')));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw cause ?? error;
  }
  return { redis, over: over.signal };
}

/** Whether the server answered, and refuses what it was asked; one that lost its group is only to be asked again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !isPassing(error);
}

function isPassing(error: unknown): boolean {
  return /^(NOGROUP|UNBLOCKED|LOADING|MASTERDOWN|CLUSTERDOWN)\b/.test(messageOf(error));
}
