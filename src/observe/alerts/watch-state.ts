import type { Severity } from '../../model/alert.ts';
import type { Reading } from './probe.ts';

/** How long each step of an alert takes, in milliseconds of the monotonic clock. */
export interface Timing {
  readonly forMs: number;
  readonly criticalForMs: number;
  readonly resolveAfterMs: number;
  /** Nothing measured for so long while it fires: it is over. */
  readonly quietAfterMs: number;
}

/** Where one alert stands between two looks; wall-clock time has no part in it, so that a clock that jumps changes nothing. */
export interface WatchState {
  readonly firing: boolean;
  readonly severity: Severity;
  /** How long it has held, and how long it has been well or unknown, without a break. */
  readonly heldMs: number;
  readonly criticalMs: number;
  readonly wellMs: number;
  readonly quietMs: number;
}

export type Transition = 'fires' | 'worse' | 'resolves' | 'quiet';

export const AT_REST: WatchState = {
  firing: false,
  severity: 'info',
  heldMs: -1,
  criticalMs: -1,
  wellMs: -1,
  quietMs: -1,
};

/**
 * The next state of an alert after `elapsedMs`, given how its conditions stand. It fires once they held for long enough, and ends
 * once they were well, beyond their hysteresis, for long enough; in between nothing happens, so that it does not flap. Once
 * critical, it stays so until it ends.
 */
export function step(
  state: WatchState,
  elapsedMs: number,
  readings: { readonly usual: Reading; readonly critical?: Reading; readonly severity: Severity },
  timing: Timing,
): { state: WatchState; transition?: Transition } {
  const { usual, critical, severity } = readings;
  const criticalHolds = critical?.holds === true;
  const holds = usual.holds === true || criticalHolds;
  const longer = (sinceMs: number, isSo: boolean): number => (isSo ? (sinceMs < 0 ? 0 : sinceMs + elapsedMs) : -1);
  const heldMs = longer(state.heldMs, holds);
  const criticalMs = longer(state.criticalMs, criticalHolds);
  const isCritical = criticalMs >= timing.criticalForMs && criticalMs >= 0;

  if (!state.firing) {
    const fires = (heldMs >= timing.forMs && usual.holds === true) || isCritical;
    if (!fires) return { state: { ...AT_REST, heldMs, criticalMs } };
    const now = isCritical ? 'critical' : severity;
    return { state: { ...AT_REST, firing: true, severity: now, heldMs, criticalMs }, transition: 'fires' };
  }

  const isWell = usual.well && !criticalHolds;
  const wellMs = longer(state.wellMs, isWell);
  const quietMs = longer(state.quietMs, usual.holds === undefined && !criticalHolds);
  if (wellMs >= 0 && wellMs >= timing.resolveAfterMs) return { state: AT_REST, transition: 'resolves' };
  if (quietMs >= 0 && quietMs >= timing.quietAfterMs) return { state: AT_REST, transition: 'quiet' };
  const next = { ...state, heldMs, criticalMs, wellMs, quietMs };
  if (!isCritical || state.severity === 'critical') return { state: next };
  return { state: { ...next, severity: 'critical' }, transition: 'worse' };
}
