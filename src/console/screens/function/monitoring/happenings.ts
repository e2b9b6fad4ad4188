import { useMemo } from 'react';
import { useApi } from '../../../api/hooks.ts';
import { wordsOf } from '../../../ui/status-badge.tsx';
import type { Marker } from '../../../ui/time-chart.tsx';

/** Something that may explain what the charts show. */
export interface Happening extends Marker {
  readonly id: string;
  /** Where more of it is told, below the function's page or from the root. */
  readonly to: string;
  readonly by?: string;
}

const WORDS = {
  deploy: (version: number) => `Version ${version} deployed`,
  configure: (version: number) => `Settings changed (version ${version})`,
  rollback: (version: number) => `Back to version ${version}`,
};

/** What happened to a function within a time, the newest first: versions that came to serve, aliases that moved, releases, alerts. */
export function useHappenings(name: string, fromMs: number, toMs: number): readonly Happening[] {
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 1_000 } });
  const aliases = useApi('/v1/functions/{name}/aliases', { path: { name } });
  const releases = useApi('/v1/functions/{name}/releases', { path: { name } });
  const alerts = useApi('/v1/alerts/history', { query: { function: name, limit: 200 } });
  return useMemo(() => {
    const found: Happening[] = [];
    const add = (id: string, atMs: number, label: string, tone: Marker['tone'], to: string, by?: string): void => {
      if (atMs >= fromMs && atMs <= toMs) found.push({ id, atMs, label, tone, to, ...(by !== undefined && { by }) });
    };
    for (const { version, at, by, how } of versions.data?.moves ?? []) {
      add(`v${at}`, Date.parse(at), WORDS[how](version), 'info', how === 'configure' ? 'configuration' : 'code', by);
    }
    for (const { name: alias, moves } of aliases.data?.aliases ?? []) {
      for (const { at, by, how, versions: to } of moves) {
        if (how === 'release') continue;
        const versionWords = to.map(({ version, weight }) => (to.length > 1 ? `${version} (${weight}%)` : version));
        add(`a${alias}${at}`, Date.parse(at), `${alias} to version ${versionWords.join(', ')}`, 'info', 'releases', by);
      }
    }
    for (const { id, alias, to, state, startedAt, startedBy, endedAt } of releases.data?.releases ?? []) {
      add(`r${id}`, Date.parse(startedAt), `Release of version ${to} to ${alias} began`, 'info', 'releases', startedBy);
      const tone = state === 'rolled_back' ? 'bad' : 'info';
      if (endedAt !== undefined)
        add(`e${id}`, Date.parse(endedAt), `Release of version ${to} ${wordsOf(state)}`, tone, 'releases');
    }
    for (const { firingId, rule, condition, sinceMs, resolvedMs } of alerts.data?.firings ?? []) {
      add(`f${firingId}`, sinceMs, `Alert ${rule}: ${condition}`, 'bad', '/alerts');
      if (resolvedMs !== undefined) add(`g${firingId}`, resolvedMs, `Alert ${rule} is over`, 'info', '/alerts');
    }
    return found.sort((one, other) => other.atMs - one.atMs);
  }, [versions.data, aliases.data, releases.data, alerts.data, fromMs, toMs]);
}
