import type { ExecutionRole } from '../../model/execution-role.ts';
import type { FunctionConfig } from '../../model/function.ts';

/** Execution roles: what functions may touch, decided in one place for all functions that have the role. */
export interface ExecutionRoles {
  /** Makes or replaces one; what it grants holds at once, for running sandboxes too. Rejects with `conflict` where it does not stand at `expectedRevision`. */
  put(role: ExecutionRole, by: string, expectedRevision?: number): Promise<ExecutionRoleView>;
  /** Rejects with `conflict` where functions have it, unless `force`; those have only their own grants then. */
  remove(name: string, options?: { readonly force?: boolean; readonly expectedRevision?: number }): Promise<boolean>;
  find(name: string): ExecutionRoleView | undefined;
  /** In the order of their names. */
  list(): ExecutionRoleView[];
  /** Functions that have it. */
  usersOf(name: string): string[];
  /** What a role grants; nothing where there is none of that name. From memory. */
  grantsOfRole(name: string): readonly string[];
  /** What a function may do with services: its own grants and its role's, as they stand now. From memory. */
  grantsOf(config: FunctionConfig): readonly string[];
  close(): void;
}

export interface ExecutionRoleView extends ExecutionRole {
  readonly revision: number;
  readonly updatedAtMs: number;
  readonly by: string;
}
