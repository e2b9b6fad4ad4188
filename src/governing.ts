import type { Logger } from 'pino';
import type { Governance } from './door/context.ts';
import type { Engine, Events } from './engine/api.ts';
import type { Admit } from './engine/hooks.ts';
import { createAdmit } from './govern/admit.ts';
import { openExecutionRoles } from './govern/execution-role/stored-execution-roles.ts';
import { openPolicies } from './govern/policy/stored-policies.ts';
import { openQuotas } from './govern/quota/stored-quotas.ts';
import { openKeyRotation } from './govern/secret/rotation.ts';
import { openSecrets } from './govern/secret/stored-secrets.ts';
import type { Clock } from './model/clock.ts';
import type { Store } from './store/store.ts';

/** What doors are shown, and what the engine asks. */
interface RunningGovernance extends Governance {
  /** Asked before a version is made. */
  readonly admit: Admit;
  close(): Promise<void>;
}

interface GoverningOptions {
  readonly store: Pick<Store, 'registry' | 'vault'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names of the runtimes of this node. */
  readonly runtimes: readonly string[];
  /** Made after this, which is asked nothing before. */
  engine(): Pick<Engine, 'find' | 'list' | 'callable'> | undefined;
  events(): Pick<Events, 'stats'> | undefined;
}

/** Opens secrets, execution roles, policies and quotas; first finishes what a change of the vault's key left undone. */
export async function openGovernance(options: GoverningOptions): Promise<RunningGovernance> {
  const { store, clock, log, runtimes } = options;
  const { registry, vault } = store;
  const functions = () => options.engine()?.list() ?? [];
  const callable = () => options.engine()?.callable() ?? [];
  const find = (name: string) => options.engine()?.find(name);
  const keyRotation = await openKeyRotation({ registry, vault, clock, log });
  const executionRoles = await openExecutionRoles({ registry, clock, callable });
  const roleGrants = ({ role }: { role: string }) => executionRoles.grantsOfRole(role);
  const ownerOfRole = (role: string) => executionRoles.find(role)?.owner ?? '';
  const [secrets, policies, quotas] = await Promise.all([
    openSecrets({ registry, vault, clock, callable, roleGrants }),
    openPolicies({ registry, clock, runtimes, functions, ownerOfRole }),
    openQuotas({ registry, clock, log, functions, find, waitingEvents: () => waitingEvents(options.events()) }),
  ]);
  return {
    ...{ secrets, executionRoles, policies, quotas, keyRotation },
    admit: createAdmit({ secrets, executionRoles, policies, quotas }),
    async close() {
      for (const part of [keyRotation, secrets, executionRoles, policies]) part.close();
      await quotas.close();
    },
  };
}

async function waitingEvents(events: Pick<Events, 'stats'> | undefined): Promise<Map<string, number>> {
  const waiting = new Map<string, number>();
  for (const { function: name, ...lane } of (await events?.stats()) ?? [])
    waiting.set(name, (waiting.get(name) ?? 0) + lane.waiting + lane.delayed);
  return waiting;
}
