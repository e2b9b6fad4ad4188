/**
 * Gives the memory of bytes back at once, where it is theirs alone; they are empty afterwards. For bytes that stream through
 * in bulk: left to the garbage collector, each few dozen megabytes of them cost a search of the whole heap.
 */
export function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength) buffer.transfer(0);
}
