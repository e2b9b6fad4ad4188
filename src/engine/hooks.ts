import type { FunctionConfig, FunctionDocument, FunctionVersion } from '../model/function.ts';
import type { VersionOrigin } from '../model/origin.ts';
import type { Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redactor.ts';

/** What others decide for the engine, which knows none of them; the composition root provides it. */

/** What a function may do with backing services: what it was granted itself, and by its role, as both stand now. */
export type GrantsOf = (config: FunctionConfig) => readonly string[];

/** Whether the access list of a function keeps another one from invoking it, whatever that was granted. From memory. */
export type KeptOut = (caller: string, target: string) => boolean;

/** Gives functions their secrets. */
export interface SecretSource {
  /**
   * What a function's sandbox gets, from memory; `undefined` where its configuration names none. Throws `load_failed` where one
   * is not there any more, or is not granted to it any more.
   */
  forLoad(name: string, config: FunctionConfig): LoadedSecrets | undefined;
}

export interface LoadedSecrets {
  readonly environment: Readonly<Record<string, string>>;
  /** Absent where none is long enough to be told from other text. */
  readonly redactor: Redactor | undefined;
}

/** Refuses calls of functions whose team has used up what it may. */
export interface Admission {
  /** Absent while nobody is to be refused, which then costs nothing. */
  readonly refuse: ((fn: FunctionDocument) => Problem | undefined) | undefined;
  /** The same of events that are to wait for the function. */
  readonly refuseEvent: ((fn: FunctionDocument) => Problem | undefined) | undefined;
}

/** A version that is about to be made. */
export interface NewVersion {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly origin: VersionOrigin | undefined;
  /** Teams of whoever asks for it; `all` for those whom roles do not hold back. Absent: what acts by itself. */
  readonly teams: readonly string[] | 'all' | undefined;
  /** What serves now. */
  readonly before: FunctionVersion | undefined;
  /** Of its built code, once that is known. */
  readonly codeBytes?: number;
  /** Its code is another than before. */
  readonly newCode: boolean;
}

/** What was looked at, and what its author should be told, when a version is admitted. */
interface Admitted {
  /** Names of the policies that hold for it. */
  readonly policies: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Asked before a version is built, as far as it is known then, and again before it is written. Rejects with
 * `policy_violation`, `quota_exceeded`, `forbidden`, `invalid_request`.
 */
export type Admit = (version: NewVersion) => Promise<Admitted>;
