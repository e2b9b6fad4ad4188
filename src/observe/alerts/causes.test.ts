import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InvocationRecord } from '../../store/journal.ts';
import { causesOf, type Evidence } from './causes.ts';
import type { VersionFacts } from './ports.ts';

const AT_MS = 1_800_000_000_000;
const COMMIT = { commit: '3fa9c1d0aa77', subject: 'charge twice', author: 'Alice', clean: true };

/** What is said of version 2, after that it was deployed. */
function said(facts: Partial<VersionFacts>): string {
  return cause(facts)!.slice('version 2, deployed 10 s before it began'.length).split('; ')[0]!;
}

/** Invocations of a version; the first of them failed. */
function calls(version: number, count: number, failed: number): InvocationRecord[] {
  return Array.from(
    { length: count },
    (_, n) => ({ version, status: n < failed ? 'failed' : 'succeeded', durationMs: 1 }) as InvocationRecord,
  );
}

/** The likeliest cause of what is wrong with a function whose version 2 came 10 seconds before. */
function cause(facts: Partial<VersionFacts>, evidence: Partial<Evidence> = {}): string | undefined {
  const { records = calls(2, 3, 3) } = evidence;
  return causesOf({
    rule: 'errors',
    facts: { name: 'pay', owner: '', tags: {}, timeoutMs: 1_000, memoryMb: 128, createdAtMs: 0 },
    sinceMs: AT_MS,
    windowMs: 300_000,
    records,
    recent: records,
    failed: records.filter(({ status }) => status === 'failed'),
    versions: [
      { version: 2, createdAtMs: AT_MS - 10_000, ...facts },
      { version: 1, createdAtMs: 0 },
    ],
    aboutFailures: true,
    called: 0,
    calledFailed: [],
    lanes: [],
    ...evidence,
  })[0]?.text;
}

test('a new version is told by what was said of it, and by a commit only as far as it is of that', () => {
  assert.equal(said({}), '');
  assert.equal(said({ git: COMMIT }), ', commit 3fa9c1d0aa "charge twice"');
  assert.equal(said({ message: 'nicer names\nand more' }), ', "nicer names"');
  assert.equal(said({ message: 'nicer names', git: COMMIT }), ', "nicer names", commit 3fa9c1d0aa');
  // What differs from its commit is not what that is about.
  const git = { ...COMMIT, clean: false };
  assert.equal(said({ git }), ', with changes that are not in commit 3fa9c1d0aa');
  assert.equal(
    said({ message: 'nicer names', git }),
    ', "nicer names", with changes that are not in commit 3fa9c1d0aa',
  );
});

test('a version that has other settings alone was not deployed, and is of no commit', () => {
  assert.match(cause({ git: COMMIT, settingsOnly: true })!, /^version 2, settings changed 10 s before it began; /);
});

test('a version that fails much more than those before is the cause, though some of the failures are of those', () => {
  const seldom = cause({}, { records: [...calls(2, 60, 20), ...calls(1, 260, 10)] });
  assert.match(seldom!, /^version 2, .*; 20 of 30 failures are of it, and 10 of 260 calls of earlier ones failed$/);
  const asMuch = cause({}, { records: [...calls(2, 60, 20), ...calls(1, 50, 10)] });
  assert.doesNotMatch(asMuch!, /version 2/);
});

test('a trigger that sends much more than before is a cause, but not of a function that was not there before', () => {
  const lanes = [{ lane: 'orders', now: 600, before: 10 }];
  const records = calls(1, 3, 3);
  assert.match(cause({}, { records, lanes })!, /^the trigger orders sent 600 events in 5 min, 10 in /);
  const facts = { name: 'pay', owner: '', tags: {}, timeoutMs: 1_000, memoryMb: 128, createdAtMs: AT_MS - 400_000 };
  assert.doesNotMatch(cause({}, { records, lanes, facts })!, /trigger/);
});
