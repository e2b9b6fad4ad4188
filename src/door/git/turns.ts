/** How somebody who wants a turn was before: it is not known yet of who is new. */
export type Pace = 'quick' | 'new' | 'slow';

/** How many have a turn at once, of each pace and in all. */
export type Places = Readonly<Record<Pace | 'all', number>>;

/** Lets a few work at once, in the order in which they come; where places are kept for the quick ones, none of those waits for a slow one. */
export class Turns {
  private readonly places: Places;
  private readonly taken: Record<Pace | 'all', number> = { quick: 0, new: 0, slow: 0, all: 0 };
  private readonly waiting: { readonly pace: Pace; readonly begin: () => void }[] = [];

  constructor(places: Places) {
    this.places = places;
  }

  /** Does the work when it is its turn; resolves and rejects as it does. */
  async take<T>(pace: Pace, work: () => Promise<T>): Promise<T> {
    if (this.isFree(pace)) this.count(pace, 1);
    else await new Promise<void>((begin) => this.waiting.push({ pace, begin }));
    try {
      return await work();
    } finally {
      this.count(pace, -1);
      this.next();
    }
  }

  private next(): void {
    const at = this.waiting.findIndex(({ pace }) => this.isFree(pace));
    if (at === -1) return;
    const [{ pace, begin } = this.waiting[at]!] = this.waiting.splice(at, 1);
    this.count(pace, 1);
    begin();
  }

  private isFree(pace: Pace): boolean {
    return this.taken[pace] < this.places[pace] && this.taken.all < this.places.all;
  }

  private count(pace: Pace, by: 1 | -1): void {
    this.taken[pace] += by;
    this.taken.all += by;
  }
}
