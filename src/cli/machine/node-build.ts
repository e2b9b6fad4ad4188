import { execFile } from 'node:child_process';
import { glob, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { messageOf } from '../../model/problem.ts';
import { PROJECT_FOLDER } from '../project.ts';

/** Within a bundle: the check sum by which `./fob` knows that nothing of it is missing or damaged. */
const SUM = 'sum';
const SUM_COMMAND = `find . -name __pycache__ -prune -o -type f ! -path ./${SUM} -exec cksum {} + | LC_ALL=C sort | cksum`;
/** Bundles of other sources that stay, the newest; beside those that a process here was started from. */
const KEPT = 2;
/** How folders are named in which a bundle is made. */
const BUILDING = 'new.';
/** What a build that was killed left goes after so long. */
const LEFT_MS = 3_600_000;
/** What is started for itself: the command line, the sandboxes' launcher, and threads. */
const ENTRIES = ['src/cli/main.ts', 'src/sandbox/bubblewrap/launcher.ts', 'src/**/*.worker.ts'];
/**
 * The schema library is 680 files, half of all that a node loads. Other packages stay as they are: some look for files
 * beside their own.
 */
const BUNDLED = ['typebox', '@fastify/type-provider-typebox'];
const PLACES = /new URL\('\.\/([\w.-]+)', import\.meta\.url\)|import\.meta\.(\w+)/g;

/**
 * Makes a few files of the node's sources and its schema library. A node starts from them in half the time and takes a
 * quarter less memory (docs/decisions/0018-a-node-starts-from-few-files.md). `made` is a new, empty folder in which it is
 * done; it becomes `bundle`, beside it, at once and whole. Rejects where a source changed since `made` was: `bundle` is named by
 * what they held then.
 */
export async function buildNode(made: string, bundle: string): Promise<void> {
  try {
    const { mtimeNs: beganNs } = await stat(made, { bigint: true });
    const { files, sources } = await bundleNode(made);
    const times = await Promise.all(sources.map((source) => stat(source, { bigint: true })));
    const changed = sources.filter((_, at) => times[at]!.ctimeNs >= beganNs);
    if (changed.length > 0) throw new Error(`${changed[0]} changed while it was read`);
    for (const folder of new Set(files.map(({ name }) => dirname(name))))
      await mkdir(join(made, folder), { recursive: true });
    await Promise.all(files.map(({ name, text }) => writeFile(join(made, name), text, { flush: true })));
    await writeFile(join(made, SUM), await sumOf(made), { flush: true });
    await put(made, bundle);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  await removeOld(bundle);
}

/** Puts a bundle where it belongs, unless another build was faster. */
async function put(made: string, bundle: string): Promise<void> {
  for (;;) {
    try {
      return await rename(made, bundle);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
    const sum = await readFile(join(bundle, SUM), 'utf8').catch(() => '');
    if (sum !== '' && sum === (await sumOf(bundle))) return;
    await rm(bundle, { recursive: true, force: true });
  }
}

/** As `./fob` asks for it. */
async function sumOf(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', SUM_COMMAND], { cwd: folder });
  return stdout.trim();
}

/** Removes bundles of sources as they were, but for some, and those from which a process may still load a part. */
async function removeOld(bundle: string): Promise<void> {
  const folder = dirname(bundle);
  const others = (await readdir(folder)).filter((name) => name !== basename(bundle));
  const found = await Promise.all(
    others.map(async (name) => ({
      name,
      changedMs: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  const commands = await commandsHere();
  const isUsed = (name: string) => commands.some((command) => command.includes(`/dist/node/${name}/`));
  const builds = found.filter(({ name }) => name.startsWith(BUILDING));
  const old = found.filter((each) => !builds.includes(each)).sort((a, b) => b.changedMs - a.changedMs);
  const gone = [
    ...builds.filter(({ changedMs }) => changedMs < Date.now() - LEFT_MS),
    ...old.slice(KEPT).filter(({ name }) => !isUsed(name)),
  ];
  await Promise.all(gone.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

/** What the processes of this machine were started with, as far as this user may know (Linux). */
async function commandsHere(): Promise<string[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
}

/** What a node is started from in this folder, and what that was made of. Rejects where a source asks for a place in a way that a bundle cannot answer. */
export async function bundleNode(folder: string): Promise<{
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly sources: readonly string[];
}> {
  const { build, stop } = await import('esbuild');
  const beside = new Set<string>();
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: await entries(),
      absWorkingDir: PROJECT_FOLDER,
      outdir: folder,
      entryNames: '[name]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      external: await otherPackages(),
      plugins: [placesFrom(folder, beside)],
      legalComments: 'none',
      logLevel: 'silent',
      write: false,
      metafile: true,
    });
    const made = outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
    const taken = await filesOf(beside);
    return {
      files: [...made, ...taken],
      sources: [...Object.keys(metafile.inputs), ...taken.map(({ name }) => name)].map((path) =>
        join(PROJECT_FOLDER, path),
      ),
    };
  } finally {
    await stop();
  }
}

async function entries(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(ENTRIES, { cwd: PROJECT_FOLDER })) found.push(file);
  return found.sort();
}

async function otherPackages(): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(PROJECT_FOLDER, 'package.json'), 'utf8'));
  return Object.keys(dependencies).filter((name) => !BUNDLED.includes(name));
}

/** The files at these places of the project, and in folders there. What Python compiled of them is left to the next Python. */
async function filesOf(places: ReadonlySet<string>): Promise<{ name: string; text: string }[]> {
  const found: Promise<{ name: string; text: string }>[] = [];
  for await (const entry of glob(
    [...places].flatMap((place) => [place, `${place}/**`]),
    {
      cwd: PROJECT_FOLDER,
      exclude: (each) => each.name === '__pycache__',
      withFileTypes: true,
    },
  )) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push(readFile(path, 'utf8').then((text) => ({ name: relative(PROJECT_FOLDER, path), text })));
  }
  return (await Promise.all(found)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Lets a source find what lies beside it: a thread's code, and other files and folders (`beside` gathers them, as paths in the
 * project), in the bundle too, so that a node which runs goes on with its own; all else where it always was.
 */
const placesFrom = (folder: string, beside: Set<string>): Plugin => ({
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = relative(folder, path);
      const contents = (await readFile(path, 'utf8')).replace(PLACES, (_, name?: string, asked?: string) => {
        if (name?.endsWith('.ts')) return `new URL('./${basename(name, '.ts')}.js', import.meta.url)`;
        if (name !== undefined) {
          const place = relative(PROJECT_FOLDER, resolve(dirname(path), name));
          beside.add(place);
          return `new URL(${JSON.stringify(`./${place}`)}, import.meta.url)`;
        }
        if (asked === 'url') return `new URL(${JSON.stringify(source)}, import.meta.url).href`;
        if (asked === 'dirname') return `(import.meta.dirname + ${JSON.stringify(`/${dirname(source)}`)})`;
        throw new Error(`${path}: import.meta.${asked} is not known to the bundle`);
      });
      return { contents, loader: 'ts' as const };
    });
  },
});

if (import.meta.main) {
  const [made, bundle] = process.argv.slice(2);
  await buildNode(made!, bundle!).catch((error: unknown) => {
    process.stderr.write(`fob: the node cannot be prepared: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
