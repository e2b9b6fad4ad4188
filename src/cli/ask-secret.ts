import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EXIT, Failure } from './failure.ts';

/** A secret that the user types unseen; without a terminal, the first line of standard input. */
export async function askSecret(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const line = (await text(process.stdin)).split('\n', 1)[0]!.replace(/\r$/, '');
    if (line === '') throw new Failure(EXIT.usage, `nothing was given for "${prompt}" on standard input`);
    return line;
  }
  process.stderr.write(`${prompt}: `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new Failure(EXIT.interrupted, 'interrupted')));
      lines.once('close', () => reject(new Failure(EXIT.interrupted, 'interrupted')));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** Twice, so that a slip of the finger shows; once where it comes from a pipe. */
export async function askNewPassword(who: string): Promise<string> {
  const password = await askSecret(`new password for ${who}`);
  if (process.stdin.isTTY && (await askSecret('again')) !== password) {
    throw new Failure(EXIT.usage, 'the two are not the same');
  }
  return password;
}
