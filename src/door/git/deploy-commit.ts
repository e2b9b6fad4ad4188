import { lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ORIGIN_HEADER, originHeader, type StatedOrigin } from '../../model/origin.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { type ProjectApi, problemOf } from '../../project/api.ts';
import { applyPlan } from '../../project/apply.ts';
import { readCode } from '../../project/code/read-code.ts';
import { readProjectFile } from '../../project/file/read.ts';
import { makePlan } from '../../project/plan.ts';
import { renderPlan } from '../../project/render.ts';
import { deployCode } from '../../project/sections/functions.ts';
import { SECTIONS } from '../../project/sections/index.ts';
import type { Git, GitOptions } from '../../service/repository/git.ts';
import { writeTree } from '../../service/repository/read-tree.ts';
import type { Commit, RepositoryView } from '../../service/repository/repositories.ts';

const FILE_NAME = 'fob.yaml';
const DOING = { create: 'creating', change: 'changing', remove: 'removing', keep: 'keeping' } as const;

export interface CommitToDeploy {
  readonly repository: RepositoryView;
  readonly commit: Commit;
  readonly branch?: string;
  readonly tag?: string;
  /** Where it is from, as versions record it. */
  readonly address: string;
}

interface DeployPlace {
  readonly git: Git;
  /** How Git sees the commit: its repository, and where its objects are as long as a push is not accepted. */
  readonly options: GitOptions;
  /** Ends with whoever asked for it. */
  readonly api: ProjectApi;
  /** The same, to the end of what was begun. */
  readonly lastingApi: ProjectApi;
  /** Folder for what is under way. */
  readonly temporary: string;
  readonly maxTreeBytes: number;
  tell(line: string): void;
}

/**
 * Deploys what a commit holds: what its `fob.yaml` says, else its whole tree as one function. Tells what it does, and rejects
 * with a `Problem` that says why it did not.
 */
export async function deployCommit(what: CommitToDeploy, place: DeployPlace): Promise<void> {
  const folder = await mkdtemp(join(place.temporary, 'push-'));
  try {
    const { git, options, maxTreeBytes, tell } = place;
    const tree = await writeTree(git, what.commit.commit, folder, { ...options, maxBytes: maxTreeBytes });
    if (tree.files === 0) throw new Problem('invalid_function', 'the commit has no files');
    for (const path of tree.submodules.slice(0, 5))
      tell(`left out the submodule ${path}: its content is not in the push`);
    if (await hasProjectFile(folder)) await applyProject(folder, what, place);
    else await deployFunction(folder, what, place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A link is refused: it may lead to any file of this machine. */
async function hasProjectFile(folder: string): Promise<boolean> {
  const info = await lstat(join(folder, FILE_NAME)).catch(() => undefined);
  if (info === undefined) return false;
  if (info.isFile()) return true;
  throw new Problem('invalid_function', `${FILE_NAME} is a link or a folder; it must be a file`);
}

async function deployFunction(folder: string, what: CommitToDeploy, { api, tell }: DeployPlace): Promise<void> {
  const name = what.repository.settings.function;
  tell(`deploying the function ${name}`);
  const code = await readCode(folder);
  const headers = { [ORIGIN_HEADER]: originHeader(statedOrigin(what)) };
  const upload = { ...code, fileName: `${name}.tar.gz` };
  const stored = await deployCode(api, name, upload, {}, headers, tell).catch(throwAsProblem);
  tell(`${name} has version ${stored.version} now: ${stored.config.runtime}, handler ${stored.config.handler}`);
}

async function applyProject(folder: string, what: CommitToDeploy, place: DeployPlace): Promise<void> {
  const { api, lastingApi, tell } = place;
  const { environment } = what.repository.settings;
  const text = await readFile(join(folder, FILE_NAME), 'utf8');
  const file = readProjectFile(text, {
    fileName: FILE_NAME,
    sections: SECTIONS,
    environment: environment === '' ? undefined : environment,
    // Nothing of the node's own environment: it may hold secrets.
    variables: { commit: what.commit.commit, branch: what.branch ?? '', tag: what.tag ?? '' },
  });
  const stated = statedOrigin(what);
  const origin = async () => stated;
  const plan = await makePlan(file, SECTIONS, { api, folder, confined: true, origin }).catch(throwAsProblem);
  for (const line of renderPlan(plan, (_style, words) => words)) tell(line);
  const { done, failed } = await applyPlan(plan, {
    api,
    lastingApi,
    stated,
    origin,
    tell,
    onStep(step, state) {
      if (state === 'begins') tell(`${DOING[step.action]} ${step.section.noun} ${step.name}`);
    },
  }).catch(throwAsProblem);
  if (failed === undefined) return;
  if (done.length > 0) tell(`done before: ${done.map(({ section, name }) => `${section.noun} ${name}`).join(', ')}`);
  const { section, name } = failed.step;
  throw problemWith(`${DOING[failed.step.action]} ${section.noun} ${name}: `, failed.error);
}

function statedOrigin({ commit, branch, tag, address }: CommitToDeploy): StatedOrigin {
  const { subject, ...rest } = commit;
  return {
    git: {
      repository: address,
      ...rest,
      ...(branch !== undefined && { branch }),
      ...(tag !== undefined && { tag }),
      ...(subject !== '' && { subject }),
      clean: true,
      pushed: true,
    },
  };
}

function throwAsProblem(error: unknown): never {
  throw problemWith('', error);
}

/** What the node's own API refused, as the problem that it was; a build's output is among the details. */
function problemWith(prefix: string, error: unknown): Problem {
  const body = problemOf(error);
  if (error instanceof Problem && prefix === '') return error;
  const code = error instanceof Problem ? error.code : 'invalid_function';
  const log = typeof body?.log === 'string' ? { details: { log: body.log } } : {};
  const stack = typeof body?.stack === 'string' ? `\n${body.stack}` : '';
  return new Problem(code, `${prefix}${messageOf(error)}${stack}`, { cause: error, ...log });
}
