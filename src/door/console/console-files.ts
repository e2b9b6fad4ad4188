import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** One file of the console, as it is sent. */
interface ConsoleFile {
  readonly type: string;
  readonly content: Buffer;
  readonly encoding?: 'br' | 'gzip';
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

/** The files of the built console. */
interface ConsoleFiles {
  /** The page, with a mark where its nonce belongs; `undefined` where the console is not built. */
  page(): Promise<string | undefined>;
  /** A file below `/console/`, compressed where the header `Accept-Encoding` allows; `undefined` where there is none. */
  find(name: string, acceptEncoding: string): Promise<ConsoleFile | undefined>;
}

/** Reads files as they are asked for: browsers keep them, so that a node need not. */
export function createConsoleFiles(folder: string): ConsoleFiles {
  let listed: Promise<ReadonlySet<string>> | undefined;
  /** Only names that were found in the folder are ever opened. */
  const names = (): Promise<ReadonlySet<string>> => {
    listed ??= list(folder);
    return listed;
  };
  return {
    async page() {
      const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
      // It may have been built anew since.
      listed = undefined;
      return page;
    },
    async find(name, acceptEncoding) {
      const type = TYPES[extname(name)];
      const known = await names();
      if (type === undefined || !known.has(name)) return undefined;
      const encoding = encodingFor(acceptEncoding, (ending) => known.has(`${name}.${ending}`));
      const ending = encoding === undefined ? '' : encoding === 'br' ? '.br' : '.gz';
      const content = await readFile(join(folder, name + ending)).catch(() => undefined);
      if (content === undefined) return undefined;
      return { type, content, immutable: name.startsWith('assets/'), ...(encoding !== undefined && { encoding }) };
    },
  };
}

async function list(folder: string): Promise<ReadonlySet<string>> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return new Set(files);
}

function encodingFor(accepted: string, has: (ending: string) => boolean): 'br' | 'gzip' | undefined {
  const accepts = (coding: string) =>
    new RegExp(`(^|[,\\s])${coding}\\s*(,|$|;\\s*q=(?!0(\\.0*)?\\s*(,|$)))`).test(accepted);
  if (accepts('br') && has('br')) return 'br';
  return accepts('gzip') && has('gz') ? 'gzip' : undefined;
}
