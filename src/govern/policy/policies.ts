import type { Policy, PolicyRules, PolicyViolation } from '../../model/policy.ts';
import type { PolicySubject } from './evaluate.ts';

/** What the infrastructure team demands of functions, looked at whenever one is deployed or configured. */
export interface Policies {
  /**
   * Makes or replaces one, and tells which functions break it as they stand; those go on running. Rejects with
   * `invalid_request` where, with it, nothing could be deployed any more, and with `conflict` where it does not stand at
   * `expectedRevision`; nothing is changed then. With `dryRun` nothing is changed in any case.
   */
  put(policy: Policy, options: PutPolicyOptions): Promise<{ policy: PolicyView; violations: FunctionViolations[] }>;
  /** Puts back what stood before the last change. Rejects with `not_found` where nothing did. */
  undo(
    name: string,
    by: string,
    expectedRevision?: number,
  ): Promise<{ policy: PolicyView; violations: FunctionViolations[] }>;
  /** False where there was none. */
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  find(name: string): PolicyView | undefined;
  /** In the order of their names. */
  list(): PolicyView[];
  /** What holds for a function, and what of it is broken. */
  check(subject: PolicySubject): PolicyCheck;
  /** Functions that break policies as they stand. */
  violations(): FunctionViolations[];
  close(): void;
}

export interface PutPolicyOptions {
  readonly by: string;
  readonly expectedRevision?: number;
  readonly dryRun?: boolean;
}

export interface PolicyView extends Policy {
  readonly revision: number;
  readonly updatedAtMs: number;
  readonly by: string;
  /** There is something to go back to. */
  readonly undoable: boolean;
}

export interface PolicyCheck {
  /** Policies whose scope it is in, in the order of their names. */
  readonly policies: readonly string[];
  readonly violations: readonly PolicyViolation[];
  /** What all that are enforced allow together. */
  readonly limits: PolicyRules;
}

export interface FunctionViolations {
  readonly function: string;
  readonly owner: string;
  readonly violations: readonly PolicyViolation[];
}
