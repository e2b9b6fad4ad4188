import type { Logger } from 'pino';
import type { StoredAlias } from '../../model/alias.ts';
import type { Clock } from '../../model/clock.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { isUnderWay, type Release } from '../../model/release.ts';
import type { Registry } from '../../store/registry.ts';
import type { Catalog } from '../catalog.ts';
import { changeAlias } from '../documents/alias-documents.ts';
import { keepReport } from '../documents/reports.ts';
import { type ReleaseActions, ReleaseRun } from './release-run.ts';
import { endedRelease, markedRelease, steppedRelease } from './release-steps.ts';
import type { Watches } from './watches.ts';

/** Who does what a release does by itself. */
const BY = 'release';

interface ReleaseDriverOptions {
  readonly registry: Registry;
  readonly catalog: Catalog;
  readonly watches: Watches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly alarmFiring: (names: readonly string[]) => readonly string[];
  readonly onActed: OnActed | undefined;
}

/** What a release did by itself: its last entry says what. */
export type OnActed = (what: { readonly function: string; readonly alias: string; readonly release: Release }) => void;

/** Runs the releases that aliases say are under way, those that an earlier process began included. */
export class ReleaseDriver {
  private readonly options: ReleaseDriverOptions;
  private readonly runs = new Map<string, ReleaseRun>();
  private readonly stopWatching: () => void;

  constructor(options: ReleaseDriverOptions) {
    this.options = options;
    for (const alias of options.catalog.allAliases()) this.resume(alias);
    this.stopWatching = options.catalog.watchAliases((name, alias) => this.follow(name, alias));
  }

  /** The run of a release that goes on here. */
  run(name: string, alias: string): ReleaseRun | undefined {
    return this.runs.get(`${name}:${alias}`);
  }

  close(): void {
    this.stopWatching();
    for (const [key, run] of this.runs) this.stop(key, run);
  }

  /** The node was stopped in the middle of it: what was measured is gone, and the step begins anew. */
  private resume(alias: StoredAlias): void {
    const { document } = alias;
    if (!isUnderWay(document.release)) return;
    this.start(alias);
    const { release } = document;
    void this.change(document.function, document.name, release, (stored, current) =>
      markedRelease(stored, current, this.act(), 'restarted'),
    ).catch((error: unknown) =>
      this.options.log.error({ err: error }, 'a release could not be marked as gone on with'),
    );
  }

  private follow(name: string, alias: string): void {
    const key = `${name}:${alias}`;
    const stored = this.options.catalog.aliases(name).find(({ document }) => document.name === alias);
    const release = stored?.document.release;
    const run = this.runs.get(key);
    if (run !== undefined && (!isUnderWay(release) || release.id !== run.id)) this.stop(key, run);
    if (stored === undefined || !isUnderWay(release)) return;
    const current = this.runs.get(key);
    if (current === undefined) this.start(stored);
    else current.follow(release);
  }

  private start(stored: StoredAlias): void {
    const { function: name, name: alias } = stored.document;
    const { clock, log, watches, alarmFiring } = this.options;
    const run = new ReleaseRun(stored, { clock, log, alarmFiring, actions: this.actionsOf(name, alias) });
    this.runs.set(`${name}:${alias}`, run);
    watches.add(name, alias, (record) => run.observe(record));
  }

  private stop(key: string, run: ReleaseRun): void {
    run.close();
    this.runs.delete(key);
    const [name = '', alias = ''] = key.split(':');
    this.options.watches.remove(name, alias);
  }

  private actionsOf(name: string, alias: string): ReleaseActions {
    return {
      step: (release, baseline) =>
        this.change(name, alias, release, (stored, current) =>
          current.step === release.step && current.state === 'running'
            ? steppedRelease(stored, current, this.act(), baseline)
            : stored.document,
        ),
      end: (release, state, report) =>
        this.change(name, alias, release, (stored, current) =>
          // Somebody has paused it meanwhile: that keeps it from going on, not from going back.
          state === 'promoted' && current.state !== 'running'
            ? stored.document
            : endedRelease(stored, current, state, this.act(), report),
        ),
    };
  }

  /** Changes the alias as long as this release goes on by it; `false` where it does not any more, or was ended by this. */
  private async change(
    name: string,
    alias: string,
    { id }: Release,
    make: (stored: StoredAlias, release: Release) => StoredAlias['document'],
  ): Promise<boolean> {
    const { registry, catalog } = this.options;
    const owner = catalog.find(name)?.document;
    if (owner === undefined) return false;
    const over = new Error('the release is over');
    try {
      const { document } = await changeAlias(registry, owner, alias, (stored) => {
        if (stored === undefined || !isUnderWay(stored.document.release) || stored.document.release.id !== id)
          throw over;
        return make(stored, stored.document.release);
      });
      const { release } = document;
      if (release !== undefined && release.entries.at(-1)?.by === BY)
        this.options.onActed?.({ function: owner.name, alias, release });
      await this.keepEnded(owner, alias, release);
      return isUnderWay(release);
    } catch (error) {
      if (error === over) return false;
      throw error;
    }
  }

  private async keepEnded(owner: FunctionDocument, alias: string, release: Release | undefined): Promise<void> {
    if (release === undefined || isUnderWay(release)) return;
    const { log, registry } = this.options;
    const { from, to, state, report } = release;
    log.info({ function: owner.name, alias, from, to, state, why: report?.why }, 'a release has ended');
    // The alias has it as well until the next one begins, which keeps it then.
    await keepReport(registry, owner, alias, release).catch((error: unknown) =>
      log.error({ err: error, function: owner.name, alias }, 'the report of a release could not be kept'),
    );
  }

  private act(): { at: string; by: string } {
    return { at: new Date(this.options.clock.now()).toISOString(), by: BY };
  }
}
