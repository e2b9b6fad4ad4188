import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OPERATOR_SOCKET } from '../model/listening.ts';
import { EXIT, Failure } from './failure.ts';

/** How a URL says that a node is to be asked by the socket in its data folder. */
export const UNIX = 'unix:';

/** A path by which the socket in a data folder can be connected to, however long that folder's own path is. */
export function operatorSocket(folder: string): string {
  const path = join(resolve(folder), OPERATOR_SOCKET);
  if (process.platform !== 'linux') return path;
  try {
    return `/proc/self/fd/${openSync(resolve(folder), 'r')}/${OPERATOR_SOCKET}`;
  } catch (cause) {
    throw new Failure(EXIT.unreachable, `the data folder ${folder} cannot be opened`, {
      hint: 'say the folder that the node prints as "data", and be its owner or root',
      cause,
    });
  }
}
