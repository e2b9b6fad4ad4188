/** Who made a version of a function, and from what. */
export interface VersionOrigin {
  /** A user, a token, `operator`, or what acts by itself, such as `git:<repository>` or `release`. */
  readonly by: string;
  /** What its author says of it. */
  readonly message?: string;
  readonly git?: GitOrigin;
}

/** Where in Git the code of a version was. */
export interface GitOrigin {
  /** URL or path of the repository, without credentials. */
  readonly repository: string;
  /** Full hash of the commit. */
  readonly commit: string;
  readonly branch?: string;
  readonly tag?: string;
  /** `Name <address>` of the commit's author. */
  readonly author: string;
  /** First line of the commit's message. */
  readonly subject?: string;
  /** Nothing in the folder differed from the commit. */
  readonly clean: boolean;
  /** The commit was on a remote; absent where nobody could tell. */
  readonly pushed?: boolean;
}
