import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { build as Build } from 'esbuild';
import { CONSOLE_FOLDER, CONSOLE_SOURCES } from '../../console-folder.ts';
import { messageOf } from '../../model/problem.ts';
import type { Progress } from '../output.ts';
import { PROJECT_FOLDER } from '../project.ts';
import type { GatheredCss } from './console-css.ts';

/** Files that are smaller gain nothing. */
const MIN_COMPRESSED_BYTES = 512;
const STAMP = 'stamp';
/** Browsers of the last two years. */
const TARGET = ['chrome122', 'firefox128', 'safari17.4'];

/** A file of the console, as the node serves it. */
interface Built {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * Builds the web console where its sources or the packages changed. A failure is said, and stops nothing: a node serves all else.
 * Answers whether there is a console, be it one that was built before.
 */
export async function ensureConsole(progress: Progress): Promise<boolean> {
  try {
    const stamp = await stampOf();
    if ((await readFile(join(CONSOLE_FOLDER, STAMP), 'utf8').catch(() => '')) === stamp) return true;
    progress.step('building the web console');
    await place([...(await bundleConsole()), { name: STAMP, content: Buffer.from(stamp) }]);
    progress.done();
    return true;
  } catch (error) {
    progress.fail();
    progress.line(`going on without the web console, which cannot be built: ${messageOf(error)}`);
    return existsSync(join(CONSOLE_FOLDER, STAMP));
  }
}

/** What everything depends on that the console is built of. */
async function stampOf(): Promise<string> {
  const files: string[] = [join(PROJECT_FOLDER, 'package-lock.json')];
  for (const own of ['console-build.ts', 'console-css.ts']) files.push(join(import.meta.dirname, own));
  for await (const file of glob('**/*.{ts,tsx,css,html,svg}', { cwd: CONSOLE_SOURCES })) {
    if (!file.includes('.test.')) files.push(join(CONSOLE_SOURCES, file));
  }
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(relative(PROJECT_FOLDER, file))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}

/** The console's files, made of its sources. The bundler's process ends with this: a node would keep it, and its 500 MB, for life. */
export async function bundleConsole(): Promise<Built[]> {
  // Only who builds needs the bundler.
  const [esbuild, { gatherCss }] = await Promise.all([import('esbuild'), import('./console-css.ts')]);
  try {
    return await bundle(esbuild.build, gatherCss(PROJECT_FOLDER));
  } finally {
    await esbuild.stop();
  }
}

async function bundle(build: typeof Build, css: GatheredCss): Promise<Built[]> {
  const { outputFiles, metafile } = await build({
    entryPoints: { main: join(CONSOLE_SOURCES, 'main.tsx'), scheme: join(CONSOLE_SOURCES, 'scheme.ts') },
    absWorkingDir: PROJECT_FOLDER,
    outdir: join(CONSOLE_FOLDER, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.wasm': 'file' },
    bundle: true,
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    minify: true,
    metafile: true,
    write: false,
    target: TARGET,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [css.plugin],
    logLevel: 'silent',
  });
  const files = outputFiles.map(({ path, contents }) => ({ name: `assets/${basename(path)}`, content: contents }));
  const sheet = Buffer.from(css.text());
  const hash = createHash('sha256').update(sheet).digest('hex').slice(0, 8).toUpperCase();
  const style = `assets/console-${hash}.css`;
  const named = (entry: string) =>
    Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === `src/console/${entry}`)![0];
  const main = named('main.tsx');
  // What the first screen needs is asked for at once, not one after another.
  const preloads = metafile.outputs[main]!.imports.filter(({ kind }) => kind === 'import-statement').map(
    ({ path }) => path,
  );
  const html = (await readFile(join(CONSOLE_SOURCES, 'index.html'), 'utf8'))
    .replace('{{scheme}}', basename(named('scheme.ts')))
    .replace('{{style}}', basename(style))
    .replace('{{main}}', basename(main))
    .replace(
      '{{preloads}}',
      preloads.map((path) => `<link rel="modulepreload" href="/console/assets/${basename(path)}" />`).join(''),
    );
  const icon = await readFile(join(CONSOLE_SOURCES, 'icon.svg'));
  return [
    ...files,
    { name: style, content: sheet },
    { name: 'icon.svg', content: icon },
    { name: 'index.html', content: Buffer.from(html) },
  ];
}

/** Writes the files with their compressed forms, and puts them into place as one. */
async function place(files: readonly Built[]): Promise<void> {
  const fresh = `${CONSOLE_FOLDER}.${process.pid}`;
  const old = `${fresh}.old`;
  try {
    await mkdir(join(fresh, 'assets'), { recursive: true });
    await Promise.all(files.map((file) => write(fresh, file)));
    await rename(CONSOLE_FOLDER, old).catch(() => {});
    await rename(fresh, CONSOLE_FOLDER);
  } finally {
    await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

async function write(folder: string, { name, content }: Built): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, content);
  // A page is made anew for every request, with a nonce of its own.
  if (content.byteLength < MIN_COMPRESSED_BYTES || !name.startsWith('assets/')) return;
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, {
      // One step below the best takes a tenth of its time for two hundredths of its size.
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength },
    }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
}
