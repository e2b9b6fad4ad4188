import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { compilePattern } from '../../model/pattern.ts';
import type { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter } from '../../store/conformance.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Store } from '../../store/store.ts';
import type { Buckets } from '../bucket/buckets.ts';
import { createServices, type RunningServices } from '../create-services.ts';

/** Services over an embedded store of their own, for one test. */
export interface TestServices {
  readonly store: Store;
  readonly services: RunningServices;
  /** Ends them and opens what they kept. */
  reopen(): Promise<TestServices>;
  dispose(): Promise<void>;
}

interface TestOptions {
  readonly buckets?: Pick<Buckets, 'put' | 'findBucket'>;
  readonly ownPort?: () => number | undefined;
}

export async function openTestServices(clock: Clock, options: TestOptions = {}): Promise<TestServices> {
  return openIn(await mkdtemp(join(tmpdir(), 'fob-services-')), clock, options);
}

async function openIn(folder: string, clock: Clock, options: TestOptions): Promise<TestServices> {
  const store = await openEmbeddedStore({ folder, clock });
  const services = await createServices({
    store,
    buckets: (options.buckets ?? {}) as Buckets,
    clock,
    log: pino({ level: 'silent' }),
    compileFilter: compilePattern,
    ownPort: options.ownPort ?? (() => undefined),
  });
  const close = async (): Promise<void> => {
    await services.close();
    await store.close();
  };
  return {
    store,
    services,
    async reopen() {
      await close();
      return openIn(folder, clock, options);
    },
    async dispose() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The services' adapter of one port, for that port's conformance suite. */
export function servicesAdapter<P>(port: (services: RunningServices) => P): Adapter<P> {
  return {
    name: 'embedded',
    async create(clock: FakeClock) {
      let opened = await openTestServices(clock);
      return {
        port: port(opened.services),
        async reopen() {
          opened = await opened.reopen();
          return port(opened.services);
        },
        dispose: () => opened.dispose(),
      };
    },
  };
}
