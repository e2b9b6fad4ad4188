import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';
import type { Runtime, Runtimes } from '../../runtime/runtime.ts';
import type { DeployProgress, DeployRequest } from '../api.ts';
import type { ArchiveForm } from '../archive/archive-entry.ts';
import { quotePath, safeFilePath, safePath } from '../archive/safe-path.ts';
import { readTarGz, TAR_OVERHEAD_BYTES } from '../archive/tar.ts';
import { readZip } from '../archive/zip.ts';
import { decodeSource } from './receive.ts';
import { type Choice, chooseFolderRuntime, chooseHandler, chooseTextRuntime, type Known } from './recognise.ts';
import { liftTopFolder } from './top-folder.ts';
import { viewFolder } from './tree.ts';
import { type TreeLimits, unpack } from './unpack.ts';

/** Unpacked code, before its build, and what it was recognised as. */
interface MadeTree {
  readonly folder: string;
  readonly runtime: Runtime;
  readonly handler: string;
  /** Name of the one file of an inline text. */
  readonly fileName?: string;
}

interface TreeSource {
  readonly form: DeployRequest['code']['form'];
  readonly fileName: string | undefined;
  readonly bytes: Buffer;
  readonly known: Known;
}

interface MakeTreeOptions {
  readonly runtimes: Runtimes;
  readonly limits: TreeLimits;
  readonly onProgress: (event: DeployProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/** Lays an upload out as a folder within `temporary`, and recognises its runtime and handler. */
export async function makeTree(source: TreeSource, temporary: string, options: MakeTreeOptions): Promise<MadeTree> {
  const { form } = source;
  return form === 'inline'
    ? makeTextTree(source, temporary, options)
    : makeArchiveTree(form, source, temporary, options);
}

async function makeTextTree(source: TreeSource, temporary: string, options: MakeTreeOptions): Promise<MadeTree> {
  const { bytes, known } = source;
  const text = decodeSource(bytes);
  const givenName = source.fileName === undefined ? undefined : safeFilePath(source.fileName);
  const runtime = chooseTextRuntime(options.runtimes, text, givenName, known);
  const fileName = textFileName(runtime.value, givenName, known);
  const folder = join(temporary, 'tree');
  await mkdir(join(folder, dirname(fileName)), { recursive: true });
  await writeFile(join(folder, fileName), bytes);
  const view = { files: [fileName], read: () => Promise.resolve(text) };
  const handler = await chooseHandler(runtime.value, view, known);
  report(options, runtime, handler);
  return { folder, runtime: runtime.value, handler: handler.value, fileName };
}

async function makeArchiveTree(
  form: ArchiveForm,
  { bytes, known }: TreeSource,
  temporary: string,
  options: MakeTreeOptions,
): Promise<MadeTree> {
  options.onProgress({ kind: 'step', title: `unpacking the ${form}` });
  let folder = join(temporary, 'tree');
  await mkdir(folder);
  const { limits, signal } = options;
  const entries =
    form === 'zip' ? readZip(bytes) : readTarGz(Readable.from([bytes]), limits.maxBytes + TAR_OVERHEAD_BYTES);
  await unpack(entries, folder, limits, signal);
  const lifted = join(temporary, 'lifted');
  const topFolder = await liftTopFolder(folder, lifted);
  if (topFolder !== undefined) {
    options.onProgress({
      kind: 'output',
      text: `all of the code is in the folder ${quotePath(topFolder)}: taken as its root`,
    });
    folder = lifted;
  }
  const view = await viewFolder(folder);
  if (view.files.length === 0) throw new Problem('invalid_function', `the ${form} archive holds no files`);
  const runtime = await chooseFolderRuntime(options.runtimes, view, known);
  const handler = await chooseHandler(runtime.value, view, known);
  report(options, runtime, handler);
  return { folder, runtime: runtime.value, handler: handler.value };
}

/** An inline text's file: as it was named, else as the handler names it, else the runtime's usual one. */
function textFileName(runtime: Runtime, givenName: string | undefined, known: Known): string {
  const { runtime: asked, handler } = known.given;
  const usual = (asked === undefined ? undefined : runtime.endingFor?.(asked)) ?? runtime.fileEndings[0] ?? '';
  if (givenName === undefined || givenName === '') {
    return safePath(handler === undefined ? runtime.mainName : handler.slice(0, handler.lastIndexOf('.'))) + usual;
  }
  const ending = extname(givenName);
  if (ending === '') return givenName + usual;
  if (runtime.fileEndings.includes(ending)) return givenName;
  throw new Problem(
    'invalid_function',
    `the file ${quotePath(posix.basename(givenName))} cannot be run by ${runtime.name}, whose files end in ${runtime.fileEndings.join(', ')}`,
  );
}

function report(options: MakeTreeOptions, runtime: Choice<Runtime>, handler: Choice<string>): void {
  if (runtime.guessed) options.onProgress({ kind: 'guessed', what: 'runtime', value: runtime.value.name });
  if (handler.guessed) options.onProgress({ kind: 'guessed', what: 'handler', value: handler.value });
}
