/** Signs of the kinds of things, as the navigation has them, in a square of 24. */
const OUTLINES: Readonly<Record<string, string>> = {
  function: 'M13 3v7h6l-8 11v-7h-6l8 -11',
  trigger: 'M7 4v16l13 -8z',
  door: 'M5 12h14M13 18l6 -6M13 6l6 6',
  bucket:
    'M4 7a8 4 0 1 0 16 0a8 4 0 1 0 -16 0M4 7c0 .664 .088 1.324 .263 1.965l2.737 10.035c.5 1.5 2.239 2 5 2s4.5 -.5 5 -2c.333 -1 1.246 -4.345 2.737 -10.035a7.45 7.45 0 0 0 .263 -1.965',
  queue: 'M12 4l-8 4l8 4l8 -4l-8 -4M4 12l8 4l8 -4M4 16l8 4l8 -4',
  topic: 'M18.364 19.364a9 9 0 1 0 -12.728 0M15.536 16.536a5 5 0 1 0 -7.072 0M11 13a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
  kv: 'M4 6a8 3 0 1 0 16 0a8 3 0 1 0 -16 0M4 6v6a8 3 0 0 0 16 0v-6M4 12v6a8 3 0 0 0 16 0v-6',
  group: 'M4 4h6v6h-6zM14 4h6v6h-6zM4 14h6v6h-6zM14 14h6v6h-6z',
  url: 'M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0M3.6 9h16.8M3.6 15h16.8M11.5 3a17 17 0 0 0 0 18M12.5 3a17 17 0 0 1 0 18',
};
const made = new Map<string, Path2D>();

/** The sign of a kind; a circle for one that is not known here. */
export function glyph(kind: string): Path2D {
  const known = made.get(kind);
  if (known !== undefined) return known;
  const path = new Path2D(OUTLINES[kind] ?? 'M5 12a7 7 0 1 0 14 0a7 7 0 1 0 -14 0');
  made.set(kind, path);
  return path;
}
