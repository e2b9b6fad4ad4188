/**
 * A limit on how many do something at once, given out in the order of asking. A lane asks for one place at a time, so that
 * the lanes of a function take turns.
 */
export class FairSlots {
  private readonly limit: () => number;
  private readonly line: ((got: boolean) => void)[] = [];
  private taken = 0;
  private closed = false;

  /** `limit` is asked anew each time: the setting may change. */
  constructor(limit: () => number) {
    this.limit = limit;
  }

  get free(): number {
    return Math.max(0, this.limit() - this.taken);
  }

  /** Resolves with true once there is a place, which `release` gives back; with false where it is closed. */
  acquire(): Promise<boolean> {
    if (this.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.line.push(resolve);
      this.pump();
    });
  }

  release(): void {
    this.taken--;
    this.pump();
  }

  /** Nobody gets a place any more; those who hold one keep it. */
  close(): void {
    this.closed = true;
    for (const answer of this.line.splice(0)) answer(false);
  }

  private pump(): void {
    while (this.line.length > 0 && this.taken < this.limit()) {
      this.taken++;
      this.line.shift()!(true);
    }
  }
}
