import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import Value from 'typebox/value';
import { defaultConfig, type FunctionConfig, type StoredFunction } from '../../../model/function.ts';
import { type ReleaseRules, ReleaseRulesSchema } from '../../../model/release.ts';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import type { Store } from '../../../store/store.ts';
import { Catalog } from '../../catalog.ts';
import { commitVersion } from '../../documents/commit.ts';
import { createReleases } from '../create-releases.ts';
import type { OnActed } from '../release-driver.ts';
import type { NewRelease, Releases } from '../releases.ts';
import type { Servable } from '../route.ts';
import { Watches } from '../watches.ts';

/** Releases over the real store, a clock that only the test moves, and calls that are said to have been made. */
export interface ReleasesHarness {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly releases: Releases;
  readonly catalog: Catalog;
  /** Versions that nothing named any more, as `name:version`, in the order in which that came. */
  readonly unnamed: string[];
  /** Alarms that fire. */
  readonly firing: Set<string>;
  /** What releases did by themselves, such as `fn:prod step`. */
  readonly acted: string[];
  /** Makes a function's next version serve. */
  deploy(name: string, config?: Partial<FunctionConfig>): Promise<StoredFunction>;
  /** Calls of a version by an alias have ended. */
  called(target: string, version: number, calls: number, how?: Partial<InvocationRecord>): void;
  /** Resolves as soon as it holds; looked at again whenever an alias moved. */
  until(condition: () => boolean): Promise<void>;
  /** Ends the node and opens what it kept again. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export const RULES = Value.Default(ReleaseRulesSchema, {}) as ReleaseRules;

/** A release in three steps of a minute. */
export function newRelease(to: number, more: Partial<NewRelease> = {}): NewRelease {
  return { to, steps: [10, 50, 100], everyMs: 60_000, rules: RULES, by: 'ann', ...more };
}

export async function createReleasesHarness(options: { random?: () => number } = {}): Promise<ReleasesHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'fob-releases-'));
  const clock = new FakeClock();
  const unnamed: string[] = [];
  const firing = new Set<string>();
  const acted: string[] = [];
  let watchers: (() => void)[] = [];
  const changed = (): void => {
    for (const watcher of watchers.splice(0)) watcher();
  };

  const open = async () => {
    const store = await openEmbeddedStore({ folder, clock });
    const { registry, blobs } = store;
    const catalog = await Catalog.open(
      { registry, ...options },
      {
        onUnnamed: ({ document }: Servable) => void unnamed.push(`${document.name}:${document.version}`),
        onGone: () => {},
      },
    );
    const watches = new Watches();
    const log = pino({ level: 'silent' });
    const alarmFiring = (names: readonly string[]) => names.filter((name) => firing.has(name));
    const onActed = ({ function: name, alias, release }: Parameters<OnActed>[0]) =>
      void acted.push(`${name}:${alias} ${release.entries.at(-1)!.what}`);
    const releases = await createReleases({ registry, blobs, catalog, watches, clock, log, alarmFiring, onActed });
    catalog.watchAliases(() => setImmediate(changed));
    return { store, catalog, releases, observe: watches.observing(undefined) };
  };
  const close = async (): Promise<void> => {
    node.releases.close();
    node.catalog.close();
    await node.store.close();
  };
  let node = await open();

  return {
    get store() {
      return node.store;
    },
    get catalog() {
      return node.catalog;
    },
    get releases() {
      return node.releases;
    },
    clock,
    unnamed,
    firing,
    acted,
    deploy: (name, config = {}) =>
      commitVersion(node.store.registry, clock, name, async (current) => {
        const treeDigest = `tree-${name}-${(current?.newest ?? 0) + 1}`;
        const code = { form: 'inline', sourceDigest: treeDigest, sourceBytes: 0, fileCount: 1, treeBytes: 0 } as const;
        const base = { ...defaultConfig(), runtime: 'node', handler: 'main.handler' };
        return {
          config: { ...base, ...current?.config, ...config },
          code: { ...code, treeDigest },
          origin: { by: 'ann' },
          how: 'deploy',
        };
      }),
    called(target, version, calls, how = {}) {
      const [name = '', alias = ''] = target.split(':');
      for (let call = 0; call < calls; call++) {
        node.observe({
          invocationId: `call-${version}-${call}`,
          function: name,
          alias,
          version,
          status: 'succeeded',
          durationMs: 5,
          ...how,
        } as InvocationRecord);
      }
    },
    async until(condition) {
      while (!condition()) await new Promise<void>((resolve) => watchers.push(resolve));
    },
    async restart() {
      await close();
      node = await open();
    },
    async dispose() {
      await close();
      watchers = [];
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
