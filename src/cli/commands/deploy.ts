import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { type FunctionView, functionPath } from '../api.ts';
import { failureOf, type NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { count, formatBytes } from '../human.ts';
import { note, Progress, paint, print, printJson } from '../output.ts';
import { packFolder } from '../pack.ts';
import { ownCommand } from '../project.ts';
import { harmless } from '../text-width.ts';

interface DeployOptions extends FunctionOptions {
  readonly name?: string;
  readonly create?: boolean;
}

/** What the node tells while it deploys. */
type DeployEvent =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: string; readonly value: string }
  | { readonly kind: 'done'; readonly function: FunctionView }
  | { readonly kind: 'error'; readonly error: { readonly status?: number; readonly log?: string } };

interface Upload {
  readonly content: Buffer;
  readonly fileName: string;
  /** What guesses are made from, for people. */
  readonly origin: string;
  readonly summary: string;
}

export function define(command: Command): void {
  command
    .argument('<path>', 'a source file, a folder, a .zip or a .tar.gz; - reads a source text from standard input')
    .description(
      'Registers a file, folder or archive as a function, or gives an existing function a new version. Runtime and ' +
        'handler are guessed where they are not given. A folder is uploaded without .git, node_modules, __pycache__, ' +
        '.venv, .env and what its .fobignore (else .gitignore) leaves out; dependencies named in package.json or ' +
        'requirements.txt are installed by the node.',
    )
    .option('--name <name>', 'name of the function; default: from the file or folder')
    .option('--create', 'only create: fail where a function of that name exists');
  addFunctionOptions(command)
    .addHelpText(
      'after',
      examples(
        ['fob deploy hello.py', 'one file, as the function "hello"'],
        ['fob deploy ./shop --name shop-api --memory 512', 'a folder with its dependencies'],
        ['fob deploy shop.zip --handler app.main --env STAGE=test', 'an archive'],
        ['echo "def callme(): return 42" | fob deploy - --name answer', 'a text'],
      ),
    )
    .action(async (path: string, _options, self: Command) => {
      await deploy(await clientOf(self), path, optionsOf<DeployOptions>(self));
    });
}

async function deploy(client: NodeClient, path: string, options: DeployOptions & { json?: boolean }): Promise<void> {
  const config = configOf(options);
  const name = functionName(path, options.name);
  const progress = new Progress({ quiet: options.json === true });
  progress.step(`reading ${path}`);
  let stored: FunctionView;
  try {
    const upload = await readUpload(path, progress);
    progress.step(`sending ${upload.summary} to ${client.url}`);
    stored = await send(client, name, upload, config, options.create === true, progress);
  } catch (error) {
    progress.fail();
    throw error;
  }
  progress.done();
  if (options.json) return printJson(stored);
  const { runtime, handler } = stored.config;
  const what = stored.version === 1 ? 'is registered' : `has version ${stored.version} now`;
  print(`${paint('green', '✔')} ${paint('bold', stored.name)} ${what}: ${runtime}, handler ${handler}`);
  note(
    `next: ${ownCommand()} call ${stored.name}${handler.endsWith('.callme') ? ' [name=value ...]' : " --data '{}'"}`,
  );
}

/** Sends the code, shows what the node does with it, and returns the function as it stands then. */
async function send(
  client: NodeClient,
  name: string,
  upload: Upload,
  config: object,
  createOnly: boolean,
  progress: Progress,
): Promise<FunctionView> {
  const form = formOf(config, upload);
  const headers = { 'content-type': form.type, ...(createOnly && { 'if-none-match': '*' }) };
  for await (const event of client.lines<DeployEvent>('PUT', functionPath(name), { headers, body: form.body })) {
    switch (event.kind) {
      case 'step':
        progress.step(event.title);
        break;
      case 'output':
        for (const line of event.text.split('\n')) if (line.trim() !== '') progress.line(`  ${harmless(line)}`);
        break;
      case 'guessed':
        progress.line(`guessed ${event.what} ${event.value} from ${upload.origin}`);
        break;
      case 'done':
        return event.function;
      case 'error':
        throw failureOf(event.error.status ?? 500, event.error);
    }
  }
  throw new Failure(EXIT.unreachable, `the node ended the connection before "${name}" was registered`);
}

async function readUpload(path: string, progress: Progress): Promise<Upload> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    return { content, fileName: '', origin: 'the text', summary: formatBytes(content.length) };
  }
  const info = await stat(path).catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `there is no file or folder ${path}`, { cause });
  });
  if (!info.isDirectory()) {
    const content = await readFile(path);
    return {
      content,
      fileName: basename(path),
      origin: basename(path),
      summary: `${basename(path)} (${formatBytes(content.length)})`,
    };
  }
  const packed = await packFolder(path);
  if (packed.ignored.length > 0) {
    const shown = packed.ignored.slice(0, 5).join(', ');
    progress.line(`left out ${shown}${packed.ignored.length > 5 ? ` and ${packed.ignored.length - 5} more` : ''}`);
  }
  const sizes = `${count(packed.files, 'file')}, ${formatBytes(packed.archive.length)}`;
  const folder = basename(resolve(path));
  return { content: packed.archive, fileName: `${folder}.tar.gz`, origin: `${folder}/`, summary: sizes };
}

/** A name that was given, or the one that a file or folder suggests. */
export function functionName(path: string, given: string | undefined): string {
  const rule = new RegExp(FUNCTION_NAME_PATTERN);
  if (given !== undefined) {
    if (rule.test(given)) return given;
    throw new Failure(EXIT.usage, `--name: "${given}" is no name of a function`, {
      hint: 'up to 64 letters, digits, - and _, beginning with a letter or digit',
    });
  }
  const base = path === '-' ? '' : basename(resolve(path)).replace(/\.(tar\.gz|tgz|zip)$/i, '');
  const name = base
    .slice(0, base.length - extname(base).length)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  if (rule.test(name)) return name;
  throw new Failure(EXIT.usage, `${path} suggests no name for a function: give one with --name`);
}

/** Code and configuration as one form (RFC 7578). */
function formOf(config: object, upload: Upload): { type: string; body: Buffer } {
  const boundary = `fob-${randomUUID()}`;
  const fileName = upload.fileName === '' ? '' : `; filename="${upload.fileName.replace(/["\r\n\\/]/g, '_')}"`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="config"\r\n\r\n${JSON.stringify(config)}\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="code"${fileName}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    upload.content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}
