import type { FunctionConfig } from '../../model/function.ts';
import type { Redactor } from '../../model/redactor.ts';
import type { SecretView } from '../../model/secret.ts';

/** Secrets of functions: kept sealed, in versions, given to those that may have them, and shown to nobody. */
export interface Secrets {
  /**
   * Sets a value, as a new version, and, where they are given, description and functions. Rejects with `invalid_request`
   * for a value that is empty, too large, or no text, and with `conflict` where it does not stand at `expectedRevision` (0: there must be none).
   */
  set(name: string, change: SecretChange, by: string, expectedRevision?: number): Promise<SecretView>;
  /** Makes a new version with the value of an earlier one; without a number, of the one before the last. */
  rollback(name: string, version: number | undefined, by: string, expectedRevision?: number): Promise<SecretView>;
  /** Rejects with `conflict` where functions use it, unless `force`; those cannot be started any more then. */
  remove(name: string, options?: { readonly force?: boolean; readonly expectedRevision?: number }): Promise<boolean>;
  find(name: string): SecretView | undefined;
  /** In the order of their names. */
  list(): SecretView[];
  /** Functions whose configuration names it. */
  usersOf(name: string): SecretUser[];
  /** Why a function may not have what its configuration names: one text each. */
  faultsOf(functionName: string, config: FunctionConfig): string[];
  /** What the function is given, from memory. Throws `load_failed` where something of it is not there or not granted. */
  forLoad(
    functionName: string,
    config: FunctionConfig,
  ): { environment: Record<string, string>; redactor: Redactor | undefined } | undefined;
  close(): void;
}

export interface SecretChange {
  readonly value?: string;
  readonly description?: string;
  readonly functions?: readonly string[];
}

export interface SecretUser {
  readonly function: string;
  readonly variable: string;
  readonly version?: number;
  /** It may have it, by the secret or by its role. */
  readonly granted: boolean;
}
