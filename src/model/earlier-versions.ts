/** What a rollback goes back to: the versions that were named whole before, the newest last. */
const MAX_EARLIER = 20;

/** Another version than `current` is named from now on. One that was left by a rollback does not come back. */
export function moved(before: readonly number[], current: number | undefined, next: number | undefined): number[] {
  if (current === undefined || current === next) return [...before];
  return [...before.filter((version) => version !== current && version !== next), current].slice(-MAX_EARLIER);
}

/** The version to go back to from `current`, and what is before it then; `undefined` where there is none. */
export function predecessor(
  before: readonly number[],
  current: number | undefined,
): { readonly version: number; readonly before: readonly number[] } | undefined {
  const place = before.findLastIndex((version) => version !== current);
  return place === -1 ? undefined : { version: before[place]!, before: before.slice(0, place) };
}

/** What is before a version that is gone back to: nothing that came after it; what stands, where it was never there. */
export function backTo(before: readonly number[], current: number | undefined, version: number): readonly number[] {
  const place = before.lastIndexOf(version);
  return place === -1 ? moved(before, current, version) : before.slice(0, place);
}
