import type { Logger } from 'pino';
import type { Engine, Events } from '../engine/api.ts';
import type { Completed } from '../engine/events/completions.ts';
import type { Clock } from '../model/clock.ts';
import type { Services } from '../service/services.ts';
import type { Store } from '../store/store.ts';

/** What types of the platform's own sources are made of; the others need nothing. */
export interface TypeHost {
  readonly services: Pick<Services, 'buckets' | 'queues' | 'topics'>;
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'journal' | 'audit' | 'commit'>;
  readonly events: Pick<Events, 'stats'> & Completed;
  readonly engine: Pick<Engine, 'find'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears how long after its time a schedule fired. */
  readonly onScheduleFired?: (lateMs: number) => void;
}
