/**
 * Seals small secrets for keeping in documents, under a key that lies beside the data and not in it: a backup or a copy of
 * the database alone reveals nothing. A sealed text names its key, so that keys can be changed. Sealing the same text twice
 * gives different texts.
 */
export interface Vault {
  /** An opaque printable text. */
  seal(plain: string): string;
  /** Rejects with `internal` where it was sealed under a key that is gone, or was changed. */
  open(sealed: string): string;
}
