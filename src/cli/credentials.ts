import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../model/problem.ts';
import { EXIT, Failure } from './failure.ts';

/** Who is logged in at a node. */
interface Login {
  readonly token: string;
  readonly name: string;
}

type Logins = Readonly<Record<string, Login>>;

/** Where tokens are kept, which only their owner may read. */
export function credentialsFile(): string {
  const folder = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return join(folder, 'fob', 'credentials.json');
}

/** The login at this node; `undefined` where there is none. */
export function storedLogin(url: string): Login | undefined {
  return readLogins()[keyOf(url)];
}

export function storeLogin(url: string, login: Login): void {
  writeLogins({ ...readLogins(), [keyOf(url)]: login });
}

/** False where nobody was logged in there. */
export function forgetLogin(url: string): boolean {
  const { [keyOf(url)]: known, ...others } = readLogins();
  if (known !== undefined) writeLogins(others);
  return known !== undefined;
}

function keyOf(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}

function readLogins(): Logins {
  let text: string;
  try {
    text = readFileSync(credentialsFile(), 'utf8');
  } catch {
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Logins) : {};
  } catch (cause) {
    throw new Failure(EXIT.usage, `${credentialsFile()} is damaged; remove it and log in again`, { cause });
  }
}

/** Whole or not at all: another command may read or write at the same time. */
function writeLogins(logins: Logins): void {
  const file = credentialsFile();
  const written = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(written, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
    renameSync(written, file);
  } catch (cause) {
    throw new Failure(EXIT.refused, `the login cannot be kept in ${file}: ${messageOf(cause)}`, {
      hint: 'keep the token yourself and give it as FOB_TOKEN',
      cause,
    });
  }
}
