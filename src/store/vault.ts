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
  /** Ids of its keys; the last one seals. */
  keys(): readonly string[];
  /** Which key a text was sealed with, whether the vault has that or not; `undefined` where it is no sealed text. */
  keyOf(text: string): string | undefined;
  /** Makes a key that seals from now on, once it is on disk; those before it go on opening. Returns its id. */
  addKey(): string;
  /** Removes keys; whoever asks has made sure that nothing is sealed with them any more. The one that seals stays in any case. */
  removeKeys(ids: readonly string[]): void;
}
