import type { StatedOrigin } from '../model/origin.ts';
import { type ProjectApi, problemOf, sendDocument } from './api.ts';
import type { Fields } from './section.ts';

/** What was applied last of one thing. */
export interface AppliedThing {
  readonly fields: Fields;
  /** Marks of the secrets, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The project made it, and removes it when the file no longer has it; what it found and took over it leaves. */
  readonly made: boolean;
}

/** By section and name. */
export type Applied = Readonly<Record<string, Readonly<Record<string, AppliedThing>>>>;

/** What the node remembers of a project in one environment. */
export interface ProjectView {
  readonly name: string;
  readonly revision: number;
  readonly applied: Applied;
  readonly appliedAt: string;
  readonly by: string;
  readonly origin?: StatedOrigin;
}

/** A project's own name on the node: with its environment, `shop.prod`. */
export function projectKey(project: string, environment: string | undefined): string {
  return environment === undefined ? project : `${project}.${environment}`;
}

function pathOf(key: string, rest = ''): string {
  return `/v1/projects/${encodeURIComponent(key)}${rest}`;
}

/** All that the node remembers, so that two projects do not fight over one thing. */
export async function allProjects(api: ProjectApi): Promise<ProjectView[]> {
  return (await api.json<{ projects: ProjectView[] }>('GET', '/v1/projects?applied=true')).projects;
}

/** Remembers what is applied now; resolves with the revision. The lock must be held. */
export async function saveProject(
  api: ProjectApi,
  key: string,
  state: { readonly applied: Applied; readonly origin: StatedOrigin; readonly lock: string },
): Promise<void> {
  await sendDocument(api, 'PUT', pathOf(key), state);
}

export async function forgetProject(api: ProjectApi, key: string): Promise<void> {
  await api.json('DELETE', pathOf(key));
}

/** Takes the lock of a project, or takes it again. Rejects with `conflict` that says who holds it. */
export async function lockProject(
  api: ProjectApi,
  key: string,
  lock: { readonly id: string; readonly revision?: number; readonly message?: string },
): Promise<void> {
  await sendDocument(api, 'PUT', pathOf(key, '/lock'), lock);
}

export async function unlockProject(api: ProjectApi, key: string, id: string): Promise<void> {
  try {
    await api.json('DELETE', `${pathOf(key, '/lock')}?id=${encodeURIComponent(id)}`);
  } catch (error) {
    if (problemOf(error)?.code !== 'not_found') throw error;
  }
}
