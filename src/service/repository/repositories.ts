import type { WatchedFor } from '../../model/identity.ts';
import type { GitOrigin } from '../../model/origin.ts';
import type { Git } from './git.ts';

/** What can be said of a repository. */
export interface RepositorySettings {
  /** The branch that deploys; empty: `main`, or `master` where there is no `main`. */
  readonly branch: string;
  /** Environment of its project file; empty: none. */
  readonly environment: string;
  /** The function that the whole tree is, where it has no project file. */
  readonly function: string;
  readonly description: string;
}

/** Another repository that is looked at now and then, and deployed from. */
export interface Watch {
  /** http or https, without credentials. */
  readonly url: string;
  /** A branch whose commits deploy; where neither it nor `tag` is given, the one that the repository itself begins with. */
  readonly branch?: string;
  /** Or a pattern of tags, such as `v*`: new ones deploy. */
  readonly tag?: string;
  readonly pollMs: number;
}

/** A repository as it is remembered; its objects are in a folder of its own. */
export interface RepositoryDocument {
  readonly id: string;
  readonly createdAt: string;
  readonly by: string;
  readonly settings: RepositorySettings;
  readonly watch?: Watch;
  /** With whose permissions a watched one deploys; absent: the operator's. */
  readonly watchedFor?: WatchedFor;
  /** Sealed: user name and password for the watched one, and what its webhook signs with. */
  readonly credential?: string;
  readonly hookSecret?: string;
}

/** One deployment from a repository. */
export interface Deployment {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly ref: string;
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
  readonly state: 'deployed' | 'failed';
  readonly durationMs: number;
  /** Why it failed. */
  readonly error?: string;
  /** What was printed, its end where it was long. */
  readonly log: string;
}

/** How the watching of another repository stands. */
export interface WatchState {
  readonly checkedAt?: string;
  /** When it is looked at next, in milliseconds since the Unix epoch. */
  readonly nextMs?: number;
  /** Failures since it went well last, of looking or of deploying. */
  readonly failures: number;
  readonly error?: string;
  /** The commit that was deployed last, or that was found at first. */
  readonly commit?: string;
  /** Tags that were there, with their commits: what is not among them is new. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface RepositoryState {
  /** The newest first. */
  readonly deployments: readonly Deployment[];
  readonly watch?: WatchState;
}

export interface RepositoryView extends RepositoryDocument {
  readonly name: string;
  readonly revision: number;
  readonly state: RepositoryState;
}

export interface NewRepository {
  readonly settings?: Partial<RepositorySettings>;
  readonly watch?: Watch;
  /** `user:password` for the watched one. */
  readonly credential?: string;
  readonly by: string;
  /** Who makes or changes a watched one, and with whose permissions it deploys from then on; absent: the operator. */
  readonly watchedFor?: Omit<WatchedFor, 'sinceMs'>;
}

/** Git repositories on this node: those that one pushes to, and the copies of those that are watched. */
export interface Repositories {
  /** Throws `unavailable` where this machine has no Git. */
  git(): Git;
  list(): RepositoryView[];
  find(name: string): RepositoryView | undefined;
  /** Resolves once it can be pushed to. Rejects with `conflict` where there is one of that name. */
  create(name: string, repository: NewRepository): Promise<RepositoryView>;
  /** Changes what is given; the credential and the watch only of one that watches. Rejects with `not_found`, `conflict`. */
  configure(name: string, change: Partial<NewRepository>, expectedRevision?: number): Promise<RepositoryView>;
  /** With all that was pushed. False where there was none. */
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  /** Where its objects are; made empty where they are gone, as after a restore: a backup has the documents alone. */
  folder(view: RepositoryView): Promise<string>;
  /** What it was sealed as. */
  credential(view: RepositoryView): string | undefined;
  hookSecret(view: RepositoryView): string | undefined;
  /** Adds a deployment, and forgets the oldest; in one commit with what is known of the watched one from then on. */
  record(name: string, deployment: Deployment, known?: Partial<WatchState>): Promise<void>;
  setWatchState(name: string, state: WatchState): Promise<void>;
  /** Packs loose what pushes and fetches left, and forgets what no branch of a watched one leads to any more; never rejects. */
  tidy(view: RepositoryView, signal?: AbortSignal): Promise<void>;
  /** Removes what a fetch left that was cut off; never rejects. */
  clear(view: RepositoryView): Promise<void>;
  /** Hears the name of each that was made, changed or removed. */
  onChange(listener: (name: string) => void): () => void;
  /** A listener looks at a watched one at once; resolves when it has. */
  onLook(listener: (name: string) => Promise<void>): void;
  look(name: string): Promise<void>;
}

/** What a commit says of itself. */
export type Commit = Pick<GitOrigin, 'commit' | 'author'> & { readonly subject: string };
