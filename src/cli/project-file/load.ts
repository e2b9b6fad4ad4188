import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { StatedOrigin } from '../../model/origin.ts';
import type { ProjectApi } from '../../project/api.ts';
import { readProjectFile } from '../../project/file/read.ts';
import { makePlan, type Plan } from '../../project/plan.ts';
import { SECTIONS } from '../../project/sections/index.ts';
import { type NodeClient, readBody } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';
import { pairs } from '../function-options.ts';
import { gitOriginOf } from '../git-origin.ts';

const FILE_NAMES = ['fob.yaml', 'fob.yml'];

/** Options that say which project file is meant, and for what. */
export interface ProjectOptions {
  readonly file?: string;
  readonly env?: string;
  readonly var?: readonly string[];
}

/** The API as a project file is applied by it. */
export function projectApi(client: NodeClient): ProjectApi {
  return {
    json: (method, path, options) => client.json(method, path, options),
    lines: (method, path, options) => client.lines(method, path, options),
    async text(method, path) {
      return (await readBody(await client.send(method, path))).toString('utf8');
    },
  };
}

/** Reads the project file of this folder, or the one that was named, and compares it with the node. */
export async function loadPlan(
  api: ProjectApi,
  options: ProjectOptions,
  origin = statedOrigin(),
): Promise<Plan & { readonly folder: string }> {
  const path = await filePath(options.file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `${path} cannot be read`, { cause });
  });
  const file = readProjectFile(text, {
    fileName: path,
    sections: SECTIONS,
    environment: options.env,
    variables: pairs(options.var ?? [], '--var'),
    outside: (name) => process.env[name],
  });
  const folder = dirname(resolve(path));
  return { ...(await makePlan(file, SECTIONS, { api, folder, confined: false, origin })), folder };
}

/** What is recorded of each folder of code: a message, and where in Git it is; asked once for each folder. */
export function statedOrigin(message?: string): (path: string) => Promise<StatedOrigin> {
  const known = new Map<string, Promise<StatedOrigin>>();
  const read = async (path: string): Promise<StatedOrigin> => {
    const git = await gitOriginOf(path);
    return { ...(message && { message }), ...(git !== undefined && { git }) };
  };
  return (path) => {
    let origin = known.get(path);
    if (origin === undefined) {
      origin = read(path);
      known.set(path, origin);
    }
    return origin;
  };
}

async function filePath(given: string | undefined): Promise<string> {
  const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
  if (given !== undefined && !(await isFolder(given))) return given;
  for (const name of FILE_NAMES) {
    const path = given === undefined ? name : join(given, name);
    if (await exists(path)) return path;
  }
  throw new Failure(EXIT.notFound, `there is no fob.yaml in ${given ?? 'this folder'}`, {
    hint: 'write one (docs/guide/project-file.md), or name another file with --file',
  });
}
