import type { TSchema } from 'typebox';
import type { StatedOrigin } from '../model/origin.ts';
import type { ProjectApi } from './api.ts';

/** What a thing is, in words that the file and the node have in common; each is compared as a whole, maps by their keys. */
export type Fields = Readonly<Record<string, unknown>>;

/** A thing as the file wants it. */
export interface Wanted {
  /** Settings that the file leaves open are there with their defaults; what is not here is not compared. */
  readonly fields: Fields;
  /** Defaults: what is as here goes without saying where a thing is made new. */
  readonly usual?: Fields;
  /** Values that the node never shows, by name. Nobody can compare them: a mark of what was applied last tells whether they changed. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Things of the same section that must be there before. */
  readonly after?: readonly string[];
  /** What `apply` needs beside the fields, such as code. */
  readonly payload?: unknown;
}

/** A thing as the node has it. */
export interface Actual {
  readonly fields: Fields;
  readonly revision?: number;
  /** Who changed it last, and when, where the node tells. */
  readonly changed?: { readonly by?: string; readonly at?: string };
  /** What is lost with it, such as `3 messages`. */
  readonly holds?: string;
}

/** Where and for what the file is read. */
export interface ReadContext {
  readonly api: ProjectApi;
  readonly project: string;
  /** The folder of the file. */
  readonly folder: string;
  /** Nothing outside of the folder may be read. */
  readonly confined: boolean;
}

/** Where and by whom it is applied. */
export interface ApplyContext {
  readonly api: ProjectApi;
  /** What is to be recorded of a function's folder. */
  origin(path: string): Promise<StatedOrigin>;
  /** A line for people: a build's output, a step. */
  tell(line: string): void;
}

/** What a policy says to a change. */
export interface Objection {
  readonly refused: boolean;
  readonly message: string;
}

export type CheckContext = Pick<ApplyContext, 'api' | 'origin'>;

export interface Change {
  readonly name: string;
  readonly wanted: Wanted;
  /** Absent where it is to be made. */
  readonly actual?: Actual;
}

/** One section of the project file: one kind of thing, by name. Each is a file of `sections/`, in the order in which they are made. */
export interface Section {
  /** As the file says it, such as `functions`. */
  readonly key: string;
  /** One of them, such as `function`. */
  readonly noun: string;
  /** Pattern of a name. */
  readonly namePattern: string;
  /** Of one entry. */
  readonly schema: TSchema;
  /** What an entry wants, with defaults. Throws a `Problem` about this entry. */
  read(name: string, entry: Readonly<Record<string, unknown>>, context: ReadContext): Promise<Wanted>;
  /**
   * Those of these names that the node has. `wanted` are the file's own; the others were applied before. `changing` are things of
   * earlier sections that are to change, as `<section>/<name>`.
   */
  current(
    api: ProjectApi,
    names: readonly string[],
    wanted: ReadonlyMap<string, Wanted>,
    applied: ReadonlyMap<string, Fields>,
    changing: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, Actual>>;
  /** What is wrong with one as it is to be, in the eyes of the node's policies; `refused` ends an apply before it begins. */
  check?(change: Change, context: CheckContext): Promise<readonly Objection[]>;
  /** Makes or changes one; it must stand as it was seen. */
  apply(change: Change, context: ApplyContext): Promise<void>;
  remove(name: string, actual: Actual, context: ApplyContext): Promise<void>;
}
