import { randomUUID } from 'node:crypto';
import { type AliasDocument, checkedShares, type StoredAlias, sharesText, wholeVersion } from '../../model/alias.ts';
import { Problem } from '../../model/problem.ts';
import { isUnderWay, RELEASE_LIMITS } from '../../model/release.ts';
import { keepReport, listReports } from '../documents/reports.ts';
import { checkAliasRevision } from './conflict.ts';
import { presentAlias, type ReleaseParts } from './release-parts.ts';
import { type Act, markedRelease, percentOf, startedRelease } from './release-steps.ts';
import type { NewRelease, ReleaseChange, Releases, ReleaseView } from './releases.ts';

/** Which of these alarms fire now; rejects names that it does not know with `not_found`. */
export type AlarmFiring = (names: readonly string[]) => readonly string[];

/** Gradual releases: started, changed by hand, shown. */
export function releaseOperations(
  { registry, catalog, driver, found, known, knownAlias, kept, actOf, moveAlias, endNow, keepIfEnded }: ReleaseParts,
  alarmFiring: AlarmFiring | undefined,
): Pick<Releases, 'startRelease' | 'changeRelease' | 'release' | 'releases'> {
  const releaseView = (fn: string, alias: string, release: NonNullable<AliasDocument['release']>): ReleaseView => {
    const run = driver.run(fn, alias);
    const numbers = isUnderWay(release) && run?.id === release.id ? { numbers: run.numbers() } : {};
    return { function: fn, alias, release, state: release.state, percent: percentOf(release), ...numbers };
  };

  const changed = (current: StoredAlias, change: ReleaseChange, act: Act): AliasDocument => {
    const { document } = current;
    const release = document.release!;
    switch (change) {
      case 'pause':
        return release.state === 'paused' ? document : markedRelease(current, release, act, 'paused');
      case 'resume':
        return release.state === 'running' ? document : markedRelease(current, release, act, 'resumed');
      case 'abort':
        return endNow(current, 'aborted', act, `${act.by} gave it up`);
      case 'promote':
        return endNow(current, 'promoted', act, `${act.by} promoted it`);
    }
  };

  return {
    async startRelease(name, alias, wanted) {
      const fn = await found(name);
      checkRelease(wanted, alarmFiring);
      await kept(fn, wanted.to);
      const id = randomUUID();
      const { to, steps, everyMs, rules } = wanted;
      const stored = await moveAlias(fn, alias, async (entry) => {
        checkAliasRevision(alias, entry, wanted.expectedRevision);
        const current = presentAlias(fn, alias, entry);
        const { versions, release } = current.document;
        if (isUnderWay(release)) {
          throw new Problem(
            'conflict',
            `version ${release.to} is being released by "${alias}" already, since ${release.startedAt} by ${release.startedBy}: fob release show ${fn.name} --alias ${alias} shows how it stands, abort or promote ends it`,
            { details: { release: release.id } },
          );
        }
        const from = wholeVersion(versions) ?? versions.find(({ version }) => version !== to)!.version;
        if (from === to) throw new Problem('conflict', `the alias "${alias}" names version ${to} already`);
        if (versions.length === 2 && !versions.some(({ version }) => version === to)) {
          throw new Problem(
            'conflict',
            `the alias "${alias}" is shared by ${sharesText(versions)}: let it name one of them alone before a third is released`,
          );
        }
        await kept(fn, from);
        if (release !== undefined) await keepReport(registry, fn, alias, release);
        return startedRelease(current, { id, from, to, steps, everyMs, rules }, actOf(wanted.by));
      });
      return releaseView(fn.name, alias, stored.document.release!);
    },

    async changeRelease(name, alias, change, by) {
      const fn = await found(name);
      const act = actOf(by);
      const stored = await moveAlias(fn, alias, (entry) => {
        const current = presentAlias(fn, alias, entry);
        const { release } = current.document;
        if (!isUnderWay(release)) {
          throw new Problem(
            'conflict',
            release === undefined
              ? `nothing was ever released by "${alias}"`
              : `no release by "${alias}" is under way: the last one, of version ${release.to}, was ${release.state.replace('_', ' ')} at ${release.endedAt}`,
          );
        }
        return changed(current, change, act);
      });
      await keepIfEnded(fn, stored);
      return releaseView(fn.name, alias, stored.document.release!);
    },

    release(name, alias) {
      const { document } = knownAlias(name, alias);
      return document.release && releaseView(document.function, alias, document.release);
    },

    async releases(name) {
      const current = (name === undefined ? catalog.allAliases() : catalog.aliases(known(name).name)).flatMap(
        ({ document }) =>
          document.release === undefined ? [] : [releaseView(document.function, document.name, document.release)],
      );
      const ended = name === undefined ? [] : await listReports(registry, known(name));
      const ids = new Set(current.map(({ release }) => release.id));
      const earlier = ended
        .filter(({ release }) => !ids.has(release.id))
        .map(({ function: fn, alias, release }) => releaseView(fn, alias, release));
      return [...current, ...earlier].sort((a, b) => (a.release.startedAt < b.release.startedAt ? 1 : -1));
    },
  };
}

/** Throws `invalid_request` for what cannot be a release, and `conflict` where one of its alarms fires. */
function checkRelease(wanted: NewRelease, alarmFiring: AlarmFiring | undefined): void {
  const { steps, everyMs, rules } = wanted;
  const isRising = steps.every((percent, place) => percent > (steps[place - 1] ?? 0) && percent <= 100);
  if (steps.length === 0 || steps.length > RELEASE_LIMITS.steps || !isRising || steps.at(-1) !== 100) {
    throw new Problem(
      'invalid_request',
      `the steps of a release are 1 to ${RELEASE_LIMITS.steps} shares in percent that rise to 100, not ${steps.join(', ').slice(0, 200) || 'none'}`,
      { details: { field: 'steps' } },
    );
  }
  for (const percent of steps.slice(0, -1)) {
    checkedShares([
      { version: 1, weight: percent },
      { version: 2, weight: Number((100 - percent).toFixed(4)) },
    ]);
  }
  if (everyMs < RELEASE_LIMITS.minEveryMs || everyMs > RELEASE_LIMITS.maxEveryMs)
    throw new Problem('invalid_request', 'a step of a release takes 1 second to 7 days');
  if (rules.alarms.length === 0) return;
  if (alarmFiring === undefined) throw new Problem('invalid_request', 'this node has no alarms to watch');
  const firing = alarmFiring(rules.alarms);
  if (firing.length > 0)
    throw new Problem('conflict', `the alarm ${firing.join(', ')} fires already: nothing is released until it is over`);
}
