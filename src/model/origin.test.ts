import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { originHeader, withoutCredentials } from './origin.ts';

test('a stated origin goes through a header unharmed, whatever its letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const header = originHeader({ message });
      assert.match(header, /^[\x20-\x7e]*$/);
      assert.deepEqual(JSON.parse(header), { message });
    }),
  );
});

test('addresses lose their credentials and nothing else', () => {
  const cases = {
    'https://ann:secret@example.org/a.git': 'https://example.org/a.git',
    'https://token@example.org/a.git?private_token=x#y': 'https://example.org/a.git',
    'https://example.org/@scope/a.git': 'https://example.org/@scope/a.git',
    'ssh://git@example.org:22/a.git': 'ssh://example.org:22/a.git',
    'git@example.org:a/b.git': 'git@example.org:a/b.git',
    'ann:secret@example.org:a/b.git': 'ann@example.org:a/b.git',
    '/srv/git/a@b.git': '/srv/git/a@b.git',
  };
  for (const [given, kept] of Object.entries(cases)) assert.equal(withoutCredentials(given), kept);
});
