import type { FunctionView } from '../../api/things.ts';

/** What a function is found by, in small letters: its name, description, runtime, owner and tags. */
export function textOf({ name, config }: FunctionView): string {
  return [name, config.description, config.runtime, config.owner, ...tagsOf(config)].join('\n').toLowerCase();
}

/** Tags as one writes them: `team=shop`. */
export function tagsOf({ tags }: FunctionView['config']): string[] {
  return Object.entries(tags).map(([key, value]) => `${key}=${value}`);
}

/** Whether a text holds each of some words. */
export function holds(text: string, words: string): boolean {
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
