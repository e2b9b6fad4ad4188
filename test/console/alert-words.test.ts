import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertInWords } from '../../src/console/screens/home/alert-words.ts';

describe('an alert among what needs attention', () => {
  const said = (rule: string, measure: string, value: string, worst = value) =>
    alertInWords({ rule, measure, value, worst });

  it('says what is wrong rather than the name of its rule', () => {
    assert.equal(said('dead-events', 'events.dead', '36'), '36 events could not be delivered');
    assert.equal(said('dead-events', 'events.dead', '1'), '1 event could not be delivered');
    assert.equal(said('dead-events', 'events.deadNow', '2'), '2 events could not be delivered');
    assert.equal(said('errors', 'errors / invocations', '43%'), '43% of invocations failed');
    assert.equal(said('mine', 'p95(duration)', '3 s'), 'mine: p95(duration) 3 s');
    assert.equal(said('mine', 'constructor', '3'), 'mine: constructor 3');
  });

  it('says what was while it fades, and what is now', () => {
    assert.equal(said('errors', 'errors / invocations', '0%', '100%'), '100% of invocations failed at worst, 0% now');
    assert.equal(said('dead-events', 'events.deadNow', '0', '36'), '36 events could not be delivered at worst, 0 now');
    assert.equal(said('mine', 'events.dead', '0', '36'), '36 events could not be delivered, 0 of them lately');
  });
});
