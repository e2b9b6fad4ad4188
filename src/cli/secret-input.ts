import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { EXIT, Failure } from './failure.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = ['\u0008', '\u007f'];

/**
 * A value that must not stand on the command line, where the shell's history and every process would see it: from a file,
 * from standard input, or asked for without showing what is typed. One line break at its end is not a part of it.
 */
export async function readSecret(what: string, file: string | undefined): Promise<string> {
  const value = await read(what, file);
  const whole = value.replace(/\r?\n$/, '');
  if (whole === '') throw new Failure(EXIT.usage, `the value of ${what} is empty`);
  return whole;
}

async function read(what: string, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') {
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Failure(EXIT.notFound, `there is no file ${file} to read`, { cause });
    });
  }
  if (file === undefined && process.stdin.isTTY) return prompt(`value of ${what} (it is not shown): `);
  return text(process.stdin);
}

/** One line from the terminal, without echo. */
function prompt(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const take = (data: string): void => {
      for (const key of data) {
        if (key === CTRL_C) return end(() => reject(new Failure(EXIT.interrupted, 'nothing was changed')));
        if (key === '\r' || key === '\n' || key === CTRL_D) return end(() => resolve(typed));
        if (BACKSPACE.includes(key)) typed = [...typed].slice(0, -1).join('');
        else typed += key;
      }
    };
    stdin.on('data', take);
  });
}
