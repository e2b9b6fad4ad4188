const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration in the file looks like: `500ms`, `30s`, `10m`, `2h`, `7d`; a bare number counts seconds. */
export const DURATION_PATTERN = '^\\d{1,9}(\\.\\d{1,6})?\\s*(ms|s|m|h|d)?$';
/** `256`, `256m`, `256MB`, `1g`, `1GiB`; a bare number counts MiB. */
export const MEMORY_PATTERN = '^\\d{1,6}(\\.\\d{1,3})?\\s*([mMgG]([iI]?[bB])?)?$';

/** In milliseconds; the text fits the pattern. */
export function durationMs(value: string | number): number {
  const [, amount, unit = 's'] = /^([\d.]+)\s*([a-z]*)$/.exec(String(value))!;
  return Math.round(Number(amount) * DURATION_MS[unit || 's']!);
}

/** In MiB; the text fits the pattern. */
export function memoryMb(value: string | number): number {
  const [, amount, unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(String(value))!;
  return Number(amount) * (unit.toLowerCase().startsWith('g') ? 1_024 : 1);
}
