import type { Statement } from './statement.ts';

/** What `/v1/can` answers: who may do what, and why. */
export interface Explanation {
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly reason: string;
  /** What would make it so. */
  readonly needed?: string;
  /** False: there is no such thing; it is what would hold for one of that name. */
  readonly exists?: boolean;
  readonly attributes: { readonly owner?: string; readonly tags?: Readonly<Record<string, string>> };
  readonly roles: readonly { readonly role: string; readonly through: string }[];
  readonly by?: {
    readonly role: string;
    readonly through: string;
    readonly number: number;
    readonly statement: Statement;
  };
}
