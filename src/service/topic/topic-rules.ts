import { publicEvent } from '../../model/cloudevents.ts';
import { parseDestination } from '../../model/destination.ts';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';

/** Also what stands after `topic:` in a destination. */
export const TOPIC_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';
const NAME = new RegExp(TOPIC_NAME_PATTERN);
const MAX_EVENTS = 1_000;
/** Largest event as JSON; a message of a queue has room for it and its attributes. */
const MAX_EVENT_BYTES = 1_000_000;
const MAX_TEXT_LENGTH = 2_048;

/** Whether a subscriber wants an event. */
export type Filter = (event: CloudEvent) => boolean;

/** Throws `invalid_request` where a topic cannot be called so. */
export function checkTopicName(name: string): void {
  if (NAME.test(name)) return;
  throw new Problem(
    'invalid_request',
    `"${name.slice(0, 150)}" is no name of a topic: use 1 to 128 letters, digits, ".", "-" and "_", beginning with a letter or digit`,
  );
}

/** Throws `invalid_request` for what cannot subscribe, saying what can. */
export function checkSubscription(destination: string): void {
  const { kind, ...rest } = parseDestination(destination);
  if (kind === 'function') {
    throw new Problem(
      'invalid_request',
      'a function subscribes by a trigger: fob trigger add <function> topic <topic>, or POST /v1/triggers with the type "topic"',
    );
  }
  if (kind === 'topic')
    throw new Problem('invalid_request', 'a topic cannot subscribe to a topic; subscribe its queues and addresses');
  if ('url' in rest && !URL.canParse(rest.url)) {
    throw new Problem('invalid_request', `"${rest.url.slice(0, 200)}" is no http or https address`);
  }
}

/** Throws `invalid_request` or `too_large` for events that cannot be published together. */
export function checkEvents(events: readonly CloudEvent[]): void {
  if (events.length === 0 || events.length > MAX_EVENTS) {
    throw new Problem('invalid_request', `publish 1 to ${MAX_EVENTS} events at once, not ${events.length}`);
  }
  for (const event of events) {
    if (event.specversion !== '1.0') throw new Problem('invalid_request', 'an event has the `specversion` "1.0"');
    for (const name of ['id', 'source', 'type'] as const) {
      const value: unknown = event[name];
      if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH) continue;
      throw new Problem('invalid_request', `an event has a text \`${name}\` of 1 to ${MAX_TEXT_LENGTH} characters`);
    }
  }
}

/** An event in the JSON format of CloudEvents. Throws `too_large`. */
export function eventJson(event: CloudEvent): Buffer {
  const body = Buffer.from(JSON.stringify(publicEvent(event)));
  if (body.length <= MAX_EVENT_BYTES) return body;
  throw new Problem(
    'too_large',
    `an event has ${body.length} bytes as JSON; ${MAX_EVENT_BYTES} are the most: keep what is large in a bucket and publish its key`,
    { details: { maxBytes: MAX_EVENT_BYTES } },
  );
}
