/**
 * Credentials for clients that sign their requests, such as those of S3: an id, and a secret that never travels.
 *
 * Two kinds. *Access keys* are for people and programs: kept, the secret sealed by the vault and shown once, when the key is
 * made. *Session keys* are for functions: in memory only, gone with the node or at `revoke`, and good only together with their
 * session token. Grants are as in `model/grant.ts`.
 */
export interface AccessKeys {
  /** Makes an access key; resolves once it is on disk. `invalid_request` for grants that are none, a time that is over, or too many keys. */
  create(options: NewAccessKey): Promise<AccessKeyView & { readonly secretAccessKey: string }>;
  /** The access keys, in order of their ids. */
  list(): Promise<AccessKeyView[]>;
  /** Removes an access key; it is refused from then on. False where there is none. */
  remove(accessKeyId: string): Promise<boolean>;

  /** Makes a session key at once; `name` says in refusals who holds it, such as `function hello`. */
  issue(options: {
    readonly name: string;
    /** Asked at each use. */
    grants(): readonly string[] | 'all';
    readonly expiresAtMs?: number;
  }): SessionKey;
  /** Ends a session key; calling it again does nothing. */
  revoke(accessKeyId: string): void;

  /**
   * What a signature is checked against, from memory. `undefined` where there is no such key; whether it is expired, and
   * whether the session token is right, is for the caller to see.
   */
  find(accessKeyId: string): Credential | undefined;
  /** Remembers that an access key was used; written now and then, and lost at worst by a crash. */
  used(accessKeyId: string): void;
  /** Writes what is not yet written and stops following changes. */
  close(): Promise<void>;
}

export interface NewAccessKey {
  readonly label?: string;
  /** Absent: everything. */
  readonly grants?: readonly string[] | 'all';
  readonly expiresAtMs?: number;
}

export interface AccessKeyView {
  readonly accessKeyId: string;
  readonly label: string;
  readonly grants: readonly string[] | 'all';
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  /** To within some minutes; absent where it was never used. */
  readonly lastUsedAtMs?: number;
}

export interface SessionKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface Credential {
  readonly accessKeyId: string;
  /** Who holds it, for messages. */
  readonly name: string;
  readonly secretAccessKey: string;
  readonly grants: readonly string[] | 'all';
  /** Of a session key: requests must carry just this. */
  readonly sessionToken?: string;
  readonly expiresAtMs?: number;
}
