import Type from 'typebox';
import { POLICY_NAME_PATTERN, PolicySchema } from '../../model/policy.ts';
import type { Section } from '../section.ts';
import { documentsAt } from './documents.ts';

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
  ...documentsAt<PolicyView>(
    '/v1/policies',
    ({ revision, updatedAt, by, undoable: _undoable, name: _name, ...fields }) => ({
      fields,
      revision,
      changed: { by, at: updatedAt },
    }),
  ),
};
