import Type, { type Static } from 'typebox';

const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description });

/** Where in Git the code of a version was. */
const GitOriginSchema = Type.Object(
  {
    repository: text(1_000, 'URL or path of the repository, without credentials'),
    commit: Type.String({ pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$', description: 'Full hash of the commit' }),
    branch: Type.Optional(text(250, 'The branch that was checked out')),
    tag: Type.Optional(text(250, 'A tag of the commit')),
    author: text(250, "`Name <address>` of the commit's author"),
    subject: Type.Optional(text(250, "First line of the commit's message")),
    clean: Type.Boolean({ description: 'Nothing in the folder differed from the commit' }),
    pushed: Type.Optional(Type.Boolean({ description: 'The commit was on a remote; absent where nobody could tell' })),
  },
  { additionalProperties: false },
);
export type GitOrigin = Readonly<Static<typeof GitOriginSchema>>;

/** What whoever deploys may say of a version: recorded as it was said, and believed by nobody. */
export const StatedOriginSchema = Type.Object(
  {
    message: Type.Optional(text(1_000, 'What its author says of it')),
    git: Type.Optional(GitOriginSchema),
  },
  { additionalProperties: false },
);
export type StatedOrigin = Readonly<Static<typeof StatedOriginSchema>>;

/** Who made a version of a function, and from what. */
export interface VersionOrigin extends StatedOrigin {
  /** A user, a token, `operator`, or what acts by itself, such as `git:<repository>` or `release`. */
  readonly by: string;
}

/** The header in which an upload says where it is from: `StatedOrigin` as JSON, in ASCII. */
export const ORIGIN_HEADER = 'fob-origin';

/** As the value of the header: JSON whose letters beyond ASCII are escaped. */
export function originHeader(origin: StatedOrigin): string {
  return JSON.stringify(origin).replace(
    /[\x7f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A repository's address without user name, password and query. */
export function withoutCredentials(repository: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(repository)) {
    return repository.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1').replace(/[?#].*$/s, '');
  }
  // `user:password@host:path` is no address of SSH, but people write it.
  return repository.replace(/^([^/@:\s]+):[^/@]+@/, '$1@');
}
