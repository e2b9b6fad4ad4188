/** Reads a stream of chunks by counts of bytes, for formats that say how long their next part is. */
export class BlockReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Just `bytes` bytes, joined; fewer where the stream ends before. */
  async read(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(bytes)) parts.push(part);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** The next `bytes` bytes as they come; fewer where the stream ends before. Each part is counted as read when it is given. */
  async *stream(bytes: number): AsyncGenerator<Buffer> {
    let wanted = bytes;
    while (wanted > 0) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) return;
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, wanted);
      this.rest = this.rest.subarray(part.length);
      wanted -= part.length;
      yield part;
    }
  }

  /** Ends the stream; what it still holds is dropped. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
