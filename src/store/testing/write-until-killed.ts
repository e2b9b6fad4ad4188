import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Lets the writers of a program write to a folder and kills them once they were answered so many times; returns every answer that
 * got out. The program says first that it is ready.
 */
export async function writeUntilKilled(program: string, folder: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let output = '';
  let count = 0;
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    output += chunk;
    count += chunk.split('\n').length - 1;
    if (count > lines) child.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  assert.deepEqual([code, signal], [null, 'SIGKILL'], 'the writers ended by themselves');
  return output.split('\n').slice(1, -1);
}
