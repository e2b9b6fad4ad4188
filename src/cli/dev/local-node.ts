import { join } from 'node:path';
import { openNodeLog } from '../../observe/node-log.ts';
import { readSettings } from '../../settings.ts';
import { makeDataFolder } from '../machine/data-folder.ts';
import { assertPortFree } from '../machine/port.ts';
import { ensurePackages, nodePackages } from '../machine/system-packages.ts';
import type { Progress } from '../output.ts';

/** A node of one's own within this process: it ends with it, however that ends. */
export interface LocalNode {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a node in this process, on the port that is given, or with none on a free one. Settings of the user's own node
 * (`FOB_*`) are kept from it. Throws a `Failure` where the port is taken or something that it needs is missing.
 */
export async function startLocalNode(options: {
  readonly dataFolder: string;
  readonly port: number;
  readonly progress: Progress;
  readonly mayInstall: boolean;
  /** Warnings of the node, as the JSON lines of its log. */
  readonly onWarning: (line: string) => void;
}): Promise<LocalNode> {
  const { dataFolder, port, progress, mayInstall, onWarning } = options;
  const flags = { data: dataFolder, port: String(port), prewarmed: '1' };
  const settings = readSettings({ flags, environment: {} });
  await assertPortFree(settings.host, settings.port);
  makeDataFolder(settings.data);
  const logs = join(settings.data, 'logs');
  await ensurePackages(nodePackages(settings.sandbox), { logFile: join(logs, 'apt.log'), progress, mayInstall });
  const nodeLog = openNodeLog({ folder: logs, level: settings.logLevel, onWarning });
  progress.step('starting a node');
  try {
    const { startNode } = await import('../../node.ts');
    const node = await startNode(settings, { log: nodeLog.log });
    progress.done();
    return {
      url: node.url,
      async close() {
        await node.close();
        await nodeLog.close();
      },
    };
  } catch (error) {
    progress.fail();
    await nodeLog.close();
    throw error;
  }
}
