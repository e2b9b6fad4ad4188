import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { operands, shellWord } from '../../src/console/ui/shell-words.ts';

test('a shell reads each word as it was, and nothing in it is a key that is pressed', () => {
  for (const word of [
    'plain',
    "it's",
    '$HOME `id` "x"',
    "a\nb\u0003rm 'x'\\n",
    '\u0085\t\u001b[31m',
    'gnp.\u202eexe\u200b',
    '',
  ]) {
    const quoted = shellWord(word);
    assert.equal(
      execFileSync('bash', ['-c', `printf %s ${quoted}`], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      }),
      word,
    );
    assert.doesNotMatch(quoted, /[\p{Cc}\u202e\u200b]/u);
  }
});

test('a name that looks like an option is none', () => {
  assert.deepEqual(operands('a', 'b'), ['a', 'b']);
  assert.deepEqual(operands('a', '--prefix='), ['--', 'a', '--prefix=']);
});
