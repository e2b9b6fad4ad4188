import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Settings } from '../model/settings.ts';
import { DEFAULT_URL } from './client.ts';

/** The folder of the project itself. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '..', '..');

export function projectVersion(): string {
  const text = readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** How `fob` is called from where the user stands: `./fob`, or its path; as a shell reads it. */
export function ownCommand(): string {
  return shellWord(ownPath('fob'));
}

/** A path within the project, from where the user stands. */
function ownPath(path: string): string {
  const whole = join(PROJECT_FOLDER, path);
  const near = relative(process.cwd(), whole);
  return near.startsWith('..') ? whole : `./${near}`;
}

/** One word of a command that can be pasted into a shell. */
export function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What to type in order to register and call a first function on a node. */
export function firstSteps(url: string, settings: Pick<Settings, 'token'>): [string, string][] {
  const fob = ownCommand();
  const example = ownPath('examples/hello-python');
  const header = settings.token === '' ? '' : ' -H "Authorization: Bearer $FOB_TOKEN"';
  const first = [
    ...(url === DEFAULT_URL ? [] : [`export FOB_URL=${url}`]),
    ...(settings.token === '' ? [] : ['export FOB_TOKEN=<the token of this node>']),
    `${fob} deploy ${shellWord(example)}`,
    `${fob} call hello-python`,
  ];
  const withCurl = [
    `curl${header} --data-binary ${shellWord(`@${example}/hello.py`)} ${url}/api/gen`,
    `curl${header} ${url}/api/call/<the id it answers>`,
  ];
  return [...labelled('try it', first), ...labelled('or with curl', withCurl)];
}

function labelled(label: string, lines: readonly string[]): [string, string][] {
  return lines.map((line, index) => [index === 0 ? label : '', line]);
}
