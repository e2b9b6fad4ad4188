import { chmodSync, closeSync, constants, openSync, renameSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Audit } from './govern/audit/audit.ts';
import { createAudit } from './govern/audit/audit.ts';
import type { Identity } from './govern/identity/identity.ts';
import type { FunctionLookup, Owners } from './govern/identity/ownership.ts';
import { openIdentity } from './govern/identity/stored-identity.ts';
import { type Clock, clockAhead } from './model/clock.ts';
import { OPERATOR_SOCKET } from './model/listening.ts';
import { repeat } from './model/repeat.ts';
import type { Settings } from './model/settings.ts';
import type { Store } from './store/store.ts';

const DAY_MS = 86_400_000;
const RETENTION_EVERY_MS = 3_600_000;

interface AccessOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly functionOf: FunctionLookup;
  readonly ownerOfRole: Owners['ownerOfRole'];
}

/** Who may do what on a node, and where it is written down. */
interface Access {
  readonly identity: Identity;
  readonly audit: Audit;
  close(): Promise<void>;
}

export async function openAccess({
  store,
  settings,
  clock,
  log,
  functionOf,
  ownerOfRole,
}: AccessOptions): Promise<Access> {
  const audit = createAudit({ trail: store.audit, clock });
  const identity = await openIdentity({
    registry: store.registry,
    clock,
    log,
    functionOf,
    ownerOfRole,
    wayBack: `Whoever owns the data folder can always get in: fob user create <name> --admin --data ${settings.data}`,
  });
  const aheadMs = clockAhead(clock);
  const stopRetaining = repeat(
    clock,
    RETENTION_EVERY_MS,
    () => store.audit.retain({ maxAgeMs: settings.auditMaxAgeDays * DAY_MS + aheadMs() }),
    (error) => log.error({ err: error }, 'removing old audit entries failed'),
  );
  return {
    identity,
    audit,
    async close() {
      await stopRetaining();
      audit.close();
      await identity.close();
    },
  };
}

/**
 * Listens on a socket in the data folder: whoever may open it owns the node and needs no other credential, which is the way
 * back in for those who have lost theirs.
 */
export async function openOperatorSocket(
  folder: string,
  serve: (req: IncomingMessage, res: ServerResponse) => void,
  log: Logger,
): Promise<{ close(): Promise<void> }> {
  const path = join(folder, OPERATOR_SOCKET);
  const server = createServer(serve);
  server.on('checkContinue', serve);
  // Made where nobody else may enter, so that nobody can connect before its mode is set.
  const closed = join(folder, 'tmp');
  // A socket's path has some 100 bytes at most; through the folder's descriptor any folder will do.
  const descriptor = openSync(closed, constants.O_RDONLY | constants.O_DIRECTORY);
  const reachable =
    process.platform === 'linux' ? `/proc/self/fd/${descriptor}/${OPERATOR_SOCKET}` : join(closed, OPERATOR_SOCKET);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(reachable, resolve);
    });
    chmodSync(join(closed, OPERATOR_SOCKET), 0o600);
    renameSync(join(closed, OPERATOR_SOCKET), path);
  } catch (error) {
    // On a file system without sockets the node runs all the same.
    log.warn({ err: error }, 'there is no socket in the data folder for its operator');
    server.close();
  } finally {
    closeSync(descriptor);
  }
  return {
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(path, { force: true });
    },
  };
}
