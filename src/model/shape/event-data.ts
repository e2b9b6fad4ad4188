import type { CloudEvent } from '../event.ts';
import { isObject, parseJsonText } from '../json.ts';
import { declaresJson } from '../media-type.ts';

/**
 * What each source's CloudEvents look like: `type`, `source`, `subject`, `id`, extension attributes and `data`. Sources make
 * these, shapes read them, `docs/guide/event-shapes.md` says the same in a table.
 *
 * One rule for all: `data` is what the source said (JSON where it is JSON, else a text, else bytes in `data_base64`), made
 * by `messageData`; what is said about it stands in extension attributes, structured things in them as JSON texts.
 *
 * | source | type | source | subject | id |
 * | --- | --- | --- | --- | --- |
 * | schedule | `fob.schedule.fired` | `fob:schedule/<trigger>` | | trigger and time |
 * | bucket, s3 | `fob.bucket.object-created`, `fob.bucket.object-removed` | `fob:bucket/<name>` | key | of the change |
 * | queue | `fob.queue.message` | `fob:queue/<name>` | | message id |
 * | topic | the published event's own, else `fob.topic.message` | own, else `fob:topic/<name>` | own | own |
 * | webhook | `fob.webhook.<provider>.<event>` | `fob:webhook/<trigger>` | | delivery id |
 * | mqtt | `fob.mqtt.message` | `fob:mqtt/<trigger>` | topic | |
 * | amqp | `fob.amqp.message` | `fob:amqp/<trigger>` | queue | |
 * | kafka | `fob.kafka.record` | `fob:kafka/<trigger>` | topic | `<topic>/<partition>/<offset>` |
 * | nats | `fob.nats.message` | `fob:nats/<trigger>` | subject | |
 * | redis | `fob.redis.entry`, `fob.redis.message` | `fob:redis/<trigger>` | stream or channel | `<stream>/<entry id>` |
 * | postgres | `fob.postgres.<insert, update, delete, truncate, notification>` | `fob:postgres/<trigger>` | table or channel | |
 * | completion | `fob.completion.succeeded`, `fob.completion.failed` | `fob:function/<name>` | | invocation id |
 */
export const EVENT_TYPES = {
  scheduleFired: 'fob.schedule.fired',
  objectCreated: 'fob.bucket.object-created',
  objectRemoved: 'fob.bucket.object-removed',
  queueMessage: 'fob.queue.message',
  topicMessage: 'fob.topic.message',
  mqttMessage: 'fob.mqtt.message',
  amqpMessage: 'fob.amqp.message',
  redisEntry: 'fob.redis.entry',
  redisMessage: 'fob.redis.message',
  kafkaRecord: 'fob.kafka.record',
  completionSucceeded: 'fob.completion.succeeded',
  completionFailed: 'fob.completion.failed',
} as const;

/** `data` of a schedule's event; its `time` is the planned time too. */
export interface ScheduleData {
  /** RFC 3339: when it was to fire, however late it did. */
  readonly scheduledTime: string;
  /** As the trigger has it, such as `rate(5 minutes)`. */
  readonly expression: string;
}

/** `data` of a bucket's event, whether of a built-in bucket or an outside one. */
export interface BucketData {
  readonly bucket: { readonly name: string };
  readonly object: {
    /** As it is, not encoded. */
    readonly key: string;
    readonly size: number;
    readonly etag: string;
    readonly versionId?: string;
    /** Hexadecimal: of two events of one key, the one with the greater text (padded to the same length) came later. */
    readonly sequencer: string;
  };
  /** The tail of S3's name of it, such as `ObjectCreated:Put`. */
  readonly eventName: string;
}

/** Extension attributes of `fob.queue.message`; `data` is the body, `id` the message's id. */
export interface QueueExtensions {
  /** RFC 3339. */
  readonly sentat?: string;
  /** 1 for the first delivery. */
  readonly attempt?: number;
  /** JSON text of an object of texts: the message's own attributes. */
  readonly attributes?: string;
  /** Of a FIFO queue. */
  readonly messagegroup?: string;
  readonly deduplicationid?: string;
  /** Decimal: greater for what was sent later. */
  readonly sequence?: string;
}

/**
 * Extension attributes of every event that comes by way of a topic. The event keeps its own type and source; what is
 * published without one gets `fob.topic.message`.
 */
export interface TopicExtensions {
  /** Name of the topic; by it a shape knows that the event came through one. */
  readonly fobtopic: string;
  /** JSON text of an object of texts. */
  readonly attributes?: string;
}

