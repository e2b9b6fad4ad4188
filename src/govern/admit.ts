import type { FunctionConfig, FunctionVersion } from '../model/function.ts';
import type { VersionOrigin } from '../model/origin.ts';
import type { PolicyViolation } from '../model/policy.ts';
import { Problem } from '../model/problem.ts';
import type { ExecutionRoles } from './execution-role/execution-roles.ts';
import type { Policies, PolicyCheck } from './policy/policies.ts';
import type { Quotas } from './quota/quotas.ts';
import type { Secrets } from './secret/secrets.ts';

/** A version that is about to be made, or that somebody would like to make. */
export interface Proposal {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly origin: VersionOrigin | undefined;
  /** The names that whoever asks for it goes by as an owner: their teams' and their own; `all` for those whom roles do not hold back. */
  readonly teams: readonly string[] | 'all' | undefined;
  readonly before: FunctionVersion | undefined;
  readonly codeBytes?: number;
  readonly newCode: boolean;
}

export interface Verdict {
  readonly policies: readonly string[];
  /** All rules that are broken, those that only warn included. */
  readonly violations: readonly PolicyViolation[];
  readonly warnings: readonly string[];
  readonly limits: PolicyCheck['limits'];
}

interface Parts {
  readonly secrets: Pick<Secrets, 'faultsOf'>;
  readonly executionRoles: Pick<ExecutionRoles, 'find' | 'list'>;
  readonly policies: Pick<Policies, 'check'>;
  readonly quotas: Pick<Quotas, 'check'>;
}

/** Looks at everything that holds for a version, and says all that is wrong at once. Throws nothing. */
export function judge({ policies, quotas }: Pick<Parts, 'policies' | 'quotas'>, proposal: Proposal): Verdict {
  const checked = policies.check(proposal);
  // Whose code stays does not come from anywhere else than before.
  const ofPolicies = checked.violations.filter(({ rule }) => proposal.newCode || !rule.startsWith('git.'));
  const quota = quotas.check(proposal);
  const warnings = ofPolicies.flatMap((violation) => (violation.mode === 'warn' ? [inWords(violation)] : []));
  return {
    policies: checked.policies,
    violations: [...ofPolicies, ...quota.violations],
    warnings: [...warnings, ...quota.warnings],
    limits: checked.limits,
  };
}

/**
 * What is asked before a version is made. Rejects with `policy_violation` (details: `violations`) that names every broken
 * rule, with `forbidden` for a role that its author may not give, with `invalid_request` for secrets and roles that are not
 * there or not granted.
 */
export function createAdmit(parts: Parts): (proposal: Proposal) => Promise<Verdict> {
  const { secrets, executionRoles } = parts;
  return async (proposal) => {
    const { name, config, before, teams } = proposal;
    const faults = secrets.faultsOf(name, config);
    if (faults.length > 0)
      throw new Problem('invalid_request', faults.join('; '), { details: { fields: ['secrets'] } });
    if (config.role !== '') checkRole(executionRoles, config.role, before?.config.role, teams);
    const verdict = judge(parts, proposal);
    const broken = verdict.violations.filter(({ mode }) => mode === 'enforce');
    if (broken.length === 0) return verdict;
    throw new Problem('policy_violation', broken.map(inWords).join('; '), { details: { violations: broken } });
  };
}

function checkRole(
  executionRoles: Parts['executionRoles'],
  name: string,
  before: string | undefined,
  teams: Proposal['teams'],
): void {
  const role = executionRoles.find(name);
  if (role === undefined) {
    const names = executionRoles.list().map((each) => each.name);
    const there = names.length === 0 ? 'there are none yet' : `there are ${names.slice(0, 20).join(', ')}`;
    throw new Problem('invalid_request', `there is no execution role "${name}": ${there}`, {
      details: { fields: ['role'] },
    });
  }
  // Who keeps a role was given it before.
  const giving = role.owner === '' ? role.assignableBy : [role.owner, ...role.assignableBy];
  if (giving.length === 0 || name === before || teams === 'all') return;
  if (teams?.some((team) => giving.includes(team)) === true) return;
  throw new Problem(
    'forbidden',
    `the execution role "${name}" may be given to functions only by members of ${giving.join(', ')}: ask one of them`,
    { details: { role: name, assignableBy: giving } },
  );
}

function inWords({ policy, message }: PolicyViolation): string {
  return policy.startsWith('quota of ') ? message : `policy "${policy}": ${message}`;
}
