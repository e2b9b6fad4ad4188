/** What `/v1/can` answers. */
export interface Explanation {
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly reason: string;
  /** What would make it so. */
  readonly needed?: string;
  readonly roles: readonly { readonly role: string; readonly through: string }[];
  readonly exists?: false;
}
