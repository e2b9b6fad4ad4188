import Value from 'typebox/value';
import type { Clock } from '../../model/clock.ts';
import type { StoredFunction } from '../../model/function.ts';
import { type Policy, PolicySchema } from '../../model/policy.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import { combineRules } from './combine.ts';
import { policiesFor, type RoleOwner, violationsOf } from './evaluate.ts';
import { findLockout } from './lockout.ts';
import type { FunctionViolations, Policies, PolicyView, PutPolicyOptions } from './policies.ts';

const PREFIX = 'policy/';
const MAX_POLICIES = 200;

interface StoredPolicy {
  readonly policy: Policy;
  readonly updatedAtMs: number;
  readonly by: string;
  /** What stood before the last change. */
  readonly previous?: Policy;
}

interface PoliciesOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Names of the runtimes of this node. */
  readonly runtimes: readonly string[];
  functions(): readonly StoredFunction[];
  readonly ownerOfRole?: RoleOwner;
}

/** Opens the policies over a store, held in memory and kept fresh by the registry's watch. */
export async function openPolicies({
  registry,
  clock,
  runtimes,
  functions,
  ownerOfRole,
}: PoliciesOptions): Promise<Policies> {
  const documents = await Documents.open<StoredPolicy>(registry, PREFIX);
  /** Changes go one after the other: two that are good each alone may leave nothing together. */
  let last: Promise<unknown> = Promise.resolve();

  const all = (): Policy[] => documents.list().map(([, { policy }]) => policy);
  const viewOf = ({ policy, updatedAtMs, by, previous }: StoredPolicy): PolicyView => ({
    ...policy,
    revision: documents.revisionOf(policy.name),
    updatedAtMs,
    by,
    undoable: previous !== undefined,
  });
  const violationsBy = (policies: readonly Policy[]): FunctionViolations[] =>
    functions().flatMap(({ document: { name, config, origin } }) => {
      const violations = violationsOf(policies, { name, config, origin }, ownerOfRole);
      return violations.length === 0 ? [] : [{ function: name, owner: config.owner, violations }];
    });

  const check = (policy: Policy): void => {
    if (!Value.Check(PolicySchema, policy)) throw new Problem('invalid_request', 'this is no policy');
    const unknown = policy.rules.allowedRuntimes?.find((runtime) => !runtimes.includes(runtime));
    if (unknown !== undefined) {
      throw new Problem(
        'invalid_request',
        `allowedRuntimes has "${unknown}", which this node has not: it has ${runtimes.join(', ')}`,
      );
    }
    if (Object.keys(policy.rules).length === 0) {
      throw new Problem('invalid_request', 'the policy has no rules: name one, such as maxMemoryMb');
    }
    const others = all().filter(({ name }) => name !== policy.name);
    const lockout = findLockout([...others, policy], runtimes);
    if (lockout === undefined) return;
    const { policies, why } = lockout;
    const together =
      policies.length > 1 ? ` and ${policies.filter((name) => name !== policy.name).join(', ')} together` : '';
    const way =
      documents.find(policy.name) === undefined
        ? 'nothing was changed'
        : `nothing was changed, and "${policy.name}" stands as it was`;
    throw new Problem(
      'invalid_request',
      `with the policy "${policy.name}"${together} nothing could be deployed any more: ${why}; ${way}. Allow more, narrow its scope, or set its mode to "warn"`,
      { details: { lockout: { policies, why } } },
    );
  };

  const write = async (
    policy: Policy,
    { by, expectedRevision, dryRun = false }: PutPolicyOptions,
  ): Promise<{ policy: PolicyView; violations: FunctionViolations[] }> => {
    check(policy);
    if (documents.find(policy.name) === undefined && documents.count >= MAX_POLICIES) {
      throw new Problem('invalid_request', `there are ${MAX_POLICIES} policies already; remove some first`);
    }
    const violations = violationsBy([policy]);
    const next = (current: StoredPolicy | undefined): StoredPolicy => ({
      policy,
      updatedAtMs: clock.now(),
      by,
      ...(current !== undefined && { previous: current.policy }),
    });
    if (dryRun) return { policy: viewOf(next(documents.find(policy.name))), violations };
    return { policy: viewOf(await documents.update(policy.name, next, expectedRevision)), violations };
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  return {
    put: (policy, options) => inTurn(() => write(policy, options)),
    undo: (name, by, expectedRevision) =>
      inTurn(async () => {
        const stored = documents.find(name);
        if (stored === undefined) throw absent(name);
        if (stored.previous === undefined) {
          throw new Problem('not_found', `nothing stood before the policy "${name}" as it is: remove it instead`);
        }
        return write(stored.previous, { by, ...(expectedRevision !== undefined && { expectedRevision }) });
      }),
    remove: (name, expectedRevision) => inTurn(() => documents.remove(name, expectedRevision)),
    find(name) {
      const stored = documents.find(name);
      return stored && viewOf(stored);
    },
    list: () => documents.list().map(([, stored]) => viewOf(stored)),
    check(subject) {
      const policies = all();
      const holding = policiesFor(policies, subject);
      return {
        policies: holding.map(({ name }) => name),
        violations: violationsOf(holding, subject, ownerOfRole),
        limits: combineRules(holding.flatMap(({ mode, rules }) => (mode === 'enforce' ? [rules] : []))),
      };
    },
    violations: () => violationsBy(all()),
    close: () => documents.close(),
  };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no policy "${name}"; GET /v1/policies lists them`);
}
