import type { Command } from 'commander';
import type { FunctionView } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { sendCode } from '../deploy/send.ts';
import { functionName, readUpload } from '../deploy/upload.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { gitStateOf } from '../git-origin.ts';
import { warnOfUnknownOwner } from '../identity/unknown-owner.ts';
import { note, Progress, paint, print, printJson } from '../output.ts';
import { ownCommand } from '../project.ts';

interface DeployOptions extends FunctionOptions {
  readonly name?: string;
  readonly create?: boolean;
  readonly message?: string;
}

/** Files that a line names. */
const MAX_NAMED = 5;

export function define(command: Command): void {
  command
    .argument('<path>', 'a source file, a folder, a .zip or a .tar.gz; - reads a source text from standard input')
    .description(
      'Registers a file, folder or archive as a function, or gives an existing function a new version. Runtime and ' +
        'handler are guessed where they are not given. A folder is uploaded without .git, node_modules, __pycache__, ' +
        '.venv, .env and what its .fobignore (else .gitignore) leaves out; dependencies named in package.json or ' +
        'requirements.txt are installed by the node. Within a Git work tree, its repository, commit, branch, author and ' +
        'whether everything was committed and pushed is recorded with the version.',
    )
    .option('--name <name>', 'name of the function; default: from the file or folder')
    .option('--create', 'only create: fail where a function of that name exists')
    .option('-m, --message <text>', 'what is to be said of this version');
  addFunctionOptions(command)
    .addHelpText(
      'after',
      examples(
        ['fob deploy hello.py', 'one file, as the function "hello"'],
        ['fob deploy ./shop --name shop-api --memory 512', 'a folder with its dependencies'],
        ['fob deploy ./shop -m "faster search"', 'with a word about it'],
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
    const [upload, git] = await Promise.all([readUpload(path, progress), path === '-' ? undefined : gitStateOf(path)]);
    const { message } = options;
    const origin = { ...(message && { message }), ...(git !== undefined && { git: git.origin }) };
    if (git !== undefined && git.ignored.length > 0) progress.line(ignoredWords(git.ignored));
    progress.step(`sending ${upload.summary} to ${client.url}`);
    stored = await sendCode(client, name, upload, config, options.create === true, progress, origin);
  } catch (error) {
    progress.fail();
    throw error;
  }
  progress.done();
  await warnOfUnknownOwner(client, options.owner);
  if (options.json) return printJson(stored);
  const { runtime, handler } = stored.config;
  const what = stored.version === 1 ? 'is registered' : `has version ${stored.version} now`;
  print(`${paint('green', '✔')} ${paint('bold', stored.name)} ${what}: ${runtime}, handler ${handler}`);
  note(
    `next: ${ownCommand()} call ${stored.name}${handler.endsWith('.callme') ? ' [name=value ...]' : " --data '{}'"}`,
  );
}

/** What is uploaded is in no commit: whoever builds it from there gets something else. */
function ignoredWords(ignored: readonly string[]): string {
  const named = ignored.filter((each) => each !== '').slice(0, MAX_NAMED);
  const more = ignored.length > named.length && named.length > 0 ? ' and more' : '';
  const what = named.length === 0 ? 'all of it' : `${named.join(', ')}${more}`;
  return `Git ignores ${what}: the version is recorded as one with changes that are not committed (a .fobignore file leaves out what it does not need)`;
}
