import type { Msg } from '@nats-io/transport-node';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { messageData } from '../../model/shape/event-data.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import { WaitingEvents } from '../waiting-events.ts';
import { headersOf } from './connection.ts';
import type { NatsOptions } from './options.ts';
import { keepReceiving, type Session } from './session.ts';

/**
 * Subscribes to a subject. NATS knows no acknowledgement here: what is sent while the trigger is not connected never
 * arrives, and what has arrived but was not accepted when the node dies is lost.
 */
export function subscribe(context: SourceContext<NatsOptions>): Promise<RunningSource> {
  return keepReceiving(context, receive);
}

async function receive(context: SourceContext<NatsOptions>, { connection, gone, running }: Session): Promise<void> {
  const { trigger, options, clock } = context;
  const waiting = new WaitingEvents();
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {});
  const subscription = connection.subscribe(options.subject, {
    ...(options.queue !== '' && { queue: options.queue }),
    callback(error, message) {
      if (error !== null) refused.reject(error);
      else waiting.put({ event: eventOf(trigger.name, message, clock.now()) }, message.data.length);
    },
  });
  const end = (): void => {
    subscription.unsubscribe();
    waiting.close();
  };
  try {
    gone.addEventListener('abort', end, { once: true });
    await Promise.race([connection.flush(), refused.promise]);
    running();
    await Promise.race([waiting.handOverAll(context), refused.promise]);
  } finally {
    gone.removeEventListener('abort', end);
    end();
  }
}

function eventOf(name: string, message: Msg, nowMs: number): CloudEvent {
  const { contentType, extension } = headersOf(message.headers);
  return {
    specversion: '1.0',
    id: formatId(newId(nowMs)),
    source: `fob:nats/${name}`,
    type: 'fob.nats.message',
    subject: message.subject,
    time: new Date(nowMs).toISOString(),
    ...extension,
    ...messageData(message.data, contentType),
  };
}
