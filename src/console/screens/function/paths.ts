/** Where a function's page is, or one of its tabs; `query` is what the tab shows. */
export function functionPath(name: string, tab = '', query: Readonly<Record<string, string>> = {}): string {
  const words = new URLSearchParams(query).toString();
  return `/functions/${encodeURIComponent(name)}${tab && `/${tab}`}${words && `?${words}`}`;
}
