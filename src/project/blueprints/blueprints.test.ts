import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { completeValues, filledResources, valuesOf } from '../../model/blueprint.ts';
import { readProjectFile } from '../file/read.ts';
import { SECTIONS } from '../sections/index.ts';
import { BLUEPRINTS_FOLDER, blueprintFiles, blueprintNamed, listBlueprints } from './load.ts';
import { projectFileOf } from './project-file.ts';

const blueprints = await listBlueprints();
/** For what must be given. */
const GIVEN: Readonly<Record<string, string>> = { table: 'shop.sales', database: 'db.example.org:5432' };

describe('the blueprints', () => {
  test('are at least twelve, in all three languages', () => {
    assert.ok(blueprints.length >= 12);
    const languages = new Set(blueprints.flatMap(({ blueprint }) => blueprint.languages));
    assert.deepEqual([...languages].sort(), ['javascript', 'python', 'typescript']);
  });

  test('stand in the guide, each with its languages', async () => {
    const guide = await readFile(join(BLUEPRINTS_FOLDER, '..', 'docs', 'guide', 'blueprints.md'), 'utf8');
    const rows = [...guide.matchAll(/^\| \[([\w-]+)\]\(\.\.\/\.\.\/blueprints\/\1\) \| ([\w, ]+) \|/gm)];
    const listed = rows.map(([, name, languages]) => [name!, languages!.toLowerCase()] as const);
    const all = blueprints.map(({ name, blueprint }) => [name, blueprint.languages.join(', ')] as const);
    assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(all));
  });

  for (const named of blueprints) {
    const { name, blueprint } = named;
    const given = Object.fromEntries(Object.entries(GIVEN).filter(([key]) => Object.hasOwn(blueprint.values, key)));

    test(`${name} makes the same by its project file and by its resources`, () => {
      const values = completeValues(blueprint, name, { ...given, name: 'mine' });
      const variables = Object.fromEntries(Object.keys(blueprint.secrets ?? {}).map((each) => [each, `\${${each}}`]));
      const file = readProjectFile(projectFileOf(named, values), {
        fileName: 'fob.yaml',
        sections: SECTIONS,
        variables,
      });
      assert.equal(file.project, 'mine');
      const read = [...file.entries].flatMap(([section, entries]) =>
        entries.size === 0 ? [] : [[section, Object.fromEntries([...entries].map(([key, { entry }]) => [key, entry]))]],
      );
      assert.deepEqual(Object.fromEntries(read), filledResources(blueprint, values));
      // Two of one blueprint do not meet: what belongs to one is called after it.
      const own = ['functions', 'roles', 'triggers', 'secrets'] as const;
      const made = filledResources(blueprint, values);
      for (const section of own) for (const key of Object.keys(made[section] ?? {})) assert.match(key, /^mine/);
    });

    test(`${name} has its code with tests, and a sample of its event`, async () => {
      const files = await blueprintFiles(name);
      const paths = files.map(({ path }) => path);
      assert.ok(!paths.includes('blueprint.yaml') && !paths.includes('fob.yaml'));
      assert.ok(
        files.every(({ text }) => !text.includes('\ufffd')),
        'files are texts',
      );
      JSON.parse(files.find(({ path }) => path === 'event.json')!.text);
      for (const { path } of Object.values(blueprint.functions)) {
        assert.ok(paths.includes(`${String(path).slice(2)}/fob.test.yaml`), `${path} has tests`);
      }
      for (const [key, value] of Object.entries(valuesOf(blueprint, name))) {
        if (value.default === undefined) assert.ok(Object.hasOwn(GIVEN, key), `this test gives a value for ${key}`);
      }
    });
  }
});

test('one that is wrong is refused with its place, and one that is not there by its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fob-blueprints-'));
  try {
    await mkdir(join(folder, 'x'));
    const write = (text: string) => writeFile(join(folder, 'x', 'blueprint.yaml'), text);
    const head = 'title: T\nsummary: S\nshows: [a]\nlanguages: [python]\ntags: []\nvalues: {}\n';
    await write(`${head}functions: { x: { path: ./a } }\nbuckets:\n  \${y}:\n`);
    await assert.rejects(listBlueprints(folder), /blueprint\.yaml:1:1: it refers to "y", which it does not ask for/);
    await write(`${head}functions: {}\n`);
    await assert.rejects(listBlueprints(folder), /blueprint\.yaml:7:1: functions/);
    await write(`${head}functions: { x: { path: ./a } }\nbucket: {}\n`);
    await assert.rejects(listBlueprints(folder), /blueprint\.yaml:8:1: there is no "bucket" in a blueprint/);
    for (const name of ['y', '..', '../x', 'X']) assert.throws(() => blueprintNamed(blueprints, name), /no blueprint/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
