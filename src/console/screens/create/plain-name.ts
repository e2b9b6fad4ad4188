/** A name for a function, made of one of something else; `''` where nothing of it can stand in a name. */
export function plainName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  return plain.replace(/^[^A-Za-z0-9]+/, '').slice(0, 64);
}
