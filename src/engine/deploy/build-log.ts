import type { Readable } from 'node:stream';

const KEPT_BYTES = 65_536;
const SHOWN_BYTES = 1_048_576;
const MAX_LINE_CHARACTERS = 2_000;

/** What a build says: shown line by line as it comes, up to a bound, and its end kept for whoever asks why it failed. */
export class BuildLog {
  private readonly show: (line: string) => void;
  private kept: string[] = [];
  private keptBytes = 0;
  private shownBytes = 0;

  constructor(show: (line: string) => void) {
    this.show = show;
  }

  /** Adds the lines of a stream; resolves at its end. */
  async follow(stream: Readable): Promise<void> {
    stream.setEncoding('utf8');
    let open = '';
    // Not `readline`: a line without an end must not be gathered without bound.
    for await (const text of stream as AsyncIterable<string>) {
      const lines = (open + text).split(/\r\n|[\r\n]/);
      open = lines.pop()!;
      for (const line of lines) this.add(line);
      if (open.length > MAX_LINE_CHARACTERS) {
        this.add(open);
        open = '';
      }
    }
    if (open !== '') this.add(open);
  }

  /** Adds one line. */
  add(line: string): void {
    const text = line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line;
    const bytes = Buffer.byteLength(text) + 1;
    this.kept.push(text);
    this.keptBytes += bytes;
    while (this.keptBytes > KEPT_BYTES && this.kept.length > 1)
      this.keptBytes -= Buffer.byteLength(this.kept.shift()!) + 1;
    if (this.shownBytes > SHOWN_BYTES) return;
    this.shownBytes += bytes;
    this.show(this.shownBytes > SHOWN_BYTES ? '… further output of the build is not shown' : text);
  }

  /** The last 64 KiB of what was said. */
  tail(): string {
    return this.kept.join('\n');
  }
}
