import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { newId } from './model/id.ts';
import type { Check } from './model/machine.ts';
import { messageOf } from './model/problem.ts';
import type { Settings } from './model/settings.ts';
import { createRuntimes } from './runtime/index.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { Sandbox, Sandboxes } from './sandbox/sandbox.ts';
import { createSandboxes } from './sandboxes.ts';

const TRIAL_TIMEOUT_MS = 10_000;
const TRIAL_LIMITS = { memoryMb: 128, maxProcesses: 64, maxOpenFiles: 256, tmpMb: 16 };

/** What the parts of a node say of this machine, for `fob doctor`. */
interface PartChecks {
  readonly checks: readonly Check[];
  /** Whether a sandbox of at least one language really started. */
  readonly functionsCanRun: boolean;
}

/** Asks isolation and languages, and starts one sandbox of each language as a trial. Leaves nothing behind. */
export async function checkParts(settings: Settings): Promise<PartChecks> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-doctor-'));
  const runtimes = createRuntimes();
  let sandboxes: Sandboxes | undefined;
  try {
    sandboxes = await createSandboxes(settings.sandbox, { folder, log: pino({ level: 'silent' }) });
    const [isolation, ...languages] = await Promise.all([
      sandboxes.check(),
      ...runtimes.all.map((runtime) => runtime.check()),
    ]);
    const trials: Check[] = [];
    for (const runtime of runtimes.all) trials.push(await trial(runtime, sandboxes));
    return {
      checks: [...isolation, ...languages.flat(), ...trials],
      functionsCanRun: trials.some((check) => check.state === 'ok'),
    };
  } catch (error) {
    const check: Check = { name: settings.sandbox, state: 'missing', summary: messageOf(error) };
    return { checks: [check], functionsCanRun: false };
  } finally {
    await sandboxes?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts one sandbox of a language and waits until its driver speaks. */
async function trial(runtime: Runtime, sandboxes: Sandboxes): Promise<Check> {
  const name = `${runtime.name} sandbox`;
  let sandbox: Sandbox | undefined;
  try {
    const { command, environment, mounts } = await runtime.locate();
    const started = performance.now();
    sandbox = await sandboxes.start({
      id: `doctor-${newId().toString('hex')}`,
      command: command(TRIAL_LIMITS.memoryMb),
      environment,
      mounts,
      limits: TRIAL_LIMITS,
      network: 'none',
    });
    await firstWord(sandbox);
    return { name, state: 'ok', summary: `started in ${Math.round(performance.now() - started)} ms` };
  } catch (error) {
    return { name, state: 'missing', summary: messageOf(error) };
  } finally {
    await sandbox?.kill();
  }
}

async function firstWord(sandbox: Sandbox): Promise<void> {
  let said = '';
  sandbox.stdout.resume();
  sandbox.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 500) said += chunk.toString();
  });
  const patience = AbortSignal.timeout(TRIAL_TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    sandbox.channel.once('data', () => resolve());
    sandbox.channel.on('error', reject);
    patience.addEventListener('abort', () =>
      reject(new Error(`the driver did not answer within ${TRIAL_TIMEOUT_MS} ms`)),
    );
    void sandbox.exited.then(({ reason, code, signal }) => {
      reject(new Error(`the driver ended (${reason} ${code ?? signal ?? ''}): ${said.trim()}`));
    });
  });
}
