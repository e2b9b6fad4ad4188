import type { NatsConnection } from '@nats-io/transport-node';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import { connectNats, isRefusal } from './connection.ts';
import type { NatsOptions } from './options.ts';

/** One connection's life. */
export interface Session {
  readonly connection: NatsConnection;
  /** Aborts when the connection is lost, or the trigger is stopped. */
  readonly gone: AbortSignal;
  /** To be called once messages arrive. */
  readonly running: () => void;
}

/** Keeps receiving: `receive` is called with each new connection, and is over when its session is `gone`. */
export function keepReceiving(
  context: SourceContext<NatsOptions>,
  receive: (context: SourceContext<NatsOptions>, session: Session) => Promise<void>,
): Promise<RunningSource> {
  const { trigger, options, signal } = context;
  const session = (running: () => void): Promise<void> =>
    connectNats(trigger.name, options, signal, (connection, gone) => receive(context, { connection, gone, running }));
  return keepConnected(context, { session, isRefusal });
}
