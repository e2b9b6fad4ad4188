/** What a function does not decide of its cookies on a name of the node: where they go, and which of all others outlive them. */
const LEFT_OUT = new Set(['path', 'domain', 'priority']);

/**
 * A value of `Set-Cookie` as a function may give it on a name of the node: a browser sends the cookie to the function's own place,
 * and to nothing else there. Large ones that went to the console would keep their visitor out of it for as long as they last.
 */
export function ownCookie(value: string, place: string): string {
  const [pair = '', ...attributes] = value.split(';');
  const paths = attributes.flatMap((attribute) => {
    const { name, text } = parsed(attribute);
    return name === 'path' ? [text] : [];
  });
  // Of several, browsers take the last.
  const wanted = paths.at(-1) ?? '';
  const path = wanted === place || wanted.startsWith(`${place}/`) ? wanted : place;
  const kept = attributes.filter((attribute) => !LEFT_OUT.has(parsed(attribute).name));
  return [pair, ...kept, ` Path=${path}`].join(';');
}

/** Where in a node a route's answer stands, by the path that was asked: its first segment, which is none of the platform's own. */
export function placeOf(path: string): string {
  const end = path.indexOf('/', 1);
  // A semicolon would end the path in the header, and leave one that is the platform's own.
  return path.slice(0, end === -1 ? undefined : end).replaceAll(';', '%3B');
}

function parsed(attribute: string): { name: string; text: string } {
  const at = attribute.indexOf('=');
  const [name, text] = at === -1 ? [attribute, ''] : [attribute.slice(0, at), attribute.slice(at + 1)];
  return { name: name.trim().toLowerCase(), text: text.trim() };
}