/** Extension attributes of `fob.webhook.*`; `data` is the body, parsed where it is JSON or a form. */
export interface WebhookExtensions {
  /** JSON text of a `WebhookRequest`. */
  readonly request?: string;
}

/** A webhook's request without its body. */
export interface WebhookRequest {
  readonly method: string;
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  /** Lower-case names; credentials are left out. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Extension attributes of `fob.mqtt.message`. */
export interface MqttExtensions {
  readonly qos?: number;
  readonly retain?: boolean;
  /** JSON text of MQTT 5's user properties. */
  readonly attributes?: string;
}

/** Extension attributes of `fob.amqp.message`. */
export interface AmqpExtensions {
  readonly virtualhost?: string;
  readonly exchange?: string;
  readonly routingkey?: string;
  readonly redelivered?: boolean;
  /** JSON text of the basic properties that are set, as AMQP clients name them: `contentType`, `headers`, `deliveryMode`, `timestamp` in seconds … */
  readonly properties?: string;
}

/** Extension attributes of `fob.redis.entry`; `data` are its fields as texts, unless the trigger names one. */
export interface RedisExtensions {
  /** JSON text of a list: names of fields whose value is no text, and stands in base64. */
  readonly base64fields?: string;
}

/** Extension attributes of `fob.kafka.record`. */
export interface KafkaExtensions {
  readonly partition?: number;
  /** Decimal. */
  readonly offset?: string;
  /** Base64 of the key's bytes; absent where it has none. */
  readonly keybase64?: string;
  /** JSON text of `[name, base64 of the value]` pairs, in order. */
  readonly headers?: string;
  /** Comma-separated addresses. */
  readonly brokers?: string;
}

/** The part of a CloudEvent that holds a message's body. */
export interface EventBody {
  readonly datacontenttype?: string;
  readonly data?: unknown;
  readonly data_base64?: string;
  /** Extension attribute: the text that `data` was parsed from, where writing `data` as JSON would give another. */
  readonly datatext?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A message's bytes as a CloudEvent holds them: parsed where they are JSON (and the content type does not say otherwise,
 * and it is not nested too deep), a text where they are one, else base64. `bodyBytes` gives the very bytes back.
 */
export function messageData(bytes: Uint8Array, contentType?: string): EventBody {
  const type = contentType === undefined || contentType === '' ? {} : { datacontenttype: contentType };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return { datacontenttype: 'application/octet-stream', ...type, data_base64: base64 };
  }
  if (contentType === undefined || contentType === '' || declaresJson(contentType)) {
    const data = parse(text);
    if (data !== undefined) {
      const exact = JSON.stringify(data) === text;
      return { datacontenttype: 'application/json', ...type, data, ...(!exact && { datatext: text }) };
    }
  }
  // A text that claims to be JSON and is none is no JSON for whoever reads the event.
  const isText = contentType !== undefined && contentType !== '' && !declaresJson(contentType);
  return { datacontenttype: isText ? contentType : 'text/plain; charset=utf-8', data: text };
}

/** The message's text as its sender wrote it; `undefined` where it is bytes. */
export function bodyText(event: EventBody): string | undefined {
  if (typeof event.datatext === 'string') return event.datatext;
  if (event.data_base64 !== undefined) return undefined;
  if (event.data === undefined) return '';
  if (typeof event.data === 'string' && !declaresJson(event.datacontenttype ?? '')) return event.data;
  return JSON.stringify(event.data);
}

/** The message's bytes as its sender wrote them. */
export function bodyBytes(event: EventBody): Buffer {
  const text = bodyText(event);
  return text === undefined ? Buffer.from(event.data_base64 ?? '', 'base64') : Buffer.from(text);
}

/** An extension attribute that holds a JSON object, parsed; empty where it is absent or none. */
export function objectAttribute(event: CloudEvent, name: string): Record<string, unknown> {
  const value = jsonAttribute(event, name);
  return isObject(value) ? value : {};
}

/** An extension attribute that holds a JSON object of texts; what in it is no text is written as JSON. */
export function textsAttribute(event: CloudEvent, name: string): [name: string, text: string][] {
  return Object.entries(objectAttribute(event, name)).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

/** An extension attribute that holds JSON, parsed; `undefined` where it is absent or no JSON. */
export function jsonAttribute(event: CloudEvent, name: string): unknown {
  const text = event[name];
  return typeof text === 'string' ? parse(text) : undefined;
}

function parse(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}
