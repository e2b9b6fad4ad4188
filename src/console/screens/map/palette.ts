const NAMES = [
  'page',
  'surface',
  'sunken',
  'line',
  'line-strong',
  'text',
  'muted',
  'accent',
  'accent-soft',
  'bad',
  'bad-soft',
  'chart-1',
  'chart-bad',
] as const;

/** The colours of the theme, for what is drawn rather than styled. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>> & {
  /** Of lines along which something goes. */
  readonly flow: string;
  readonly font: string;
};

/** Reads them as they are now: light or dark. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colors = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--fob-${name}`).trim()]));
  const flow = `color-mix(in srgb, ${colors['chart-1']} 45%, ${colors.page})`;
  return { ...colors, flow, font: getComputedStyle(document.body).fontFamily } as Palette;
}
