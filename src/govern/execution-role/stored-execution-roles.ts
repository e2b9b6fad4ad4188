import Value from 'typebox/value';
import type { Clock } from '../../model/clock.ts';
import { type ExecutionRole, ExecutionRoleSchema } from '../../model/execution-role.ts';
import type { FunctionConfig, FunctionDocument } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import type { ExecutionRoles, ExecutionRoleView } from './execution-roles.ts';

const PREFIX = 'execution-role/';
const MAX_ROLES = 1_000;
/** Roles of one owner, so that nobody takes all places. */
const MAX_OWNED = 100;

interface StoredRole {
  /** One that was written before roles had owners is the platform's. */
  readonly role: Omit<ExecutionRole, 'owner'> & Partial<Pick<ExecutionRole, 'owner'>>;
  readonly updatedAtMs: number;
  readonly by: string;
}

interface ExecutionRolesOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Every version that can be called, by an alias too, to see who has a role. */
  callable(): Iterable<FunctionDocument>;
}

/** Opens the execution roles over a store, held in memory and kept fresh by the registry's watch. */
export async function openExecutionRoles({
  registry,
  clock,
  callable,
}: ExecutionRolesOptions): Promise<ExecutionRoles> {
  /** What functions may do; forgotten as soon as a role changes. */
  let effective = new WeakMap<FunctionConfig, readonly string[]>();
  const documents = await Documents.open<StoredRole>(registry, PREFIX, () => {
    effective = new WeakMap();
  });

  const viewOf = ({ role, updatedAtMs, by }: StoredRole): ExecutionRoleView => ({
    ...role,
    owner: role.owner ?? '',
    revision: documents.revisionOf(role.name),
    updatedAtMs,
    by,
  });
  const usersOf = (name: string): string[] => {
    const users = new Set<string>();
    for (const document of callable()) if (document.config.role === name) users.add(document.name);
    return [...users];
  };

  return {
    async put(role, by, expectedRevision) {
      if (!Value.Check(ExecutionRoleSchema, role)) throw new Problem('invalid_request', 'this is no execution role');
      if (documents.find(role.name) === undefined && documents.count >= MAX_ROLES) {
        throw new Problem('invalid_request', `there are ${MAX_ROLES} execution roles already; remove some first`);
      }
      const owned = documents.list().filter(
        ([
          name,
          {
            role: { owner },
          },
        ]) => name !== role.name && owner === role.owner,
      );
      if (role.owner !== '' && owned.length >= MAX_OWNED) {
        throw new Problem(
          'invalid_request',
          `${role.owner} has ${MAX_OWNED} execution roles already; remove some first`,
        );
      }
      const stored = await documents.update(
        role.name,
        () => ({ role, updatedAtMs: clock.now(), by }),
        expectedRevision,
      );
      return viewOf(stored);
    },

    async remove(name, { force = false, expectedRevision } = {}) {
      const users = usersOf(name);
      if (users.length > 0 && !force) {
        const shown = `${users.slice(0, 5).join(', ')}${users.length > 5 ? ` and ${users.length - 5} more` : ''}`;
        throw new Problem(
          'conflict',
          `the execution role "${name}" is used by ${shown}: take it from them first, or remove it by force (--force, in the API ?force=true), after which they have only their own grants`,
          { details: { functions: users.slice(0, 100) } },
        );
      }
      return documents.remove(name, expectedRevision);
    },

    find(name) {
      const stored = documents.find(name);
      return stored && viewOf(stored);
    },
    list: () => documents.list().map(([, stored]) => viewOf(stored)),
    usersOf,
    grantsOfRole: (name) => documents.find(name)?.role.grants ?? [],

    grantsOf(config) {
      if (config.role === '') return config.grants;
      const known = effective.get(config);
      if (known !== undefined) return known;
      const ofRole = documents.find(config.role)?.role.grants ?? [];
      // A secret is given when the function is loaded, and is no service that it may ask.
      const grants = [...config.grants, ...ofRole.filter((grant) => !grant.startsWith('secret:'))];
      effective.set(config, grants);
      return grants;
    },

    close: () => documents.close(),
  };
}
