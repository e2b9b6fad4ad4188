import { createTheme, type MantineColorsTuple } from '@mantine/core';

const lagoon: MantineColorsTuple = [
  '#e6f6f6',
  '#cdeaeb',
  '#9dd5d7',
  '#69bfc3',
  '#41acb1',
  '#2493a0',
  '#177f89',
  '#0f6f78',
  '#0b5a62',
  '#07454c',
];
const slate: MantineColorsTuple = [
  '#f6f8f9',
  '#eceff2',
  '#dde2e7',
  '#c4ccd4',
  '#9aa6b2',
  '#74828f',
  '#56636f',
  '#414c57',
  '#2b343d',
  '#1a2129',
];
const dusk: MantineColorsTuple = [
  '#dfe6ea',
  '#b9c5cc',
  '#97a6b0',
  '#6d7d88',
  '#44525c',
  '#323f48',
  '#212c34',
  '#182128',
  '#11181d',
  '#0b1013',
];

/** What every part looks like, unless it says otherwise: calm colours, small radii, the system's own letters. */
export const theme = createTheme({
  colors: { lagoon, gray: slate, dark: dusk },
  primaryColor: 'lagoon',
  primaryShade: { light: 7, dark: 7 },
  fontFamily:
    "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.1875rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '11px', xl: '18px' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.375rem', xl: '2rem' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    // What a mouse can do, keys can.
    PasswordInput: {
      defaultProps: {
        visibilityToggleFocusable: true,
        visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' },
      },
    },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 350, events: { hover: true, focus: true, touch: false } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
});
