import { access, constants, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Check } from '../../model/machine.ts';
import type { Settings } from '../../model/settings.ts';
import { Failure } from '../failure.ts';
import { formatBytes } from '../human.ts';
import { assertPortFree } from './port.ts';

const NODE_MAJOR = 24;
const LITTLE_DISK_BYTES = 1_073_741_824;
const LITTLE_MEMORY_BYTES = 536_870_912;

/** What can be said of this machine without asking the parts of a node: Node.js, port, data folder, disk, memory. */
export async function machineChecks(settings: Settings): Promise<Check[]> {
  return Promise.all([nodeCheck(), portCheck(settings), ...(await dataChecks(settings.data)), memoryCheck()]);
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  const summary = `${process.version}, ${process.platform} ${process.arch}`;
  if (major >= NODE_MAJOR) return { name: 'Node.js', state: 'ok', summary };
  return { name: 'Node.js', state: 'missing', summary, remedy: `install version ${NODE_MAJOR} or newer` };
}

async function portCheck({ host, port }: Settings): Promise<Check> {
  const name = 'port';
  try {
    await assertPortFree(host, port);
    return { name, state: 'ok', summary: `${host} port ${port} is free` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, state: 'weaker', summary: error.message, ...(error.hint !== undefined && { remedy: error.hint }) };
  }
}

async function dataChecks(folder: string): Promise<Check[]> {
  const existing = await nearestExisting(folder);
  const name = 'data folder';
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch {
    const summary = `${folder} cannot be written by this user`;
    return [{ name, state: 'missing', summary, remedy: 'choose another with --data or FOB_DATA' }];
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const disk = { name: 'disk space', summary: `${formatBytes(free)} free for ${folder}` };
  return [
    { name, state: 'ok', summary: existing === folder ? folder : `${folder} will be made` },
    free >= LITTLE_DISK_BYTES
      ? { ...disk, state: 'ok' }
      : { ...disk, state: 'weaker', remedy: 'free some space, or choose another disk with --data' },
  ];
}

async function nearestExisting(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    const exists = await access(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'EACCES',
    );
    if (exists || path === dirname(path)) return path;
  }
}

function memoryCheck(): Check {
  const summary = `${formatBytes(totalmem())}, ${formatBytes(freemem())} of it free`;
  if (totalmem() >= LITTLE_MEMORY_BYTES) return { name: 'memory', state: 'ok', summary };
  return { name: 'memory', state: 'weaker', summary, remedy: 'a node wants 512 MB or more' };
}
