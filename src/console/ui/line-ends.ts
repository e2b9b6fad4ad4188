/** How the lines of a text end: as Windows has it, where all of them do. */
export function lineEndOf(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') && !/(?:^|[^\r])\n|\r(?!\n)/.test(text) ? '\r\n' : '\n';
}

/** A text as fields and editors hold it, which know one end of a line. */
export function withOneLineEnd(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** What a field or an editor holds, with the ends of lines that the text had which was put into it. */
export function withLineEnd(held: string, lineEnd: '\r\n' | '\n'): string {
  return lineEnd === '\n' ? held : withOneLineEnd(held).replaceAll('\n', lineEnd);
}
