import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEvent } from './cloudevents.ts';
import { isTooDeep, MAX_JSON_DEPTH, parseJsonText } from './json.ts';
import { Problem } from './problem.ts';
import { readablePayload } from './shape/destination-record.ts';
import { bodyText, messageData } from './shape/event-data.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const nestedObjects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('JSON has so many levels at most', () => {
  for (const text of [nested(MAX_JSON_DEPTH), nestedObjects(MAX_JSON_DEPTH)])
    assert.equal(JSON.stringify(parseJsonText(text)), text);
  for (const text of [nested(MAX_JSON_DEPTH + 1), nestedObjects(MAX_JSON_DEPTH + 1), nested(400_000)]) {
    assert.throws(() => parseJsonText(text), /deeper than 256 levels/);
    assert.equal(isTooDeep(JSON.parse(text)), true);
  }
  assert.throws(() => parseJsonText('{'), SyntaxError);
});

test('a message that is nested too deep is a text, and comes back as it was', () => {
  const text = nested(200_000);
  const event = messageData(Buffer.from(text), 'application/json');
  assert.equal(event.data, text);
  assert.equal(bodyText(event), text);
  assert.equal(readablePayload(Buffer.from(text)), text);
});

test('an event from outside whose data is nested too deep is refused', () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't', data: JSON.parse(nested(200_000)) };
  assert.throws(
    () => checkEvent(event),
    (error: Problem) => error instanceof Problem && error.code === 'invalid_request' && /nested/.test(error.message),
  );
});
