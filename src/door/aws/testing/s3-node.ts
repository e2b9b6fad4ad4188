import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Clock, systemClock } from '../../../model/clock.ts';
import type { Settings } from '../../../model/settings.ts';
import type { Trigger } from '../../../model/trigger.ts';
import type { AccessKeys } from '../../../service/access/access-keys.ts';
import { openAccessKeys } from '../../../service/access/stored-access-keys.ts';
import type { Buckets } from '../../../service/bucket/buckets.ts';
import { openBuckets } from '../../../service/bucket/embedded/buckets.ts';
import type { Services } from '../../../service/services.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Triggers } from '../../../trigger/triggers.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

/** A server with real buckets, real keys and a real store behind it. */
export interface S3Node {
  readonly server: TestServer;
  readonly buckets: Buckets;
  readonly keys: AccessKeys;
  /** A key that may do everything. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** An empty folder, removed with the rest. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function startS3Node(
  settings: Partial<Settings> = {},
  options: { clock?: Clock; minPartBytes?: number } = {},
): Promise<S3Node> {
  const { clock = systemClock, minPartBytes } = options;
  const root = await mkdtemp(join(tmpdir(), 'fob-s3-'));
  const log = pino({ level: 'silent' });
  const store = await openEmbeddedStore({ folder: join(root, 'data'), clock, log });
  const buckets = await openBuckets({
    folder: join(root, 'data'),
    clock,
    ...(minPartBytes !== undefined && { minPartBytes }),
  });
  const keys = await openAccessKeys({ registry: store.registry, vault: store.vault, clock, log });
  const services = { buckets } as unknown as Services;
  // As if a function were to be woken by a bucket: the source itself is not looked at here.
  const hears = { bucket: 'settings', prefix: 'in/', suffix: '.jpg', events: ['ObjectCreated:*'] };
  const trigger: Trigger = { name: 'thumbs', function: 'thumb', type: 'bucket', options: hears, enabled: true };
  const triggers = { enabled: (type: string) => (type === 'bucket' ? [trigger] : []) } as unknown as Triggers;
  const server = await startTestServer(settings, { services, accessKeys: keys, triggers, clock });
  const { accessKeyId, secretAccessKey } = await keys.create({ label: 'test' });
  return {
    server,
    buckets,
    keys,
    accessKeyId,
    secretAccessKey,
    folder: root,
    async close() {
      await server.server.close();
      await keys.close();
      await buckets.close();
      await store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
