import { glob, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { messageOf } from '../../model/problem.ts';
import { PROJECT_FOLDER } from '../project.ts';

/** What `./fob` starts where it is newer than the sources. All in one folder: a chunk finds a thread's code beside itself. */
const FOLDER = join(PROJECT_FOLDER, 'dist', 'node');
/** Its time is when the sources were read; it lists what this build is made of. */
const STAMP = 'built';
/** What is started for itself: the command line, the sandboxes' launcher, and threads. */
const ENTRIES = ['src/cli/main.ts', 'src/sandbox/bubblewrap/launcher.ts', 'src/**/*.worker.ts'];
/**
 * The schema library is 680 files, half of all that a node loads. Other packages stay as they are: some look for files
 * beside their own.
 */
const BUNDLED = ['typebox', '@fastify/type-provider-typebox'];
const PLACES = /new URL\('\.\/([\w.-]+)\.ts', import\.meta\.url\)|import\.meta\.(\w+)/g;

/**
 * Makes a few files of the node's sources and its schema library. A node starts from them in half the time and takes a
 * quarter less memory (docs/decisions/0018-a-node-starts-from-few-files.md). What a node that runs now was started from stays until the next build.
 */
export async function buildNode(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const stamp = join(FOLDER, `${STAMP}.${process.pid}`);
  await writeFile(stamp, '');
  try {
    const { mtime } = await stat(stamp);
    const files = await bundleNode();
    await Promise.all(files.map(({ name, text }) => place(name, text)));
    const before = await readFile(join(FOLDER, STAMP), 'utf8').catch(() => '');
    const names = files.map(({ name }) => name);
    await writeFile(stamp, names.join('\n'));
    await utimes(stamp, mtime, mtime);
    await rename(stamp, join(FOLDER, STAMP));
    const kept = new Set([...names, ...before.split('\n')]);
    const left = (await readdir(FOLDER)).filter((name) => name.endsWith('.js') && !kept.has(name));
    await Promise.all(left.map((name) => rm(join(FOLDER, name), { force: true })));
  } finally {
    await rm(stamp, { force: true });
  }
}

/** At once: a node that starts meanwhile reads the old file or the new one. */
async function place(name: string, text: string): Promise<void> {
  const fresh = join(FOLDER, `${name}.${process.pid}`);
  await writeFile(fresh, text);
  await rename(fresh, join(FOLDER, name));
}

/** The files that a node is started from. Rejects where a source asks for a place in a way that a bundle cannot answer. */
export async function bundleNode(): Promise<{ readonly name: string; readonly text: string }[]> {
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: await entries(),
      absWorkingDir: PROJECT_FOLDER,
      outdir: FOLDER,
      entryNames: '[name]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      external: await otherPackages(),
      plugins: [places],
      legalComments: 'none',
      logLevel: 'silent',
      write: false,
    });
    return outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
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

/** Lets a source find what lies beside it: a thread's code beside the bundle, all else where it always was. */
const places: Plugin = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = relative(FOLDER, path);
      const contents = (await readFile(path, 'utf8')).replace(PLACES, (_, thread?: string, asked?: string) => {
        if (thread !== undefined) return `new URL('./${thread}.js', import.meta.url)`;
        if (asked === 'url') return `new URL(${JSON.stringify(source)}, import.meta.url).href`;
        if (asked === 'dirname') return `(import.meta.dirname + ${JSON.stringify(`/${dirname(source)}`)})`;
        throw new Error(`${path}: import.meta.${asked} is not known to the bundle`);
      });
      return { contents, loader: 'ts' as const };
    });
  },
};

if (import.meta.main) {
  await buildNode().catch((error: unknown) => {
    process.stderr.write(`fob: the node cannot be prepared: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
