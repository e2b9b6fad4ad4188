import pg from 'pg';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { messageData } from '../../model/shape/event-data.ts';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import { WaitingEvents } from '../waiting-events.ts';
import { isRefusal, settingsOf, withClient } from './connection.ts';
import type { PostgresOptions } from './options.ts';

/** A connection that is used by nobody else is asked so often whether it lives. */
const CHECK_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;

/**
 * Listens to a channel. PostgreSQL keeps no notification for who is not connected, so that what is sent meanwhile never arrives,
 * and what has arrived but was not accepted when the node dies is lost.
 */
export function listen(context: SourceContext<PostgresOptions>): Promise<RunningSource> {
  const { trigger, options, clock, signal } = context;
  const config = { ...settingsOf(trigger.name, options), query_timeout: ANSWER_WITHIN_MS };
  const session = (running: () => void): Promise<void> =>
    withClient(config, async (client) => {
      const waiting = new WaitingEvents();
      const lost = Promise.withResolvers<never>();
      lost.promise.catch(() => waiting.close());
      const stop = (): void => waiting.close();
      signal.addEventListener('abort', stop, { once: true });
      client.on('error', (error) => lost.reject(error));
      client.on('end', () => lost.reject(new Error(`the connection to ${options.url} ended`)));
      client.on('notification', ({ channel, payload = '' }) => {
        const event = eventOf(trigger.name, { channel, payload }, clock.now());
        waiting.put({ event }, payload.length);
      });
      await client.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`);
      running();
      const check = setInterval(() => client.query('SELECT').catch(lost.reject), CHECK_MS);
      try {
        if (signal.aborted) stop();
        await waiting.handOverAll(context);
        if (!signal.aborted) await lost.promise;
      } finally {
        clearInterval(check);
        signal.removeEventListener('abort', stop);
      }
    });
  return keepConnected(context, { session, isRefusal });
}

function eventOf(name: string, { channel, payload }: { channel: string; payload: string }, nowMs: number): CloudEvent {
  return {
    specversion: '1.0',
    id: formatId(newId(nowMs)),
    source: `fob:postgres/${name}`,
    type: 'fob.postgres.notification',
    subject: channel,
    time: new Date(nowMs).toISOString(),
    ...messageData(Buffer.from(payload)),
  };
}
