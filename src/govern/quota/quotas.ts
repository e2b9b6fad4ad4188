import type { FunctionConfig, FunctionDocument, FunctionVersion } from '../../model/function.ts';
import type { PolicyViolation } from '../../model/policy.ts';
import type { Problem } from '../../model/problem.ts';
import type { Quota, TeamUsage } from '../../model/quota.ts';
import type { InvocationRecord } from '../../store/journal.ts';

/** How much the functions of each team may have and do, and what they have used. */
export interface Quotas {
  put(quota: Quota, by: string, expectedRevision?: number): Promise<QuotaView>;
  /** False where there was none. */
  remove(team: string, expectedRevision?: number): Promise<boolean>;
  find(team: string): QuotaView | undefined;
  /** In the order of their teams. */
  list(): QuotaView[];
  /** What one team has used, or each that has functions, a quota, or has used anything lately. */
  usage(team?: string): Promise<TeamUsage[]>;
  /** What a version would break, and what its author should be told before it does. */
  check(version: QuotaSubject): { violations: PolicyViolation[]; warnings: string[] };
  /** Refuses calls of teams that have used up what they may; `refuse` is absent while there are none. */
  readonly admission: {
    refuse: ((fn: FunctionDocument) => Problem | undefined) | undefined;
    refuseEvent: ((fn: FunctionDocument) => Problem | undefined) | undefined;
  };
  /** An invocation ended. Called on every one. */
  observe(record: InvocationRecord): void;
  close(): Promise<void>;
}

export interface QuotaView extends Quota {
  readonly revision: number;
  readonly updatedAtMs: number;
  readonly by: string;
}

export interface QuotaSubject {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly before: Pick<FunctionVersion, 'config' | 'code'> | undefined;
  readonly codeBytes?: number;
}
