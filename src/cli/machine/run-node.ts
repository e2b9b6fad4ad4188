import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { PROJECT_FOLDER } from '../project.ts';

/** Signals that this process gets are for its child, which ends in its own way; this process then ends with it. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs Node.js with these arguments in the project's folder, with this terminal and without standard input; resolves
 * with its exit code. Settings of the user's own node (`FOB_*`) and of an outer test run are kept from it.
 */
export async function runNode(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
    cwd: PROJECT_FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...cleanEnvironment(), ...environment },
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}

/** The environment without what would make a result depend on who runs it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(FOB_|NODE_TEST_CONTEXT$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
