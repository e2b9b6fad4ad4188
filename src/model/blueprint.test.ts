// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Value } from 'typebox/value';
import {
  type Blueprint,
  BlueprintSchema,
  completeValues,
  filledResources,
  resourcesOf,
  unknownReferences,
  valuesOf,
} from './blueprint.ts';
import { Problem } from './problem.ts';

const blueprint: Blueprint = {
  title: 'Copy',
  summary: 'Copies objects',
  shows: ['copying'],
  languages: ['python'],
  tags: ['storage'],
  values: {
    from: { label: 'From', pattern: '^[a-z-]+$', help: 'small letters' },
    to: { label: 'To', default: '${from}-copy' },
    many: { label: 'Many', type: 'number', default: '2' },
  },
  secrets: { API_KEY: { label: 'the key' }, HOOK: { label: 'the hook' } },
  functions: {
    '${name}': { path: './function', role: '${name}', secrets: { API_KEY: '${name}-key' }, maxConcurrency: '${many}' },
    '${name}-again': { path: './function', secrets: { API_KEY: '${name}-key' }, description: 'has ${many}' },
  },
  roles: { '${name}': { templates: { 'bucket-read': ['${from}'] }, grants: ['bucket:${to}:write'] } },
  triggers: { '${name}': { function: '${name}', type: 'webhook', options: { secret: '${HOOK}' } } },
  buckets: { '${from}': null, '${to}': null },
};

/** Fails unless it is refused for this value and reason. */
function refused(given: Record<string, string>, field: string, why: RegExp): void {
  assert.throws(
    () => completeValues(blueprint, 'copy', given),
    (error: unknown) => {
      assert.ok(error instanceof Problem);
      assert.deepEqual([error.code, error.details?.field], ['invalid_request', field]);
      assert.match(error.message, why);
      return true;
    },
  );
}

describe('a blueprint', () => {
  test('has a schema', () => {
    assert.ok(Value.Check(BlueprintSchema, blueprint));
    const broken: object[] = [
      { functions: {} },
      { languages: ['cobol'] },
      { values: { Bucket: { label: 'B' } } },
      { values: { bucket: {} } },
      { secrets: { key: { label: 'K' } } },
      { roles: { r: { templates: { 'bucket-eat': ['x'] } } } },
      { more: 1 },
    ];
    for (const fault of broken) {
      assert.ok(!Value.Check(BlueprintSchema, { ...blueprint, ...fault }), JSON.stringify(fault));
    }
  });

  test('asks for a name first, and for its values in their order', () => {
    assert.deepEqual(Object.keys(valuesOf(blueprint, 'copy')), ['name', 'from', 'to', 'many']);
  });

  test('completes what was given by defaults, which may name what comes before', () => {
    assert.deepEqual(completeValues(blueprint, 'copy', { from: 'a' }), {
      name: 'copy',
      from: 'a',
      to: 'a-copy',
      many: '2',
    });
    assert.equal(completeValues(blueprint, 'copy', { from: 'a', to: '' }).to, '');
  });

  test('refuses values that are missing, unknown or wrong, and says which', () => {
    refused({}, 'from', /needs "from": from/);
    refused({ from: 'A1' }, 'from', /must match \^\[a-z-\]\+\$ \(small letters\), and "A1" does not/);
    refused({ from: 'a\nb' }, 'from', /must be a text without control characters/);
    refused({ from: 'a', form: 'b' }, 'form', /asks for no "form"; it asks for name, from, to, many/);
    refused({ from: 'a', toString: 'b' }, 'toString', /asks for no/);
    refused({ from: 'a', many: 'several' }, 'many', /must be a number/);
    refused({ from: 'a', many: '' }, 'many', /must be a number/);
    refused({ from: 'a', to: 'x'.repeat(1_025) }, 'to', /longer than 1024/);
    refused({ from: 'a', name: '../x' }, 'name', /must match/);
    refused({ from: 'a', API_KEY: 'k' }, 'API_KEY', /asks for no/);
  });

  test('makes functions, roles of templates, triggers, services and secrets', () => {
    const values = completeValues(blueprint, 'copy', { from: 'in', name: 'cp' });
    assert.deepEqual(filledResources(blueprint, values), {
      functions: {
        cp: { path: './function', role: 'cp', secrets: { API_KEY: 'cp-key' }, maxConcurrency: 2 },
        'cp-again': { path: './function', secrets: { API_KEY: 'cp-key' }, description: 'has 2' },
      },
      roles: { cp: { grants: ['bucket:in:read', 'bucket:in-copy:write'] } },
      triggers: { cp: { function: 'cp', type: 'webhook', options: { secret: '${HOOK}' } } },
      buckets: { in: {}, 'in-copy': {} },
      secrets: { 'cp-key': { description: 'the key', functions: ['cp', 'cp-again'], value: '${API_KEY}' } },
    });
  });

  test('fills in each reference once: what a value holds is no reference', () => {
    const values = completeValues(blueprint, 'copy', { from: 'in', to: '${from}' });
    assert.deepEqual(Object.keys(filledResources(blueprint, values).buckets!), ['in', '${from}']);
  });

  test('keeps its references where a project file fills them in', () => {
    assert.deepEqual(resourcesOf(blueprint).roles, {
      '${name}': { grants: ['bucket:${from}:read', 'bucket:${to}:write'] },
    });
  });

  test('may only refer to what it asks for', () => {
    assert.deepEqual(unknownReferences(blueprint), []);
    const wrong = {
      ...blueprint,
      buckets: { '${form}': null },
      values: { ...blueprint.values, x: { label: 'X', default: '${y}' } },
    };
    assert.deepEqual(unknownReferences(wrong), ['form', 'y']);
  });
});
