import type { Logger } from 'pino';
import type { Diagnosis } from '../../model/alert.ts';
import type { Clock } from '../../model/clock.ts';
import type { Channels } from './channels.ts';
import type { Courier } from './courier.ts';
import { type DiagnosisOptions, diagnose } from './diagnosis.ts';
import type { Incident } from './incident.ts';
import type { Incidents } from './incidents.ts';
import type { Notifier } from './notifier.ts';
import type { Watcher } from './watcher.ts';

/** So many alerts are looked into at each look; in a flood the others are told by their numbers. */
const MAX_DIAGNOSES = 20;
/** After its function changed, an alert is looked into at each look for so long: what is new shows only by its calls. */
const RENEWED_MS = 300_000;

interface Parts {
  readonly incidents: Incidents;
  /** Those that fired or got worse, and were not looked into since. */
  readonly undiagnosed: Set<string>;
  /** Those whose function or its aliases changed while they fired, by when, on the monotonic clock. */
  readonly renewed: Map<string, number>;
  readonly watcher: Watcher;
  readonly channels: Channels;
  readonly notifier: Notifier;
  readonly courier: Courier;
  /** Where causes are looked for. */
  readonly sources: DiagnosisOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tell: (incident: Incident) => void;
}

/**
 * Settles what a look has changed: looks for causes, sends what is to be told, and forgets what is over once everybody was told.
 * All of it is on disk when that resolves.
 */
export function createSettling(parts: Parts): () => Promise<void> {
  const { incidents, undiagnosed, renewed, watcher, channels, notifier, courier, sources, clock, log, tell } = parts;

  const lookInto = async (id: string): Promise<void> => {
    const watch = watcher.find(id);
    const incident = incidents.find(id);
    if (watch === undefined || incident === undefined || incident.phase === 'resolved') return;
    const diagnosis = await diagnose(watch, incident.sinceMs, clock.now(), sources).catch(
      (error: unknown): Diagnosis | undefined => {
        log.warn({ err: error, alert: id }, 'the cause of an alert could not be looked for');
        return undefined;
      },
    );
    const now = incidents.find(id);
    if (diagnosis === undefined || now?.firingId !== incident.firingId) return;
    // What is known stays where there is nothing to add: where it fades, little is left to see.
    if (now.diagnosis !== undefined) {
      const { causes } = diagnosis;
      if (causes.length === 0 || JSON.stringify(causes) === JSON.stringify(now.diagnosis.causes)) return;
    }
    const known = { ...now, diagnosis };
    incidents.put(known);
    tell(known);
  };

  return async () => {
    await incidents.save();
    if (incidents.size === 0) {
      renewed.clear();
      return;
    }
    for (const [id, sinceMs] of renewed) {
      undiagnosed.add(id);
      if (clock.monotonicMs() - sinceMs >= RENEWED_MS) renewed.delete(id);
    }
    const gravest = incidents.firing().filter(({ id }) => undiagnosed.has(id));
    for (const { id } of gravest.slice(0, MAX_DIAGNOSES)) {
      undiagnosed.delete(id);
      await lookInto(id);
    }
    if (gravest.length === 0) undiagnosed.clear();
    const nowMs = clock.now();
    const outgoing = await notifier.due(incidents.values(), nowMs, clock.monotonicMs());
    await courier.send(outgoing);
    for (const { channel, told } of outgoing) {
      for (const { id, phase, firingId, severity } of told) {
        const incident = incidents.find(id);
        if (incident !== undefined)
          incidents.put({
            ...incident,
            told: { ...incident.told, [channel]: { phase, firingId, severity, atMs: nowMs } },
          });
      }
    }
    for (const incident of incidents.values()) {
      if (incident.phase === 'firing') continue;
      const waits = Object.entries(incident.told).some(
        ([channel, { phase }]) => phase === 'firing' && channels.has(channel),
      );
      if (!waits) incidents.remove(incident.id);
    }
    await incidents.save();
  };
}
