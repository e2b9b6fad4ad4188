import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const SCRIPTS = ['build', 'test'];
const MAX_LOG_BYTES = 1_048_576;

/**
 * Unpacks a project and runs the scripts of its package.json. `artifact` is what they left in `dist/`, as a tar.gz.
 * Runs end after `timeLimitMs`, and have nothing of this function's environment.
 */
export async function build(source, timeLimitMs) {
  const signal = AbortSignal.timeout(Math.max(1, timeLimitMs));
  const folder = await mkdtemp(join(tmpdir(), 'build-'));
  const log = [];
  try {
    await run('tar', ['-xzf', '-'], { cwd: folder, signal, log, input: source });
    const project = await projectIn(folder);
    const { scripts = {} } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    const wanted = SCRIPTS.filter((name) => scripts[name] !== undefined);
    if (wanted.length === 0) throw new Error('its package.json has no script "test"');
    for (const name of wanted) {
      log.push(Buffer.from(`$ ${name}: ${scripts[name]}\n`));
      await run('sh', ['-c', scripts[name]], { cwd: project, signal, log });
    }
    const artifact = existsSync(join(project, 'dist')) ? await pack(project) : undefined;
    return { passed: true, summary: `${wanted.join(' and ')} passed`, log: Buffer.concat(log), artifact };
  } catch (error) {
    const summary = signal.aborted ? 'it took too long' : error.message;
    return { passed: false, summary, log: Buffer.concat([...log, Buffer.from(`${summary}\n`)]) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Archives often have all in one folder. */
async function projectIn(folder) {
  const [only, ...others] = await readdir(folder);
  if (only === undefined) throw new Error('the sources are empty');
  return others.length === 0 && existsSync(join(folder, only, 'package.json')) ? join(folder, only) : folder;
}

async function pack(project) {
  const bytes = [];
  await run('tar', ['-czf', '-', 'dist'], { cwd: project, log: bytes, limit: Number.POSITIVE_INFINITY });
  return Buffer.concat(bytes);
}

/** Runs a program, its output added to `log`; fails unless it ends with 0. */
function run(program, words, { cwd, signal, log, input, limit = MAX_LOG_BYTES }) {
  const path = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  const env = { PATH: path.join(delimiter), HOME: tmpdir(), CI: 'true' };
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env, signal, killSignal: 'SIGKILL' });
    let bytes = 0;
    const keep = (chunk) => {
      if (bytes < limit) log.push(chunk);
      bytes += chunk.length;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Error(`${program === 'sh' ? 'a script' : program} ended with ${code ?? killedBy}`));
    });
  });
}
