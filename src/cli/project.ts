import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Settings } from '../model/settings.ts';

/** The folder of the project itself. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '..', '..');

export function projectVersion(): string {
  const text = readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** How `fob` is called from where the user stands: `./fob`, or its path. */
export function ownCommand(): string {
  const path = relative(process.cwd(), join(PROJECT_FOLDER, 'fob'));
  return path.startsWith('..') ? join(PROJECT_FOLDER, 'fob') : `./${path}`;
}

/** What to type in order to register and call a first function on a node. */
export function firstSteps(url: string, settings: Pick<Settings, 'token'>): [string, string][] {
  const fob = ownCommand();
  const example = join(
    relative(process.cwd(), PROJECT_FOLDER).startsWith('..') ? PROJECT_FOLDER : relative(process.cwd(), PROJECT_FOLDER),
    'examples',
    'hello-python',
  );
  const where = url === 'http://127.0.0.1:9999' ? '' : ` --url ${url}`;
  const header = settings.token === '' ? '' : ' -H "Authorization: Bearer $FOB_TOKEN"';
  return [
    ['try it', `${fob} deploy ${example}${where}`],
    ['', `${fob} call hello-python${where}`],
    ['or with curl', `curl${header} --data-binary @${join(example, 'hello.py')} ${url}/api/gen`],
    ['', `curl${header} ${url}/api/call/<the id it answered>`],
    ...(settings.token === '' ? [] : ([['token', "set FOB_TOKEN to the node's token first"]] as [string, string][])),
  ];
}
