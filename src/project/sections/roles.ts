import Type from 'typebox';
import { ExecutionRoleSchema, ROLE_NAME_PATTERN } from '../../model/execution-role.ts';
import type { Section } from '../section.ts';
import { documentsAt } from './documents.ts';

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
  ...documentsAt<RoleView>('/v1/execution-roles', ({ description, grants, assignableBy, revision, updatedAt, by }) => ({
    fields: { description, grants, assignableBy },
    revision,
    changed: { by, at: updatedAt },
  })),
};
