interface Held {
  value: string;
  revision: number;
  expiresAtMs: number | undefined;
}

/** One space of keys and values as plainly as it can be said, for the conformance suite to compare with. */
export class KeyValueModel {
  private readonly now: () => number;
  private readonly held = new Map<string, Held>();

  constructor(now: () => number) {
    this.now = now;
  }

  get(key: string): Held | undefined {
    const held = this.held.get(key);
    if (held?.expiresAtMs !== undefined && held.expiresAtMs <= this.now()) return undefined;
    return held;
  }

  /** Whether the key is where a caller expects it. */
  expects(key: string, expectedRevision: number | undefined): boolean {
    return expectedRevision === undefined || expectedRevision === (this.get(key)?.revision ?? 0);
  }

  put(key: string, held: Held): void {
    this.held.set(key, held);
  }

  /** Whether it was there. */
  delete(key: string): boolean {
    const wasThere = this.get(key) !== undefined;
    this.held.delete(key);
    return wasThere;
  }

  /** In order of code points. */
  list(prefix: string): { key: string; value: string; revision: number }[] {
    const keys = [...this.held.keys()].filter((key) => key.startsWith(prefix) && this.get(key));
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return keys.map((key) => ({ key, value: this.get(key)!.value, revision: this.get(key)!.revision }));
  }

  clear(): number {
    const keys = this.list('').length;
    this.held.clear();
    return keys;
  }
}
