import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { CloudEvent } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import { repeat } from '../model/repeat.ts';
import type { CommitPart } from '../store/commit.ts';
import type { NewMessage } from '../store/queue.ts';
import type { Store } from '../store/store.ts';
import type { Buckets } from './bucket/buckets.ts';
import { createReach } from './errand/reach.ts';
import { createErrands } from './errand/stored-errands.ts';
import { createSpaces } from './key-value/stored-spaces.ts';
import type { Queues } from './queue/queues.ts';
import { openQueues } from './queue/stored-queues.ts';
import type { Services } from './services.ts';
import { createDeliveries } from './topic/deliveries.ts';
import { openTopics } from './topic/stored-topics.ts';

const EXPIRE_EVERY_MS = 60_000;

interface ServicesOptions {
  readonly store: Store;
  readonly buckets: Buckets;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes an event pattern into a test; throws `invalid_request` where it is none. */
  readonly compileFilter: (pattern: Readonly<Record<string, unknown>>) => (event: CloudEvent) => boolean;
  /** Where this node listens, once it does: errands do not go there. */
  ownPort(): number | undefined;
}

/** The backing services of one node with what runs behind them. */
export interface RunningServices extends Services {
  /** Starts to run errands and to remove what is too old. */
  start(): void;
  /** Resolves when errands under way have ended; what remains is run after the next start. */
  close(): Promise<void>;
}

/** Wires queues, topics, key-value spaces and errands over a store, beside the buckets. */
export async function createServices(options: ServicesOptions): Promise<RunningServices> {
  const { store, buckets, clock, log, compileFilter } = options;
  const queues = await openQueues({ store, clock });
  const errands = createErrands({
    store,
    clock,
    log,
    reach: createReach(() => options.ownPort()),
    putObject: (bucket, key, body, put) => buckets.put(bucket, key, body, put),
    sendMessage: (queue, message, trace) => queues.send(queue, [message], { trace }),
  });
  const topics = await openTopics({
    store,
    clock,
    log,
    compileFilter,
    deliverTo: createDeliveries({
      sendPart: (queue, message) => sendPart(queues, queue, message),
      errandPart: (errand) => errands.prepare(errand),
    }),
  });

  const expire = async (): Promise<void> => {
    await queues.expire();
    await errands.expire();
  };
  let stopExpiring = async (): Promise<void> => {};

  return {
    buckets,
    queues,
    topics,
    errands,
    keyValue: createSpaces(store.keyValue),
    start() {
      errands.start();
      stopExpiring = repeat(clock, EXPIRE_EVERY_MS, expire, (error) =>
        log.error({ err: error }, 'removing messages that are too old failed'),
      );
    },
    async close() {
      await stopExpiring();
      await errands.close();
      topics.close();
      queues.close();
    },
  };
}

function sendPart(queues: Queues, queue: string, message: NewMessage): CommitPart | undefined {
  try {
    return queues.prepare(queue, [message])[0];
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return undefined;
    throw error;
  }
}
