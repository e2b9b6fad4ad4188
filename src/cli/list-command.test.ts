import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withListCommand } from './list-command.ts';
import { COMMANDS } from './program.ts';

test('what the API says of its lists, people are told as a command', () => {
  assert.deepEqual(withListCommand('there is no team "a"; GET /v1/teams lists them'), {
    message: 'there is no team "a"',
    hint: 'fob team list shows them',
  });
  assert.deepEqual(withListCommand('no alert "x" fires; GET /v1/alerts lists those that do'), {
    message: 'no alert "x" fires',
    hint: 'fob alert list shows those that do',
  });
});

test('what no command lists, and every other message, stays as it is', () => {
  for (const message of ['there is no project "a"; GET /v1/projects lists them', 'GET /v1/teams lists them', '']) {
    assert.deepEqual(withListCommand(message), { message });
  }
});

test('its commands are there', () => {
  const { hint } = withListCommand('; GET /v1/execution-roles lists them');
  assert.ok(COMMANDS.some(({ name }) => name === hint?.split(' ')[1]));
});
