import type { Buckets } from './bucket/buckets.ts';
import type { Errands } from './errand/errands.ts';
import type { KeyValueSpaces } from './key-value/spaces.ts';
import type { Queues } from './queue/queues.ts';
import type { Topics } from './topic/topics.ts';

/** The backing services of one node. */
export interface Services {
  readonly buckets: Buckets;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly keyValue: KeyValueSpaces;
  readonly errands: Errands;
}
