import type { Logger } from 'pino';
import type { Clock } from './model/clock.ts';
import { compilePattern } from './model/pattern.ts';
import { repeat } from './model/repeat.ts';
import { openBuckets } from './service/bucket/embedded/buckets.ts';
import { createServices, type RunningServices } from './service/create-services.ts';
import type { Store } from './store/store.ts';

const LIFECYCLE_EVERY_MS = 3_600_000;

interface BackingOptions {
  readonly folder: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where this node listens, once it does. */
  ownPort(): number | undefined;
}

/** Opens the backing services of a node: buckets, queues, topics, key-values. */
export async function openBacking(options: BackingOptions): Promise<RunningServices> {
  const { folder, store, clock, log, ownPort } = options;
  const buckets = await openBuckets({ folder, clock, log });
  const services = await createServices({ store, buckets, clock, log, compileFilter: compilePattern, ownPort });
  let stopExpiring = async (): Promise<void> => {};
  return {
    ...services,
    start() {
      services.start();
      stopExpiring = repeat(
        clock,
        LIFECYCLE_EVERY_MS,
        () => buckets.expire(clock.now()),
        (error) => log.error({ err: error }, "removing what buckets' rules say failed"),
      );
    },
    async close() {
      await stopExpiring();
      await services.close();
      await buckets.close();
    },
  };
}
