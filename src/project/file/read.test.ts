// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import Type from 'typebox';
import { Problem } from '../../model/problem.ts';
import type { Section } from '../section.ts';
import { SECTIONS } from '../sections/index.ts';
import { type ProjectFile, type ReadOptions, readProjectFile } from './read.ts';
import { filledText } from './variables.ts';

const read = (text: string, options: Partial<ReadOptions> = {}) =>
  readProjectFile(text, { fileName: 'fob.yaml', sections: SECTIONS, ...options });
const entry = (file: ProjectFile, section: string, name: string) => file.entries.get(section)?.get(name)?.entry;

/** Fails unless it is refused at this line and column, for this reason. */
function refused(text: string, place: string, why: RegExp, options: Partial<ReadOptions> = {}): void {
  assert.throws(
    () => read(text, options),
    (error: unknown) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.code, 'invalid_request');
      assert.equal(error.message.split(' ')[0], `fob.yaml:${place}:`, error.message);
      assert.match(error.message, why);
      return true;
    },
  );
}

describe('a project file', () => {
  test('that is nested too deeply is refused in words', () => {
    for (const levels of [1_000, 3_000, 50_000]) {
      for (const open of ['[', '{a: ']) {
        assert.throws(
          () => read(`project: shop\nfunctions: ${open.repeat(levels)}${(open === '[' ? ']' : '}').repeat(levels)}\n`),
          (error: unknown) => error instanceof Problem && !/call stack/.test(error.message),
        );
      }
    }
  });

  test('has entries by section and name', () => {
    const file = read(
      'project: shop\nfunctions:\n  a: { path: a }\nqueues:\n  q:\ntriggers:\n  - { name: t, function: a, type: queue }\n',
    );
    assert.equal(file.project, 'shop');
    assert.deepEqual(entry(file, 'functions', 'a'), { path: 'a' });
    assert.deepEqual(entry(file, 'queues', 'q'), {});
    assert.deepEqual(entry(file, 'triggers', 't'), { function: 'a', type: 'queue' });
  });

  test('has environments that go over it', () => {
    const text = `project: shop
variables: { size: 128, stage: dev }
functions:
  a: { path: a, memory: "\${size}", environment: { S: "is \${stage}", T: "\${env}" } }
  b: { path: b }
environments:
  prod:
    variables: { stage: production }
    functions:
      a: { memory: 1g, environment: { T: null, U: 1 } }
      b: null
      c-\${env}: { path: c }
  empty:
`;
    assert.deepEqual(entry(read(text), 'functions', 'a'), {
      path: 'a',
      memory: 128,
      environment: { S: 'is dev', T: 'default' },
    });
    const prod = read(text, { environment: 'prod' });
    assert.deepEqual(entry(prod, 'functions', 'a'), {
      path: 'a',
      memory: '1g',
      environment: { S: 'is production', U: 1 },
    });
    assert.deepEqual([...prod.entries.get('functions')!.keys()], ['a', 'c-prod']);
    assert.equal(read(text, { environment: 'empty' }).entries.get('functions')!.size, 2);
    const given = read(text, { variables: { stage: 'x' }, environment: 'prod' });
    assert.equal((entry(given, 'functions', 'a')!.environment as { S: string }).S, 'is x');
    refused(text, '6:1', /there is no environment "test"; there are prod, empty/, { environment: 'test' });
  });

  test('is refused with line and column', () => {
    refused('functions: {}', '1:1', /begins with its name/);
    refused('project: a b', '1:1', /begins with its name/);
    refused('project: a\nfunction: {}', '2:1', /there is no section "function"; there are project, variables/);
    refused('project: a\nfunctions:\n  x: {}', '3:3', /a function needs path/);
    refused(
      'project: a\nfunctions:\n  x:\n    path: .\n    memry: 1',
      '5:5',
      /there is no "memry" in a function; there are path/,
    );
    refused(
      'project: a\npolicies:\n  size: { scope: { match: a }, rules: { maxMemoryMb: 512 } }',
      '3:20',
      /there is no "match" in scope of a policy; there are teams, tags, names/,
    );
    refused('project: a\nfunctions:\n  x:\n    path: .\n    timeout: soon', '5:5', /a duration such as 500ms/);
    refused('project: a\nfunctions:\n  x y: { path: . }', '3:3', /"x y" is no name of a function/);
    refused('project: a\nfunctions: [1]', '2:13', /must be a map/);
    refused('project: a\nqueues: text', '2:1', /must be a map/);
    refused('project: a\nbuckets: { b1b: { versioning: maybe } }', '2:19', /versioning/);
    refused('project: a\nproject: b', '2:1', /unique/);
    refused('project: a\nqueues:\n  a: { delay: 1s }\n  b: { delay: 1s, delay: 2s }', '4:19', /unique/);
    refused('project: a\n  b: [', '1:10', /Nested mappings/);
    refused('project: a\nqueues: { q: { delay: "${nope}" } }', '2:16', /there is no variable "nope"/);
    refused('project: a\nvariables: { x: [] }', '2:14', /a text, a number or a boolean/);
    refused('project: a\nenvironments: { e: { project: b } }', '2:22', /there is no section "project"/);
    const over = 'project: a\nqueues: { q: }\nenvironments:\n  e:\n    queues:\n      q:\n        delay: x';
    refused(over, '7:9', /a duration/, { environment: 'e' });
    read(over);
  });

  test('is bounded', () => {
    assert.throws(() => read(`project: a\n# ${'x'.repeat(1_048_576)}`), /larger than/);
    const bomb = `project: a\nvariables:\n  a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, i) => `  ${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`).join('\n')}`;
    assert.throws(() => read(bomb), /alias|a variable is a text/i);
    // All the keys that the size leaves room for: what each costs must not grow with their number.
    const many = Array.from({ length: 80_000 }, (_, n) => `  k${n}:\n`).join('');
    const before = process.cpuUsage();
    assert.throws(() => read(`project: a\nqueues:\n${many}`), /more than 10000 queues/);
    // Of the processor, which others may have for most of the time.
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1_000;
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  });

  test('of any shape is read or refused, and nothing else happens', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 1, 'x', '${env}', '${', '${x}', 'project'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom('project', 'functions', 'a', 'path', 'environments', 'variables', 'queues', '1', '__proto__'),
          tie('any'),
          { maxKeys: 4 },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(value, (content) => {
        const text = JSON.stringify({ project: 'p', ...(content as object) });
        try {
          assert.equal(typeof read(text).project, 'string');
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('has sections that each bring their own schema', () => {
    const section: Section = {
      key: 'things',
      noun: 'thing',
      namePattern: '^[a-z]+$',
      schema: Type.Object({ size: Type.Integer() }, { additionalProperties: false }),
      read: async () => ({ fields: {} }),
      current: async () => new Map(),
      apply: async () => {},
      remove: async () => {},
    };
    const file = read('project: a\nthings: { x: { size: 1 } }', { sections: [section] });
    assert.deepEqual(entry(file, 'things', 'x'), { size: 1 });
    assert.throws(() => read('project: a\nqueues: {}', { sections: [section] }), /there is no section/);
  });
});

test('references in texts are filled in, and can be written as they are', () => {
  const lookup = (name: string) => ({ a: 'A', n: 3, t: true })[name];
  assert.equal(filledText('x', lookup), 'x');
  assert.equal(filledText('${a}-${n}', lookup), 'A-3');
  assert.equal(filledText('${n}', lookup), 3);
  assert.equal(filledText('${t}', lookup), true);
  assert.equal(filledText('$${a} $a {a} ${', lookup), '${a} $a {a} ${');
  assert.throws(() => filledText('${b}', lookup), /there is no variable "b"/);
});
