import type { Page } from './journal.ts';

/**
 * What was done, by whom, and what was refused: a chain of entries that only grows. Each has the next sequence number and the
 * hash SHA-256(hash of the one before, its own canonical text); so what is changed, removed or put elsewhere afterwards shows.
 *
 * `append` returns at once. Entries are on disk some ten milliseconds later, in the order of appending; a crash loses at most
 * those that were appended since then, never the order or a middle one. What a full disk keeps from being written waits,
 * up to 10,000 entries; beyond, the newest are dropped, and an entry says how many. `flush` resolves when everything appended
 * before it is on disk. Queries see what was appended before them; they come newest first, bounded by `limit` (1 to 1,000, else
 * `invalid_request`), with a cursor to go on. After `close`, calls reject with `unavailable` and appending drops.
 */
export interface AuditTrail {
  append(entry: NewAuditEntry): void;
  flush(): Promise<void>;
  query(query: AuditQuery): Promise<Page<AuditEntry>>;
  /**
   * Computes the chain anew, from the oldest entry that is kept. `expected` demands that an entry still has the hash that it had
   * when somebody noted it: that finds a chain that was written anew as a whole, too.
   */
  verify(expected?: AuditMark): Promise<AuditVerdict>;
  /** Removes entries older than `maxAgeMs`, and keeps the hash of the last of them as the chain's anchor; returns how many went. */
  retain(limits: { maxAgeMs: number }): Promise<number>;
  /** Tells soon that entries were appended, which a query then finds. It must be quick. The returned function ends it. */
  watch(onAppend: () => void): () => void;
  close(): Promise<void>;
}

export const AUDIT_OUTCOMES = ['done', 'failed', 'denied'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Where a request came from. */
export interface AuditSource {
  readonly address?: string;
  readonly userAgent?: string;
  /** Id of the token, or of the access key. */
  readonly tokenId?: string;
}

export interface NewAuditEntry {
  readonly timeMs: number;
  /** A user, a team's token, `operator`, `anonymous`, or what acts by itself: `fob`, `git:<repository>`, `release`. */
  readonly actor: string;
  /** A permission, such as `function:deploy`, or the platform's own word, such as `errand.dead`. */
  readonly action: string;
  /** What it was done to: `function:pay`, `user:ada`, `*`. */
  readonly subject: string;
  /** Absent: done. */
  readonly outcome?: AuditOutcome;
  readonly from?: AuditSource;
  /** What else there is to know; JSON, never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditEntry extends NewAuditEntry {
  readonly sequence: number;
  readonly outcome: AuditOutcome;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

export interface AuditQuery {
  readonly actor?: string;
  /** `*` stands for any characters, in `subject`, too. */
  readonly action?: string;
  readonly subject?: string;
  readonly outcome?: AuditOutcome;
  /** Inclusive, and exclusive. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  readonly limit: number;
}

/** An entry as somebody noted it. */
export interface AuditMark {
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly intact: boolean;
  /** How many entries were looked at. */
  readonly entries: number;
  /** The last entry that retention removed; absent where the chain is whole from its beginning. */
  readonly anchor?: AuditMark;
  /** The newest entry; worth noting elsewhere. Absent where there is none. */
  readonly head?: AuditMark;
  /** Where the chain breaks first, and how. */
  readonly broken?: { readonly sequence: number; readonly why: string };
}
