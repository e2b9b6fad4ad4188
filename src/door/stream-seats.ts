import type { IncomingMessage } from 'node:http';
import { Problem } from '../model/problem.ts';
import { principalOf } from './principal.ts';

interface Seat {
  readonly caller: string;
  end(): void;
}

/**
 * Answers that last: how many of them a node gives at once, and to each caller. Nobody shuts out others: one caller has a share;
 * and where all places are taken, one who has fewer takes the oldest place of the one who has most.
 */
export class StreamSeats {
  private readonly what: string;
  private readonly most: number;
  private readonly share: number;
  /** In the order in which they were taken. */
  private readonly seats = new Set<Seat>();

  /** `what` they are called, in the plural. */
  constructor(what: string, most: number, share: number) {
    this.what = what;
    this.most = most;
    this.share = share;
  }

  /** Takes a place for whoever asks; `end` ends the answer, when somebody else gets its place. Returns how to give it back. Throws `throttled`. */
  take(req: IncomingMessage, end: () => void): () => void {
    const { kind, name } = principalOf(req);
    const caller = `${kind}:${name}`;
    const byCaller = this.byCaller();
    const held = byCaller.get(caller)?.length ?? 0;
    if (held >= this.share) {
      throw new Problem(
        'throttled',
        `${name} has ${held} ${this.what} open on this node, which is all of one caller's share: close one, such as a tab of the console or a command that follows`,
      );
    }
    if (this.seats.size >= this.most) {
      const largest = [...byCaller.values()].reduce((best, each) => (each.length > best.length ? each : best));
      if (largest.length <= held + 1) {
        throw new Problem('throttled', `all ${this.most} ${this.what} of this node are taken: try again in a while`);
      }
      this.seats.delete(largest[0]!);
      largest[0]!.end();
    }
    const seat = { caller, end };
    this.seats.add(seat);
    return () => void this.seats.delete(seat);
  }

  private byCaller(): Map<string, Seat[]> {
    const all = new Map<string, Seat[]>();
    for (const seat of this.seats) {
      const known = all.get(seat.caller);
      if (known === undefined) all.set(seat.caller, [seat]);
      else known.push(seat);
    }
    return all;
  }
}
