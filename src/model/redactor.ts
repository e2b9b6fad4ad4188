/** Takes secrets out of what a function prints or throws. */
export interface Redactor {
  /** The text without any form of any value. A very long one may be a piece of a line: a piece of a value at its ends goes, too. */
  redact(text: string): string;
  /** The same of a text that was not cut, or whose ends are looked at again. */
  redactWhole(text: string): string;
  /** Longest form of a value, in characters: so much of a text that goes on must be kept back for what it may begin. */
  readonly longest: number;
}
