import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, extname, join, posix, relative, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../model/problem.ts';
import { type ObjectView, objectPath } from './bucket-api.ts';
import type { NodeClient } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { count, formatBytes } from './human.ts';
import { Progress, paint, print, printJson } from './output.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
};
/** How far a large file must get before it is told again. */
const TELL_EVERY = 0.01;

export interface PutOptions {
  readonly key?: string;
  readonly type?: string;
  readonly meta?: readonly string[];
  readonly json?: boolean;
}

interface Source {
  /** `undefined` for standard input. */
  readonly path: string | undefined;
  readonly key: string;
  readonly bytes: number | undefined;
}

/** Stores files, folders and standard input as objects, one after the other. */
export async function put(
  client: NodeClient,
  bucket: string,
  files: readonly string[],
  options: PutOptions,
): Promise<void> {
  const sources = (await Promise.all(files.map((file) => sourcesOf(file, options.key, files.length > 1)))).flat();
  const progress = new Progress({ quiet: options.json === true });
  const stored: ObjectView[] = [];
  try {
    for (const source of sources) stored.push(await putOne(client, bucket, source, options, progress));
  } catch (error) {
    progress.fail();
    throw error;
  }
  progress.done();
  if (options.json) return printJson(stored);
  const bytes = stored.reduce((sum, object) => sum + object.bytes, 0);
  print(`${paint('green', '✔')} stored ${count(stored.length, 'object')} (${formatBytes(bytes)}) in ${bucket}`);
}

async function putOne(
  client: NodeClient,
  bucket: string,
  { path, key, bytes }: Source,
  { type, meta = [] }: PutOptions,
  progress: Progress,
): Promise<ObjectView> {
  const title = `${key}${bytes === undefined ? '' : ` (${formatBytes(bytes)})`}`;
  progress.step(title);
  const body = path === undefined ? process.stdin : createReadStream(path, { highWaterMark: 262_144 });
  const counted = bytes === undefined ? body : body.pipe(telling(bytes, (done) => progress.update(`${title} ${done}`)));
  body.once('error', (error: Error) => counted.destroy(error));
  const headers: Record<string, string> = {
    'content-type': type ?? TYPES[extname(key).toLowerCase()] ?? 'application/octet-stream',
    ...(bytes !== undefined && { 'content-length': String(bytes) }),
    ...Object.fromEntries(meta.map(metaHeader)),
  };
  return client.json<ObjectView>('PUT', objectPath(bucket, key), { body: counted, headers });
}

/** Saves an object; under another name until it is whole. */
export async function get(
  client: NodeClient,
  bucket: string,
  key: string,
  file: string | undefined,
  json: boolean,
): Promise<void> {
  const target = file ?? posix.basename(key);
  if (target === '' || target === '..' || target === '.') {
    throw new Failure(EXIT.usage, `the key "${key}" has no file name; say where to save it`);
  }
  const response = await client.send('GET', objectPath(bucket, key), { headers: { accept: '*/*' } });
  if (target === '-') {
    await pipeline(response, process.stdout, { end: false });
    return;
  }
  const partial = `${target}.partial`;
  const progress = new Progress({ quiet: json });
  const bytes = Number(response.headers['content-length']);
  const title = `${target} (${formatBytes(bytes)})`;
  progress.step(title);
  try {
    await pipeline(
      response,
      telling(bytes, (done) => progress.update(`${title} ${done}`)),
      createWriteStream(partial),
    );
    if (!response.complete) throw new Error('the node ended the connection');
    await rename(partial, target);
  } catch (cause) {
    progress.fail();
    await rm(partial, { force: true });
    throw new Failure(EXIT.refused, `"${key}" could not be saved to ${target}: ${messageOf(cause)}`, { cause });
  }
  progress.done();
  if (json) printJson({ file: target, bytes });
  else print(`${paint('green', '✔')} saved ${formatBytes(bytes)} to ${target}`);
}

async function sourcesOf(file: string, key: string | undefined, isOneOfMany: boolean): Promise<Source[]> {
  if (file === '-') {
    if (key === undefined) throw new Failure(EXIT.usage, 'standard input has no name: give its key with --key');
    return [{ path: undefined, key, bytes: undefined }];
  }
  const found = await stat(file).catch((cause) => {
    throw new Failure(EXIT.notFound, `there is no file ${file}`, { cause });
  });
  if (found.isFile()) {
    const name = basename(file);
    const whole = key === undefined ? name : isOneOfMany || key.endsWith('/') ? posix.join(key, name) : key;
    return [{ path: file, key: whole, bytes: found.size }];
  }
  if (!found.isDirectory()) throw new Failure(EXIT.usage, `${file} is neither a file nor a folder`);
  const entries = await readdir(file, { recursive: true, withFileTypes: true });
  const start = key === undefined || key === '' ? '' : key.endsWith('/') ? key : `${key}/`;
  const sources = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path, key: start + relative(file, path).split(sep).join('/'), bytes: (await stat(path)).size };
    });
  return (await Promise.all(sources)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Passes bytes through and tells how far they got. */
function telling(bytes: number, tell: (done: string) => void): Transform {
  let done = 0;
  let told = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      done += chunk.length;
      if (done - told > bytes * TELL_EVERY) {
        told = done;
        tell(`${Math.floor((100 * done) / bytes)}%`);
      }
      callback(null, chunk);
    },
  });
}

function metaHeader(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Failure(EXIT.usage, `--meta: "${text}" is not like name=value`);
  return [`fob-meta-${text.slice(0, at)}`, text.slice(at + 1)];
}
