import Type from 'typebox';
import { ExecutionRoleSchema, ROLE_NAME_PATTERN } from '../../model/execution-role.ts';
import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

interface RoleView {
  readonly description: string;
  readonly grants: readonly string[];
  readonly assignableBy: readonly string[];
  readonly revision: number;
  readonly updatedAt: string;
  readonly by: string;
}

const { name: _, ...settings } = ExecutionRoleSchema.properties;

/** Execution roles: grants that several functions have. */
export const roles: Section = {
  key: 'roles',
  noun: 'execution role',
  namePattern: ROLE_NAME_PATTERN,
  schema: Type.Partial(Type.Object(settings), { additionalProperties: false }),
  async read(_name, { description = '', grants = [], assignableBy = [] }) {
    return { fields: { description, grants, assignableBy } };
  },
  async current(api, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<RoleView>(api, pathOf(name));
      if (view === undefined) continue;
      const { description, grants, assignableBy, revision, updatedAt, by } = view;
      found.set(name, { fields: { description, grants, assignableBy }, revision, changed: { by, at: updatedAt } });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    await sendDocument(api, 'PUT', pathOf(name), wanted.fields, demand(actual?.revision ?? 0));
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function pathOf(name: string): string {
  return `/v1/execution-roles/${encodeURIComponent(name)}`;
}
