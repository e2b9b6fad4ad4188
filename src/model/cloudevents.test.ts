import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, checkEvent } from './cloudevents.ts';
import { decodeEvents, MAX_BATCH } from './cloudevents-http.ts';
import type { CloudEvent } from './event.ts';
import { Problem } from './problem.ts';
import { bodyBytes } from './shape/event-data.ts';
import { type EventMessage, encodeBatch, encodeBinary, encodeStructured } from './testing/encode-events.ts';

const LEAST = { specversion: '1.0', id: '1', source: '/here', type: 'com.example.thing' };
const HEADERS = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/here', 'ce-type': 'com.example.thing' };

const refused = (code: string, words: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Problem, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, words);
  return true;
};
const decode = ({ headers, body }: EventMessage) => decodeEvents(headers, body);
const decodeJson = (value: unknown, type = CLOUD_EVENT_TYPE) =>
  decodeEvents({ 'content-type': type }, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('an event', () => {
  const good: [string, object][] = [
    ['nothing more', {}],
    ['everything', { subject: 's', time: '2018-04-05T17:31:00Z', datacontenttype: 'text/xml', data: '<x/>' }],
    ['extensions of each type', { comexampleextension1: 'v', num: -2_147_483_648, yes: true, constructor: 'x' }],
    ['a source that is an absolute URI', { source: 'https://github.com/cloudevents#x?y' }],
    ['a source that begins with a number', { source: '1-555-123-4567' }],
    ['a source that is a URN', { source: 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66' }],
    ['an offset, and a fraction of a second', { time: '2018-04-05T17:31:00.123456789+02:00' }],
    ['a leap day', { time: '2024-02-29T00:00:00z' }],
    ['parameters of the content type', { datacontenttype: 'TEXT/Plain; CharSet="utf-8"', data: '' }],
    ['data of zero', { data: 0 }],
    ['no data but null', { data: null }],
    ['letters beyond ASCII', { subject: 'Gänseblümchen 🌼' }],
    ['a schema', { dataschema: 'https://example.com/schema#v1' }],
  ];
  for (const [name, more] of good) test(`may have ${name}`, () => void checkEvent({ ...LEAST, ...more }));

  const bad: [string, object, RegExp][] = [
    ['no id', { id: undefined }, /'id' is missing/],
    ['a null source', { source: null }, /'source' is missing/],
    ['an empty type', { type: '' }, /'type' must be a text that is not empty/],
    ['a number as id', { id: 1 }, /'id' must be a text/],
    ['an older version', { specversion: '0.3' }, /'0.3' is not known/],
    ['an empty subject', { subject: '' }, /'subject' must be/],
    ['a name with capitals', { myName: 'x' }, /'myName' is no attribute's name/],
    ['a name with a line', { my_name: 'x' }, /no attribute's name/],
    ['an object as attribute', { more: {} }, /'more' is no text, integer or boolean/],
    ['a fraction as attribute', { more: 1.5 }, /'more' is a number, but no integer/],
    ['an integer that is too large', { more: 2_147_483_648 }, /no integer of 32 bits/],
    ['a line feed', { subject: 'a\nb' }, /'subject' holds a control character/],
    ['half of a pair', { subject: '\uDEAD' }, /'subject' holds/],
    ['a noncharacter', { subject: '\uFFFE' }, /'subject' holds/],
    ['a source with a space', { source: 'my source' }, /no URI reference/],
    ['a source with a bad percent', { source: '/%zz' }, /no URI reference/],
    ['a source that begins with a colon', { source: '1:2' }, /no URI reference/],
    ['a relative schema', { dataschema: '/schema' }, /no absolute URI/],
    ['a day that is not', { time: '2023-02-29T00:00:00Z' }, /no time of RFC 3339/],
    ['a time without a zone', { time: '2023-02-28T00:00:00' }, /no time of RFC 3339/],
    ['a month that is not', { time: '2023-13-01T00:00:00Z' }, /no time of RFC 3339/],
    ['a content type that is none', { datacontenttype: 'json' }, /no media type/],
    ['data twice', { data: 1, data_base64: 'AA==' }, /not both/],
    ['base64 that is none', { data_base64: 'A' }, /no base64/],
    ['base64 of a URL', { data_base64: '-_==' }, /no base64/],
    ['an object that says it is a text', { datacontenttype: 'text/plain', data: {} }, /must be a text/],
    ['too long an attribute', { subject: 'x'.repeat(70_000) }, /longer than/],
  ];
  for (const [name, more, words] of bad) {
    test(`must not have ${name}`, () => {
      assert.throws(() => checkEvent({ ...LEAST, ...more }), refused('invalid_request', words));
    });
  }

  test('is an object', () => {
    for (const value of [null, [], 'x', 1, undefined]) {
      assert.throws(() => checkEvent(value), refused('invalid_request', /is a JSON object/));
    }
  });

  test('loses what is null, and what only the platform may say; data without a type is JSON', () => {
    const event = checkEvent({ ...LEAST, subject: null, fobtopic: 'x', datatext: 'y', data: 'I am a string' });
    assert.deepEqual(event, { ...LEAST, datacontenttype: 'application/json', data: 'I am a string' });
    assert.equal(checkEvent({ ...LEAST, data_base64: 'AAA=' }).datacontenttype, undefined);
  });
});

describe('over HTTP', () => {
  test('values are percent-encoded as the specification shows', () => {
    const event: CloudEvent = { ...LEAST, specversion: '1.0', subject: 'Euro € 😀' };
    assert.equal(encodeBinary(event).headers['ce-subject'], 'Euro%20%E2%82%AC%20%F0%9F%98%80');
    assert.equal(decode(encodeBinary(event))[0]!.subject, 'Euro € 😀');
    const subject = (value: string) => decodeEvents({ ...HEADERS, 'ce-subject': value }, Buffer.alloc(0))[0]!.subject;
    assert.equal(subject('%41%c3%a4 b'), 'Aä b', 'also what needed no encoding, and small letters');
    assert.equal(subject('"a \\"quoted\\" %25 \\\\ value"'), 'a "quoted" % \\ value');
    for (const value of ['%C0%A0', '%', '%4', '%zz', '%FF']) {
      assert.throws(() => subject(value), refused('invalid_request', /ce-subject is not well percent-encoded/));
    }
    assert.throws(() => subject('Ã¤'), refused('invalid_request', /beyond ASCII/));
  });

  test('the body is taken by its type alone', () => {
    const data = (type: string | undefined, body: string | Buffer) => {
      const [event] = decodeEvents({ ...HEADERS, 'content-type': type }, Buffer.from(body));
      const { datacontenttype, data: value, data_base64 } = event!;
      return [datacontenttype, value, data_base64];
    };
    assert.deepEqual(data('application/json', '{"a": 1}'), ['application/json', { a: 1 }, undefined]);
    assert.deepEqual(data('application/x+json;charset=UTF-8', '"x"'), [
      'application/x+json;charset=UTF-8',
      'x',
      undefined,
    ]);
    assert.deepEqual(data('text/plain', '{"a":1}'), ['text/plain', '{"a":1}', undefined]);
    assert.deepEqual(data('application/octet-stream', 'abc'), ['application/octet-stream', undefined, 'YWJj']);
    assert.deepEqual(data('text/plain; charset=iso-8859-1', 'abc'), [
      'text/plain; charset=iso-8859-1',
      undefined,
      'YWJj',
    ]);
    assert.deepEqual(data('text/plain', Buffer.from([255])), ['text/plain', undefined, '/w==']);
    assert.deepEqual(data(undefined, '{ "xyz": 123 }'), [undefined, undefined, 'eyAieHl6IjogMTIzIH0=']);
    assert.deepEqual(data('application/json', ''), ['application/json', undefined, undefined]);
    assert.throws(() => data('application/json', '{'), refused('invalid_request', /no JSON/));
  });

  test('what is refused, and how', () => {
    const cases: [Record<string, string | string[]>, string, string, RegExp][] = [
      [{}, '', 'unsupported_media_type', /is no CloudEvent/],
      [{ 'content-type': 'application/json' }, '{}', 'unsupported_media_type', /is no CloudEvent/],
      [
        { 'content-type': 'application/cloudevents+avro' },
        '',
        'unsupported_media_type',
        /not as application\/cloudevents\+avro/,
      ],
      [{ 'content-type': 'application/cloudevents' }, '{}', 'unsupported_media_type', /events are taken as/],
      [{ 'content-type': `${CLOUD_EVENT_TYPE}; charset=utf-16` }, '{}', 'unsupported_media_type', /UTF-8/],
      [{ 'content-type': CLOUD_EVENT_TYPE }, '{', 'invalid_request', /no JSON/],
      [{ 'content-type': CLOUD_EVENT_TYPE }, '[]', 'invalid_request', /is a JSON object/],
      [{ 'content-type': CLOUD_EVENT_BATCH_TYPE }, '{}', 'invalid_request', /is a JSON array/],
      [{ 'content-type': CLOUD_EVENT_BATCH_TYPE }, '[{}]', 'invalid_request', /'specversion' is missing/],
      [
        { 'content-type': CLOUD_EVENT_BATCH_TYPE },
        JSON.stringify(new Array(MAX_BATCH + 1).fill(LEAST)),
        'too_large',
        /at most 1000/,
      ],
      [{ ...HEADERS, 'ce-datacontenttype': 'x/y' }, '', 'invalid_request', /must not be/],
      [{ ...HEADERS, 'ce-data': 'x' }, '', 'invalid_request', /must not be/],
      [{ ...HEADERS, 'ce-my-name': 'x' }, '', 'invalid_request', /no attribute's name/],
      [{ ...HEADERS, 'ce-id': ['1', '2'] }, '', 'invalid_request', /is there 2 times/],
      [{ 'ce-id': '1' }, '', 'invalid_request', /'specversion' is missing/],
    ];
    for (const [headers, body, code, words] of cases) {
      assert.throws(() => decodeEvents(headers, Buffer.from(body)), refused(code, words), JSON.stringify(headers));
    }
    assert.deepEqual(decodeJson([], CLOUD_EVENT_BATCH_TYPE), []);
    assert.equal(decodeJson(LEAST, 'Application/CloudEvents+JSON; charset=UTF-8').length, 1);
    assert.throws(
      () => decodeEvents({ 'content-type': CLOUD_EVENT_TYPE }, Buffer.from([0x22, 0xff, 0x22])),
      refused('invalid_request', /no JSON/),
    );
  });

  test('the platform keeps its marks to itself', () => {
    const event: CloudEvent = {
      ...LEAST,
      specversion: '1.0',
      fobtopic: 't',
      datacontenttype: 'application/json',
      data: 1,
      datatext: '1.0',
    };
    const { fobtopic, datatext, ...rest } = event;
    assert.deepEqual(JSON.parse(encodeStructured(event).body.toString()), rest);
    const binary = encodeBinary(event);
    assert.deepEqual(
      Object.keys(binary.headers).filter((name) => /fobtopic|datatext/.test(name)),
      [],
    );
    assert.equal(binary.body.toString(), '1.0', 'the body is sent as it came');
  });
});

const character = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((c) => !/[\p{Cc}\p{Noncharacter_Code_Point}\p{Surrogate}]/u.test(c));
const text = fc.array(character, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
const name = fc
  .stringMatching(/^[a-z][a-z0-9]{0,19}$/)
  .filter(
    (n) =>
      !['data', 'specversion', 'time', 'source', 'dataschema', 'datacontenttype', 'datatext', 'fobtopic'].includes(n),
  );
/** Values that are the same in headers, where all are texts. */
const attributes = fc.dictionary(name, text, { maxKeys: 6 });
const body = fc.oneof(
  fc.constant({}),
  fc.json().map((json) => ({ datacontenttype: 'application/json', data: JSON.parse(json) as unknown })),
  text.map((data) => ({ datacontenttype: 'text/plain; charset=utf-8', data })),
  fc
    .uint8Array({ minLength: 1 })
    .map((bytes) => ({ datacontenttype: 'image/png', data_base64: Buffer.from(bytes).toString('base64') })),
);
const events = fc
  .tuple(attributes, text, text, body)
  .map(([more, id, type, data]) => ({ ...more, ...LEAST, id, type, ...data }) as CloudEvent);

describe('whatever the event', () => {
  test('it comes back from each of the three modes', () => {
    fc.assert(
      fc.property(events, (event) => {
        assert.deepEqual(decode(encodeStructured(event)), [event]);
        const [{ datatext, ...binary }] = decode(encodeBinary(event)) as [CloudEvent];
        assert.equal(datatext, undefined, 'our own JSON needs no memory of its text');
        assert.deepEqual(binary, event);
        assert.deepEqual(decode(encodeBatch([event, event])), [event, event]);
      }),
    );
  });

  test('headers hold printable ASCII without spaces and quotes', () => {
    fc.assert(
      fc.property(events, (event) => {
        for (const [header, value] of Object.entries(encodeBinary(event).headers)) {
          if (header !== 'content-type') assert.match(value, /^[\x21\x23-\x7e]*$/);
        }
      }),
    );
  });

  test('a JSON body passes byte for byte', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n'), (json, space) => {
        const sent = Buffer.from(space + json + space);
        const [event] = decodeEvents({ ...HEADERS, 'content-type': 'application/json' }, sent);
        assert.deepEqual(bodyBytes(event!), sent);
        assert.deepEqual(encodeBinary(event!).body, sent);
      }),
    );
  });

  test('and whatever the message, it is read or refused with a problem', () => {
    const headers = fc.dictionary(
      fc.constantFrom(...Object.keys(HEADERS), 'content-type', 'ce-x', 'ce-Ü'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        headers,
        fc.constantFrom(CLOUD_EVENT_TYPE, CLOUD_EVENT_BATCH_TYPE, undefined),
        fc.oneof(fc.string(), fc.json()),
        (given, type, sent) => {
          try {
            decodeEvents({ ...given, ...(type && { 'content-type': type }) }, Buffer.from(sent));
          } catch (thrown) {
            assert.ok(thrown instanceof Problem, String(thrown));
          }
        },
      ),
    );
  });
});
