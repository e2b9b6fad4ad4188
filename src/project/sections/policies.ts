import Type from 'typebox';
import { POLICY_NAME_PATTERN, PolicySchema } from '../../model/policy.ts';
import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

interface PolicyView {
  readonly revision: number;
  readonly updatedAt: string;
  readonly by: string;
  readonly [field: string]: unknown;
}

const USUAL = { description: '', mode: 'enforce', message: '', scope: {} };
const { name: _, rules, ...settings } = PolicySchema.properties;

/** What is demanded of functions; for whoever owns the policies of a node. */
export const policies: Section = {
  key: 'policies',
  noun: 'policy',
  namePattern: POLICY_NAME_PATTERN,
  schema: Type.Object({ ...Type.Partial(Type.Object(settings)).properties, rules }, { additionalProperties: false }),
  async read(_name, entry) {
    return { fields: { ...USUAL, ...entry }, usual: USUAL };
  },
  async current(api, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<PolicyView>(api, pathOf(name));
      if (view === undefined) continue;
      const { revision, updatedAt, by, undoable: _undoable, name: _name, ...fields } = view;
      found.set(name, { fields, revision, changed: { by, at: updatedAt } });
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
  return `/v1/policies/${encodeURIComponent(name)}`;
}
