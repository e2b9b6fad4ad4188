import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CloudEvent } from '../../event.ts';
import { EVENT_TYPES, messageData } from '../event-data.ts';
import { decodeKey, encodeKey } from './bucket.ts';
import { awsShape } from './index.ts';

const TIME = '2026-01-31T12:00:00.250Z';
const event = (type: string, source: string, more: object): CloudEvent => ({
  specversion: '1.0',
  id: 'id-1',
  source,
  type,
  time: TIME,
  ...more,
});
const one = (shaped: CloudEvent) => awsShape([shaped], { batch: false });
const batch = (...shaped: CloudEvent[]) => awsShape(shaped, { batch: true });

test('a schedule is a Scheduled Event of EventBridge', () => {
  const fired = event(EVENT_TYPES.scheduleFired, 'fob:schedule/nightly', {
    data: { scheduledTime: '2026-01-31T12:00:00.000Z', expression: 'rate(1 day)' },
  });
  const shaped = {
    version: '0',
    id: 'id-1',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-01-31T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/nightly'],
    detail: {},
  };
  assert.deepEqual(one(fired), shaped);
  assert.deepEqual(batch(fired, fired), { Records: [shaped, shaped] });
});

describe('a bucket', () => {
  const object = { key: 'my photos/a+b (1)~ü.jpg', size: 7, etag: 'abc', sequencer: '00F1' };
  const changed = (eventName: string, more: object = {}) =>
    event(EVENT_TYPES.objectCreated, 'fob:bucket/photos', {
      subject: object.key,
      data: { bucket: { name: 'photos' }, object: { ...object, ...more }, eventName },
    });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the shape as JavaScript does
  const objectOf = (shaped: CloudEvent) => (one(shaped) as any).Records[0].s3.object;

  test("is S3's notification", () => {
    const key = 'my+photos/a%2Bb+%281%29%7E%C3%BC.jpg';
    assert.deepEqual(one(changed('ObjectCreated:Put', { versionId: 'v1' })), {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventTime: TIME,
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: '000000000000' },
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: { 'x-amz-request-id': 'id-1', 'x-amz-id-2': 'id-1' },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'fob',
            bucket: { name: 'photos', ownerIdentity: { principalId: '000000000000' }, arn: 'arn:aws:s3:::photos' },
            object: { key, size: 7, eTag: 'abc', versionId: 'v1', sequencer: '00F1' },
          },
        },
      ],
    });
  });

  test('says no size of what is gone', () => {
    const { key } = objectOf(changed('ObjectRemoved:Delete'));
    assert.deepEqual(objectOf(changed('ObjectRemoved:Delete')), { key, sequencer: '00F1' });
    assert.deepEqual(objectOf(changed('ObjectRemoved:DeleteMarkerCreated', { versionId: 'v2' })), {
      key,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      versionId: 'v2',
      sequencer: '00F1',
    });
  });

  test('keys come back from their encoding, by the way that Lambda functions decode them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        assert.equal(decodeKey(encodeKey(key)), key);
        assert.equal(decodeURIComponent(encodeKey(key).replaceAll('+', ' ')), key);
        assert.match(encodeKey(key), /^[A-Za-z0-9*._+/%-]*$/);
      }),
    );
  });
});

