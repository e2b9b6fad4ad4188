/** A map of texts; YAML reads `stage: 1` as a number. */
export function textMap(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, String(each)]));
}
