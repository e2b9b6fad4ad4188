import { isDeepStrictEqual } from 'node:util';
import { harmless } from '../model/harmless.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Of two people who changed one thing, from the body of the refusal: what stands there now beside what was to be, one line for
 * each setting that differs. `undefined` where it is no such refusal, or nothing differs.
 */
export function conflictOf(body: unknown): string | undefined {
  const { current, given } = (body ?? {}) as { current?: unknown; given?: unknown };
  if (!isMembers(current) || !isMembers(given)) return undefined;
  const now = settingsOf(current);
  const lines = Object.entries(settingsOf(given))
    .filter(([name, value]) => !isDeepStrictEqual(value, now[name]))
    .map(([name, value]) => `${name}: ${textOf(now[name])} there, ${textOf(value)} yours`);
  return lines.length === 0 ? undefined : lines.map(harmless).join('\n');
}

/** A function's settings stand in its `config`, those of a queue or bucket in its `settings`. */
function settingsOf(members: Members): Members {
  const { config, settings } = members;
  return isMembers(config) ? config : isMembers(settings) ? settings : members;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}
