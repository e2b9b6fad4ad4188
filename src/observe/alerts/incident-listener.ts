import type { Clock } from '../../model/clock.ts';
import { formatId, newId } from '../../model/id.ts';
import type { Incident } from './incident.ts';
import type { Incidents } from './incidents.ts';
import type { WatchListener } from './watcher.ts';
import { limitInWords, measureOf, valueInWords } from './words.ts';

interface Parts {
  readonly incidents: Incidents;
  /** Those that fired or got worse, and were not looked into since. */
  readonly undiagnosed: Set<string>;
  readonly clock: Clock;
  readonly tell: (incident: Incident) => void;
}

/** Makes incidents of what a watcher finds. */
export function incidentListener({ incidents, undiagnosed, clock, tell }: Parts): WatchListener {
  return {
    changed(watch, transition, severity, { value, limit }) {
      const nowMs = clock.now();
      const inWords = valueInWords(watch.clause, value);
      const before = incidents.find(watch.id);
      if (transition === 'fires') {
        incidents.put({
          id: watch.id,
          rule: watch.rule.name,
          ...(watch.function !== undefined && { function: watch.function }),
          firingId: formatId(newId(nowMs)),
          phase: 'firing',
          severity,
          sinceMs: nowMs - watch.condition.forMs,
          condition: watch.rule.when,
          measure: measureOf(watch.clause),
          value: inWords,
          limit: limitInWords(watch.clause, limit, watch.timeoutMs),
          worst: inWords,
          ...(value !== undefined && { worstValue: value }),
          told: before?.told ?? {},
        });
        undiagnosed.add(watch.id);
      } else if (before !== undefined && transition === 'worse') {
        incidents.put({ ...before, severity, value: inWords });
        undiagnosed.add(watch.id);
      } else if (before !== undefined) {
        const why = transition === 'quiet' ? 'nothing is measured any more' : undefined;
        incidents.put({
          ...before,
          phase: 'resolved',
          resolvedMs: nowMs,
          value: inWords,
          ...(why !== undefined && { endedBecause: why }),
        });
      }
      const now = incidents.find(watch.id);
      if (now !== undefined) tell(now);
    },
    seen(watch, { value }) {
      const incident = incidents.find(watch.id);
      if (incident === undefined || value === undefined) return;
      const isLow = watch.clause.kind === 'absence' || watch.clause.comparator.startsWith('<');
      const { worstValue } = incident;
      const isWorse = worstValue === undefined || (isLow ? value < worstValue : value > worstValue);
      const inWords = valueInWords(watch.clause, value);
      if (inWords === incident.value && !isWorse) return;
      incidents.see({ ...incident, value: inWords, ...(isWorse && { worst: inWords, worstValue: value }) });
    },
    gone(id) {
      const incident = incidents.find(id);
      if (incident === undefined || incident.phase === 'resolved') return;
      incidents.put({
        ...incident,
        phase: 'resolved',
        resolvedMs: clock.now(),
        endedBecause: 'its rule or function is gone, or was switched off',
      });
      tell(incidents.find(id)!);
    },
  };
}
