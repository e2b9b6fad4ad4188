import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainGrants } from './explain-grants.ts';

test('what a function may do with services is explained by its grants', () => {
  const grants = ['kv:archived:write', 'queue:jobs-*'];
  const ask = (action: string, resource: string) => explainGrants('archive', { action, resource }, grants);
  assert.equal(ask('kv:write', 'kv:archived')?.allowed, true);
  assert.match(ask('queue:manage', 'queue:jobs-eu')!.reason, /its grant queue:jobs-\*/);
  const denied = ask('kv:read', 'kv:archived')!;
  assert.equal(denied.allowed, false);
  assert.match(denied.needed!, /fob set archive --grant kv:archived:read/);
  assert.match(ask('bucket:manage', 'bucket:photos')!.needed!, /--grant bucket:photos,/);
  assert.match(ask('function:invoke', 'function:pay')!.needed!, /fob set archive --grant function:pay:invoke/);
  assert.equal(ask('function:remove', 'function:archive'), undefined, 'no grant is about that');
  assert.equal(ask('kv:write', '*'), undefined);
});
