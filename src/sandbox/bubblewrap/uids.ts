/** A block of user ids that nobody on the machine uses: sandbox number `n` runs as `first + n`. */
export interface UidBlock {
  readonly first: number;
  readonly size: number;
}

/** Sandboxes that can exist at once. */
const BLOCK_SIZE = 4_096;
/** Ids that systemd's list of user id ranges leaves unused: above containers, below 2³¹. */
const FREE_RANGE = { first: 0x7000_0000, last: 0x7ffd_ffff };

/**
 * Chooses the block of one node from the machine's free range, or the uppermost ids where this root's own user namespace
 * has fewer (`uidMap` is the text of `/proc/self/uid_map`). `random`, 0 to 1, keeps several nodes apart.
 */
export function chooseUids(uidMap: string, random: number): UidBlock {
  const ranges = uidMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = 0, , count = 0]) => ({ first: inside, last: inside + count - 1 }));
  const wide = ranges.some((range) => range.first <= FREE_RANGE.first && range.last >= FREE_RANGE.last);
  const range = wide ? FREE_RANGE : ranges.reduce((best, each) => (each.last > best.last ? each : best));
  const size = Math.min(BLOCK_SIZE, Math.floor((range.last - range.first) / 2));
  const blocks = wide ? Math.floor((range.last - range.first + 1) / size) : 1;
  return { first: range.last + 1 - size * (1 + Math.floor(random * blocks)), size };
}
