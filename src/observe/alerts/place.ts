/** Frames of libraries: what a function brings along, and what its language has. */
const LIBRARY =
  /[\\/](?:node_modules|site-packages|dist-packages|lib[\\/]python[\d.]+)[\\/]|\bnode:|<frozen |<anonymous>/;

/**
 * Where in a function it went wrong: the innermost frame of its own code, or of a library where there is none of its own.
 * JavaScript's stacks begin with the innermost, `at …`; Python's end with it, `File …`.
 */
export function placeIn(stack: string | undefined): string | undefined {
  const lines = stack?.split('\n').map((line) => line.trim()) ?? [];
  const python = lines.filter((line) => /^File "/.test(line)).reverse();
  for (const frames of [lines.filter((line) => /^at /.test(line)), python]) {
    const place = frames.find((line) => !LIBRARY.test(line)) ?? frames[0];
    if (place !== undefined) return place;
  }
  return undefined;
}
