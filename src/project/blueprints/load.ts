import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Blueprint, BlueprintSchema, unknownReferences } from '../../model/blueprint.ts';
import { Problem } from '../../model/problem.ts';
import { faultOf } from '../file/faults.ts';
import { readSource } from '../file/source.ts';

/** Where the blueprints of this installation are. */
export const BLUEPRINTS_FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'blueprints');

const DESCRIPTION = 'blueprint.yaml';
/** What a run beside the sources leaves. */
const LEFTOVERS = ['node_modules', '__pycache__', '.fob'];

/** A blueprint with its name, which is that of its folder. */
export interface NamedBlueprint {
  readonly name: string;
  readonly blueprint: Blueprint;
}

/** A file of a blueprint; what it makes has a copy of each. */
interface BlueprintFile {
  /** Seen from the blueprint's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All blueprints in the order of their names. Throws `invalid_request`, with line and column, for one that is wrong. */
export async function listBlueprints(folder = BLUEPRINTS_FOLDER): Promise<readonly NamedBlueprint[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.sort().map(async (name) => ({ name, blueprint: await read(folder, name) })));
}

/** One of these. Throws `not_found` where there is none of this name. */
export function blueprintNamed(all: readonly NamedBlueprint[], name: string): NamedBlueprint {
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Problem('not_found', `there is no blueprint "${name.slice(0, 100)}"; GET /v1/blueprints lists them`);
}

/** The code, tests and samples of a blueprint, by their paths: everything but its own description. */
export async function blueprintFiles(name: string, folder = BLUEPRINTS_FOLDER): Promise<readonly BlueprintFile[]> {
  const root = join(folder, name);
  const files: BlueprintFile[] = [];
  const visit = async (inner: string): Promise<void> => {
    const entries = await readdir(join(root, inner), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (path === DESCRIPTION || LEFTOVERS.includes(entry.name)) continue;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files.push({ path, text: await readFile(join(root, path), 'utf8') });
    }
  };
  await visit('');
  return files;
}

async function read(folder: string, name: string): Promise<Blueprint> {
  const path = join(folder, name, DESCRIPTION);
  const source = readSource(await readFile(path, 'utf8'), path);
  const fault = faultOf(BlueprintSchema, source.content, 'blueprint');
  if (fault !== undefined) throw source.problem(fault.path, fault.message);
  const blueprint = source.content as Blueprint;
  const [unknown] = unknownReferences(blueprint);
  if (unknown !== undefined) throw source.problem([], `it refers to "${unknown}", which it does not ask for`);
  return blueprint;
}
