import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { NewAuditEntry } from '../../store/audit-trail.ts';
import { createAudit, type Happening } from './audit.ts';
import { differences } from './changes.ts';

function started() {
  const clock = new FakeClock();
  const entries: NewAuditEntry[] = [];
  const audit = createAudit({ clock, trail: { append: (entry) => void entries.push(entry) } });
  const refuse = (given: Partial<Happening> = {}) =>
    audit.record({
      actor: 'eve',
      action: 'function:deploy',
      subject: 'function:pay',
      outcome: 'denied',
      from: { address: '10.0.0.1' },
      ...given,
    });
  return { clock, entries, audit, refuse };
}

describe('the audit', () => {
  test('writes each change at once, with what was before and after', () => {
    const { audit, entries } = started();
    for (let n = 0; n < 3; n++) {
      audit.record({
        actor: 'ada',
        action: 'x:y',
        subject: 's',
        before: { n },
        after: { n: n + 1 },
        details: { why: 1 },
      });
    }
    assert.equal(entries.length, 3);
    assert.deepEqual(entries[2]!.details, { why: 1, before: { n: 2 }, after: { n: 3 } });
    assert.equal(entries[0]!.outcome, 'done');
  });

  test('counts what is refused again and again, and loses no such attempt', () => {
    const { audit, entries, refuse, clock } = started();
    for (let n = 0; n < 1_000; n++) refuse();
    assert.equal(entries.length, 1, 'the first is written at once');
    clock.advance(60_000);
    assert.equal(entries.length, 2);
    assert.equal(entries[1]!.details.repeats, 999);
    refuse();
    assert.equal(entries.length, 3, 'a new minute begins anew');
    audit.close();
    assert.equal(entries.length, 3, 'nothing was counted since');
  });

  test('is not flooded by who tries many different things, and still says how many', () => {
    const { audit, entries, refuse } = started();
    for (let n = 0; n < 10_000; n++) refuse({ subject: `function:f${n}` });
    refuse({ actor: 'mallory' });
    audit.close();
    assert.ok(entries.length <= 54, `${entries.length} entries`);
    const attempts = entries.reduce(
      (sum, { details }) => sum + (typeof details.repeats === 'number' ? details.repeats : 1),
      0,
    );
    assert.equal(attempts, 10_001);
    assert.ok(
      entries.some(({ actor }) => actor === 'mallory'),
      'another one is told apart',
    );
  });

  test('is bounded against many callers, too', () => {
    const { audit, entries, refuse } = started();
    for (let n = 0; n < 5_000; n++) refuse({ from: { address: `10.0.${n >> 8}.${n & 255}` } });
    audit.close();
    assert.ok(entries.length <= 2_002, `${entries.length} entries`);
    const attempts = entries.reduce(
      (sum, { details }) => sum + (typeof details.repeats === 'number' ? details.repeats : 1),
      0,
    );
    assert.equal(attempts, 5_000);
  });

  test('bounds what callers put into it', () => {
    const { audit, entries } = started();
    audit.record({ actor: 'a'.repeat(10_000), action: 'x', subject: 's', details: { text: 'x'.repeat(100_000) } });
    assert.ok(JSON.stringify(entries[0]).length < 2_000);
    assert.match(String(entries[0]!.details.omitted), /bytes/);
  });
});

test('what differs is told setting by setting, an environment by its names alone', () => {
  const { before, after } = differences(
    { memoryMb: 128, tags: { a: '1' }, environment: { KEEP: '1', GONE: 'secret', CHANGED: 'old secret' } },
    { memoryMb: 256, tags: { a: '1' }, environment: { KEEP: '1', CHANGED: 'new secret', NEW: 'secret' } },
  );
  assert.deepEqual(before, { memoryMb: 128, environment: ['CHANGED', 'GONE'] });
  assert.deepEqual(after, { memoryMb: 256, environment: ['CHANGED', 'NEW'] });
  assert.doesNotMatch(JSON.stringify([before, after]), /secret/);
});
