/** Whether a name is what a pattern says, in which `*` stands for any part of it. */
export function matchesGlob(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  if (!name.startsWith(first!)) return false;
  let at = first!.length;
  const last = rest.pop()!;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Whether a function has a tag, given as `name=value`. */
export function hasTag(tags: Readonly<Record<string, string>>, wanted: string): boolean {
  return Object.entries(tags).some(([name, value]) => `${name}=${value}` === wanted);
}
