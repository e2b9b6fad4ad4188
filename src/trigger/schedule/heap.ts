/** Keeps things in order of their due times: adding and taking the first cost the logarithm of how many there are. */
export class Heap<T extends { dueMs: number }> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  /** The one that is due first, which stays. */
  first(): T | undefined {
    return this.items[0];
  }

  add(item: T): void {
    const { items } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]!.dueMs <= item.dueMs) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes out the one that is due first. */
  take(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]!.dueMs < items[child]!.dueMs) child++;
      if (items[child]!.dueMs >= last.dueMs) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }

  /** Takes out all, in no order. */
  takeAll(): T[] {
    return this.items.splice(0);
  }
}
