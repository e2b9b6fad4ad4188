import type { Runtime } from '../runtime/runtime.ts';
import type { Capacity } from './capacity.ts';
import { PrewarmedPool } from './prewarm.ts';
import type { Starter } from './starter.ts';

/** The size of sandboxes that are prewarmed from the start: a function's default. */
const DEFAULT_MEMORY_MB = 128;
/** Other sizes of a runtime that are kept prewarmed, one sandbox each, because they were asked for lately. */
const MAX_OTHER_SIZES = 3;

/**
 * The prewarmed pools of all runtimes. A runtime whose sandboxes can be given another size has one; for the others, sizes
 * that functions ask for get a small pool of their own, the least lately asked for making room.
 */
export class PrewarmedPools {
  private readonly defaults: readonly PrewarmedPool[];
  /** Least lately used first. */
  private others: PrewarmedPool[] = [];
  private readonly starter: Starter;
  private readonly capacity: Capacity;
  private readonly target: number;
  private closed = false;

  constructor(runtimes: readonly Runtime[], target: number, starter: Starter, capacity: Capacity) {
    this.starter = starter;
    this.capacity = capacity;
    this.target = target;
    this.defaults = runtimes.map((runtime) => this.create(runtime, DEFAULT_MEMORY_MB, target));
  }

  all(): PrewarmedPool[] {
    return [...this.defaults, ...this.others];
  }

  /** The pool whose sandboxes can run functions of this runtime and size. */
  for(runtime: Runtime, memoryMb: number): PrewarmedPool {
    const usual = this.defaults.find((pool) => pool.runtime === runtime)!;
    if (runtime.resizable || memoryMb === usual.memoryMb || this.target === 0 || this.closed) return usual;
    const place = this.others.findIndex((other) => other.runtime === runtime && other.memoryMb === memoryMb);
    const [pool] = place === -1 ? [this.create(runtime, memoryMb, 1)] : this.others.splice(place, 1);
    this.others.push(pool!);
    const ofRuntime = this.others.filter((other) => other.runtime === runtime);
    if (ofRuntime.length > MAX_OTHER_SIZES) {
      this.others.splice(this.others.indexOf(ofRuntime[0]!), 1);
      ofRuntime[0]!.close();
    }
    return pool!;
  }

  /** Starts what is missing; resolves when those starts have ended, however. */
  async fill(options: { unlessFailed?: boolean } = {}): Promise<void> {
    const pools = this.all().filter((pool) => options.unlessFailed !== true || pool.failure === undefined);
    await Promise.all(pools.map((pool) => pool.fill()));
  }

  close(): void {
    this.closed = true;
    for (const pool of this.all()) pool.close();
  }

  private create(runtime: Runtime, memoryMb: number, target: number): PrewarmedPool {
    return new PrewarmedPool({ runtime, memoryMb, target, starter: this.starter, capacity: this.capacity });
  }
}
