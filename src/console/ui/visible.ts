/** What turns the order of letters around, and line ends that only some programs know. */
const REORDERING = /[\u2028-\u202e\u2066-\u2069]/g;

/** A stranger's text with what reorders its letters shown as a code: else it is read as another text than it is, such as `exe.jpg` of `gpj.exe`. */
export function visible(text: string): string {
  return text.replace(REORDERING, (each) => `\\u${each.charCodeAt(0).toString(16)}`);
}
