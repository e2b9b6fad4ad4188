import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Blobs } from '../../store/blobs.ts';
import type { Registry } from '../../store/registry.ts';
import type { Catalog } from '../catalog.ts';
import { finishRemovals } from '../documents/removal.ts';
import { aliasOperations } from './alias-operations.ts';
import { type OnActed, ReleaseDriver } from './release-driver.ts';
import { type AlarmFiring, releaseOperations } from './release-operations.ts';
import { releaseParts } from './release-parts.ts';
import type { Releases } from './releases.ts';
import { versionOperations } from './version-operations.ts';
import type { Watches } from './watches.ts';

interface ReleasesOptions {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly catalog: Catalog;
  readonly watches: Watches;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent: the node has no alarms. */
  readonly alarmFiring?: AlarmFiring;
  /** Hears of each step and end that a release comes to by itself. */
  readonly onActed?: OnActed;
}

/** Opens versions, aliases and releases; releases that were under way when the node stopped go on. */
export async function createReleases(options: ReleasesOptions): Promise<Releases> {
  const { registry, blobs, catalog, watches, clock, log, alarmFiring, onActed } = options;
  await finishRemovals(registry);
  const driver = new ReleaseDriver({
    ...{ registry, catalog, watches, clock, log, onActed },
    alarmFiring: alarmFiring ?? (() => []),
  });
  const parts = releaseParts({ registry, catalog, clock, driver });
  return {
    ...versionOperations(parts, blobs),
    ...aliasOperations(parts),
    ...releaseOperations(parts, alarmFiring),
    close: () => driver.close(),
  };
}
