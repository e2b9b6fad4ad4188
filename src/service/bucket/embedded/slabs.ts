/** What one thread writes and another reads, without a copy between them and without garbage. */
export type Slab = Uint8Array<ArrayBufferLike>;

const SLAB_BYTES = 256 * 1024;
const MAX_KEPT = 16;

const kept: Slab[] = [];

/** Memory that threads share. Whoever takes it gives it back when nobody reads it any more. */
export function takeSlab(): Slab {
  return kept.pop() ?? new Uint8Array(new SharedArrayBuffer(SLAB_BYTES));
}

export function giveBackSlab(slab: Slab): void {
  if (kept.length < MAX_KEPT) kept.push(slab);
}
