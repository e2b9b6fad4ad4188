import type { FunctionDocument } from '../../model/function.ts';
import type { Release } from '../../model/release.ts';
import type { Registry } from '../../store/registry.ts';

/** Where releases stand that have ended: `release/<function>/<alias>/<id>`. The one that goes on is part of its alias. */
export const REPORT_PREFIX = 'release/';

/** How many are kept of one alias. */
const MAX_REPORTS = 20;

/** A release that has ended, by which alias of which function. */
interface EndedRelease {
  readonly function: string;
  readonly functionId: string;
  readonly alias: string;
  readonly release: Release;
}

type Owner = Pick<FunctionDocument, 'id' | 'name'>;

/** Keeps a release that has ended, and forgets the oldest ones. Doing it twice does no harm. */
export async function keepReport(registry: Registry, owner: Owner, alias: string, release: Release): Promise<void> {
  const { id: functionId, name } = owner;
  const ended: EndedRelease = { function: name, functionId, alias, release };
  await registry.put(`${REPORT_PREFIX}${name}/${alias}/${release.id}`, ended);
  const entries = await registry.list<EndedRelease>(`${REPORT_PREFIX}${name}/${alias}/`);
  const oldest = entries.sort(byStart).slice(0, Math.max(0, entries.length - MAX_REPORTS));
  await Promise.all(oldest.map(({ key }) => registry.delete(key)));
}

/** Releases of a function that have ended, newest first. */
export async function listReports(registry: Registry, { id, name }: Owner): Promise<EndedRelease[]> {
  const entries = await registry.list<EndedRelease>(`${REPORT_PREFIX}${name}/`);
  return entries
    .filter(({ value }) => value.functionId === id)
    .sort(byStart)
    .reverse()
    .map(({ value }) => value);
}

function byStart(a: { value: EndedRelease }, b: { value: EndedRelease }): number {
  return a.value.release.startedAt < b.value.release.startedAt ? -1 : 1;
}
