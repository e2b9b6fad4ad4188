/** A path segment that names what is to be called; clients may encode the colon before a version or an alias. */
export function plainTarget(segment: string): string {
  return segment.indexOf('%') === -1 ? segment : segment.replace(/%3a/i, ':');
}
