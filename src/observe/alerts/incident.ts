import type { AlertView, Diagnosis, Severity } from '../../model/alert.ts';

/** One time that an alert fires, as the registry keeps it until everybody was told that it is over. */
export interface Incident {
  readonly id: string;
  readonly rule: string;
  readonly function?: string;
  readonly firingId: string;
  readonly phase: 'firing' | 'resolved';
  readonly severity: Severity;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  /** Nothing was measured any more, or the rule or function is gone; absent: it is well. */
  readonly endedBecause?: string;
  readonly condition: string;
  readonly measure: string;
  readonly value: string;
  readonly limit: string;
  readonly worst: string;
  /** The raw value of `worst`. */
  readonly worstValue?: number;
  readonly acknowledged?: { readonly by: string; readonly atMs: number; readonly note?: string };
  /** By channel, what was told last. */
  readonly told: Readonly<Record<string, Told>>;
  readonly diagnosis?: Diagnosis;
}

export interface Told {
  readonly phase: 'firing' | 'resolved';
  readonly firingId: string;
  readonly severity: Severity;
  readonly atMs: number;
}

export const GRAVITY: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** An incident as it is shown, with what is known of its function. */
export function viewOf(
  incident: Incident,
  more: { readonly owner?: string; readonly silencedUntilMs?: number; readonly description?: string },
): AlertView {
  const { phase, told: _told, worstValue: _worst, endedBecause: _why, ...rest } = incident;
  return {
    ...rest,
    state: phase,
    ...(more.owner !== undefined && more.owner !== '' && { owner: more.owner }),
    ...(more.silencedUntilMs !== undefined && { silencedUntilMs: more.silencedUntilMs }),
    ...(more.description !== undefined && { description: more.description }),
  };
}

/** What a message to a channel is to say of an incident now, if anything. */
export function dueFor(
  incident: Incident,
  channel: string,
  repeatMs: number,
  nowMs: number,
): 'firing' | 'worse' | 'still' | 'resolved' | undefined {
  const told = incident.told[channel];
  if (incident.phase === 'resolved') return told?.phase === 'firing' ? 'resolved' : undefined;
  if (told === undefined || told.phase === 'resolved' || told.firingId !== incident.firingId) return 'firing';
  if (GRAVITY[incident.severity] > GRAVITY[told.severity]) return 'worse';
  if (repeatMs > 0 && incident.acknowledged === undefined && nowMs - told.atMs >= repeatMs) return 'still';
  return undefined;
}
