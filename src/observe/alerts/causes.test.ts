import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InvocationRecord } from '../../store/journal.ts';
import { causesOf } from './causes.ts';
import type { VersionFacts } from './ports.ts';

const AT_MS = 1_800_000_000_000;
const COMMIT = { commit: '3fa9c1d0aa77', subject: 'charge twice', author: 'Alice', clean: true };

/** What is said of version 2, after that it was deployed. */
function said(facts: Partial<VersionFacts>): string {
  return cause(facts).slice('version 2, deployed 10 s before it began'.length).split('; ')[0]!;
}

/** The likeliest cause where all calls of version 2 fail, which came 10 seconds before. */
function cause(facts: Partial<VersionFacts>): string {
  const failed = [2, 2, 2].map((version) => ({ version, status: 'failed', durationMs: 1 }) as InvocationRecord);
  const causes = causesOf({
    rule: 'errors',
    facts: { name: 'pay', owner: '', tags: {}, timeoutMs: 1_000, memoryMb: 128, createdAtMs: 0 },
    sinceMs: AT_MS,
    windowMs: 300_000,
    records: failed,
    recent: failed,
    failed,
    versions: [
      { version: 2, createdAtMs: AT_MS - 10_000, ...facts },
      { version: 1, createdAtMs: 0 },
    ],
    called: 0,
    calledFailed: [],
    lanes: [],
  });
  return causes[0]!.text;
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
  assert.match(cause({ git: COMMIT, settingsOnly: true }), /^version 2, settings changed 10 s before it began; /);
});
