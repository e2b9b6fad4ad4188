import type { Readable } from 'node:stream';

const KEPT_CHARACTERS = 65_536;
const SHOWN_CHARACTERS = 1_048_576;
const MAX_LINE_CHARACTERS = 2_000;

/** What a build says: shown line by line as it comes, up to a bound, and its end kept for whoever asks why it failed. */
export class BuildLog {
  private readonly show: (line: string) => void;
  private kept = '';
  private shownCharacters = 0;

  constructor(show: (line: string) => void) {
    this.show = show;
  }

  /** Adds what a stream says; resolves at its end. */
  async follow(stream: Readable): Promise<void> {
    stream.setEncoding('utf8');
    let open = '';
    for await (const text of stream as AsyncIterable<string>) {
      if (this.shownCharacters > SHOWN_CHARACTERS) {
        // A flood must cost as little as it can: nobody sees single lines any more.
        this.keep(open + text);
        open = '';
        continue;
      }
      const lines = (open + text).split(/\r\n|[\r\n]/);
      open = lines.pop()!;
      // Not gathered without bound where a line has no end.
      if (open.length > MAX_LINE_CHARACTERS) lines.push(open);
      for (const line of lines) this.add(line);
      if (open.length > MAX_LINE_CHARACTERS) open = '';
    }
    if (open !== '') this.add(open);
  }

  /** The last 64 Ki characters of what was said. */
  tail(): string {
    return this.kept.slice(-KEPT_CHARACTERS).trimEnd();
  }

  private add(line: string): void {
    const text = line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line;
    this.keep(`${text}\n`);
    if (this.shownCharacters > SHOWN_CHARACTERS) return;
    this.shownCharacters += text.length + 1;
    this.show(this.shownCharacters > SHOWN_CHARACTERS ? '… further output of the build is not shown' : text);
  }

  private keep(text: string): void {
    this.kept += text;
    if (this.kept.length > 2 * KEPT_CHARACTERS) this.kept = this.kept.slice(-KEPT_CHARACTERS);
  }
}