describe('a queue', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');

  test("is SQS's event", () => {
    const body = '{ "n": 1.0 }';
    const message = event(EVENT_TYPES.queueMessage, 'fob:queue/jobs', {
      ...messageData(Buffer.from(body)),
      sentat: '2026-01-31T11:59:59.000Z',
      attempt: 2,
      attributes: '{"color":"red"}',
    });
    const record = {
      messageId: 'id-1',
      receiptHandle: 'id-1',
      body,
      attributes: {
        ApproximateReceiveCount: '2',
        SentTimestamp: '1769860799000',
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: '1769860799000',
      },
      messageAttributes: {
        color: { stringValue: 'red', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: md5(body),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
      awsRegion: 'us-east-1',
    };
    assert.deepEqual(one(message), { Records: [record] });
    assert.deepEqual(batch(message, { ...message, id: 'id-2' }), {
      Records: [record, { ...record, messageId: 'id-2', receiptHandle: 'id-2' }],
    });
  });

  test('of FIFO says group, sequence and de-duplication id; bytes are base64', () => {
    const message = event(EVENT_TYPES.queueMessage, 'fob:queue/jobs.fifo', {
      data_base64: '/w==',
      messagegroup: 'g',
      sequence: '18849496460467696128',
      deduplicationid: 'd',
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads the shape as JavaScript does
    const [record] = (one(message) as any).Records;
    assert.equal(record.body, '/w==');
    assert.equal(record.md5OfBody, md5('/w=='));
    assert.equal(record.attributes.MessageGroupId, 'g');
    assert.equal(record.attributes.SequenceNumber, '18849496460467696128');
    assert.equal(record.attributes.MessageDeduplicationId, 'd');
  });
});

describe('a topic', () => {
  test("is SNS's event", () => {
    const message = event(EVENT_TYPES.topicMessage, 'fob:topic/news', {
      ...messageData(Buffer.from('hello')),
      fobtopic: 'news',
      attributes: '{"kind":"greeting"}',
    });
    assert.deepEqual(one(message), {
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: 'arn:aws:sns:us-east-1:000000000000:news:00000000-0000-0000-0000-000000000000',
          Sns: {
            Type: 'Notification',
            MessageId: 'id-1',
            TopicArn: 'arn:aws:sns:us-east-1:000000000000:news',
            Subject: null,
            Message: 'hello',
            Timestamp: TIME,
            SignatureVersion: '1',
            Signature: '',
            SigningCertUrl: '',
            UnsubscribeUrl: '',
            MessageAttributes: { kind: { Type: 'String', Value: 'greeting' } },
          },
        },
      ],
    });
  });

  test('hands on what came from elsewhere with its attributes', () => {
    const foreign = event('fob.bucket.object-created', '/shop', {
      fobtopic: 'news',
      subject: 's',
      data: { n: 1 },
      rank: 5,
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads the shape as JavaScript does
    const { Sns } = (one(foreign) as any).Records[0];
    assert.deepEqual([Sns.Subject, Sns.Message], ['s', '{"n":1}']);
    assert.deepEqual(Object.keys(Sns.MessageAttributes).sort(), [
      'ce_id',
      'ce_rank',
      'ce_source',
      'ce_specversion',
      'ce_subject',
      'ce_time',
      'ce_type',
    ]);
    assert.deepEqual(Sns.MessageAttributes.ce_rank, { Type: 'String', Value: '5' });
  });
});

test('attributes that are no texts are written as JSON', () => {
  const attributes = '{"a":{"toString":1},"b":[1],"c":null,"__proto__":"d"}';
  const shaped = (type: string, more: object) =>
    // biome-ignore lint/suspicious/noExplicitAny: a test reads the shape as JavaScript does
    (one(event(type, 'fob:x/y', { attributes, ...more })) as any).Records[0];
  const { MessageAttributes } = shaped('t', { fobtopic: 'news' }).Sns;
  assert.equal(MessageAttributes.a.Value, '{"toString":1}');
  const { messageAttributes } = shaped(EVENT_TYPES.queueMessage, {});
  assert.deepEqual(
    Object.entries(messageAttributes).map(([name, value]) => [name, (value as { stringValue: string }).stringValue]),
    [
      ['a', '{"toString":1}'],
      ['b', '[1]'],
      ['c', 'null'],
      ['__proto__', 'd'],
    ],
  );
});

test('MQTT is the message itself, as an IoT rule hands it over', () => {
  const message = (body: string | Buffer) =>
    event(EVENT_TYPES.mqttMessage, 'fob:mqtt/sensors', { subject: 'a/b', ...messageData(Buffer.from(body)) });
  assert.deepEqual(one(message('{"t":21.5}')), { t: 21.5 });
  assert.equal(one(message('on')), 'on');
  assert.equal(one(message(Buffer.from([255]))), '/w==');
});

test("AMQP is Amazon MQ's event of RabbitMQ", () => {
  const message = event(EVENT_TYPES.amqpMessage, 'fob:amqp/test', {
    subject: 'test',
    virtualhost: '/',
    redelivered: false,
    ...messageData(Buffer.from('{"timeout":0,"data":"CZrmf0Gw8Ov4bqLQxD4E"}'), 'text/plain'),
    properties: JSON.stringify({
      contentType: 'text/plain',
      headers: { header1: 'value1', numberInHeader: 10 },
      deliveryMode: 1,
      priority: 34,
      expiration: '60000',
      timestamp: 2_021,
      userId: 'AIDACKCEVSQ6C2EXAMPLE',
    }),
  });
  assert.deepEqual(one(message), {
    eventSource: 'aws:rmq',
    eventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:test:test',
    rmqMessagesByQueue: {
      'test::/': [
        {
          basicProperties: {
            contentType: 'text/plain',
            contentEncoding: null,
            headers: { header1: { bytes: [118, 97, 108, 117, 101, 49] }, numberInHeader: 10 },
            deliveryMode: 1,
            priority: 34,
            correlationId: null,
            replyTo: null,
            expiration: '60000',
            messageId: null,
            timestamp: 'Jan 1, 1970, 12:33:41 AM',
            type: null,
            userId: 'AIDACKCEVSQ6C2EXAMPLE',
            appId: null,
            clusterId: null,
            bodySize: 43,
          },
          redelivered: false,
          data: 'eyJ0aW1lb3V0IjowLCJkYXRhIjoiQ1pybWYwR3c4T3Y0YnFMUXhENEUifQ==',
        },
      ],
    },
  });
});

test('Kafka is the event of a self-managed cluster, its records by topic and partition', () => {
  const record = (partition: number, offset: string, more: object) =>
    event(EVENT_TYPES.kafkaRecord, 'fob:kafka/log', {
      subject: 'mytopic',
      partition,
      offset,
      brokers: 'a:9092',
      ...more,
    });
  const full = {
    ...messageData(Buffer.from('Hello, this is a test.')),
    keybase64: 'cmVjb3JkS2V5',
    headers: JSON.stringify([['headerKey', Buffer.from('headerValue').toString('base64')]]),
  };
  const common = { topic: 'mytopic', timestamp: Date.parse(TIME), timestampType: 'CREATE_TIME' };
  assert.deepEqual(batch(record(0, '15', full), record(1, '3', {})), {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'a:9092',
    records: {
      'mytopic-0': [
        {
          ...common,
          partition: 0,
          offset: 15,
          key: 'cmVjb3JkS2V5',
          value: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
          headers: [{ headerKey: [104, 101, 97, 100, 101, 114, 86, 97, 108, 117, 101] }],
        },
      ],
      'mytopic-1': [{ ...common, partition: 1, offset: 3, headers: [] }],
    },
  });
});

test('a webhook is the request as a function URL hands it over, its body unchanged', () => {
  const body = '{ "ref": "main" }';
  const hook = event('fob.webhook.github.push', 'fob:webhook/builds', {
    ...messageData(Buffer.from(body), 'application/json'),
    request: JSON.stringify({
      method: 'POST',
      path: '/hooks/builds',
      query: 'a=1&a=2',
      headers: { host: 'fob.example.com', 'content-type': 'application/json', 'x-github-event': 'push' },
    }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the shape as JavaScript does
  const shaped = one(hook) as any;
  assert.equal(shaped.version, '2.0');
  assert.equal(shaped.rawPath, '/hooks/builds');
  assert.deepEqual(shaped.queryStringParameters, { a: '1,2' });
  assert.equal(shaped.headers['x-github-event'], 'push');
  assert.equal(shaped.requestContext.http.method, 'POST');
  assert.equal(shaped.requestContext.requestId, 'id-1');
  assert.deepEqual([shaped.body, shaped.isBase64Encoded], [body, false]);
});

test('a completion is the record that destinations get; everything else is the CloudEvent', () => {
  const data = { version: '1.0', requestContext: { condition: 'Success' } };
  assert.deepEqual(one(event(EVENT_TYPES.completionSucceeded, 'fob:function/f', { data })), data);
  const insert = event('fob.postgres.insert', 'fob:postgres/db', { data: { id: 1 } });
  assert.equal(one(insert), insert);
  assert.deepEqual(batch(insert), { Records: [insert] });
});

test('whatever a CloudEvent of these types holds, it has a shape that is JSON', () => {
  const types = [...Object.values(EVENT_TYPES), 'fob.webhook.github.push', 'fob.http.request'];
  const names = [
    'attributes',
    'request',
    'properties',
    'headers',
    'time',
    'subject',
    'offset',
    'partition',
    'attempt',
    'brokers',
  ];
  const odd = fc.constantFrom('null', '[null]', '[1]', '[[]]', '{"headers":1}', '{"timestamp":1e99}');
  const attribute = fc.oneof(fc.json(), fc.string(), odd, fc.integer(), fc.boolean());
  const known = {
    scheduledTime: fc.jsonValue(),
    bucket: fc.jsonValue(),
    object: fc.jsonValue(),
    eventName: fc.jsonValue(),
  };
  const body = fc.oneof(
    fc.record({ data: fc.jsonValue() }),
    fc.record({ data: fc.record(known, { requiredKeys: [] }) }),
    fc.record({ data: fc.constant({ bucket: { name: '' }, object: { key: '\ud800' }, eventName: '' }) }),
    fc.record({ data_base64: fc.base64String() }),
    fc.constant({}),
  );
  const made = fc
    .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), attribute), body)
    .map(([type, attributes, data]) => event(type, 'x', { ...attributes, ...data }));
  fc.assert(
    fc.property(made, fc.boolean(), (shaped, isBatch) => {
      JSON.stringify(awsShape([shaped], { batch: isBatch }));
    }),
    { numRuns: 1_000 },
  );
});
