/** Time is measured in slots of ten seconds, the finest that is kept; a minute is six of them. */
export const SLOT_MS = 10_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** How long memory holds slots, and minutes. */
export const SLOTS_KEPT_MS = 600_000;
export const MINUTES_KEPT_MS = 3 * HOUR_MS;

/** The start of the span of this width in which a time lies. */
export function floorTo(timeMs: number, widthMs: number): number {
  return Math.floor(timeMs / widthMs) * widthMs;
}
