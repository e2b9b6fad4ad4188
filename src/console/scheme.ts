/** Runs before the first paint, so that no page flashes in the wrong colours. The key is the one that Mantine keeps its choice under. */
const kept = chosen();
const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');

function chosen(): string | null {
  try {
    return localStorage.getItem('mantine-color-scheme-value');
  } catch {
    // A browser that was told to keep nothing.
    return null;
  }
}
