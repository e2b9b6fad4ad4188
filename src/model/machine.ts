/** A host path that a sandbox sees read-only. */
export interface Mount {
  readonly hostPath: string;
  /** Where it appears inside the sandbox. */
  readonly path: string;
}

/** One line of what `fob doctor` says of this machine. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'weaker' | 'missing';
  readonly summary: string;
  /** What to do about it, as a command where there is one. */
  readonly remedy?: string;
}
