import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { CallObserver } from './door/binding/traced-calls.ts';
import type { Router } from './engine/api.ts';
import type { Clock } from './model/clock.ts';
import { repeat } from './model/repeat.ts';
import type { Settings } from './model/settings.ts';
import { sentSpanId } from './model/trace.ts';
import { CallMap } from './observe/map/call-map.ts';
import { otlpTarget } from './observe/otlp/client.ts';
import { KeptSpans } from './observe/traces/kept-spans.ts';
import { SpanExport } from './observe/traces/span-export.ts';
import { phasesOfRun, spanOfRun } from './observe/traces/spans-of-run.ts';
import type { InvocationRecord, Journal, SpanRecord } from './store/journal.ts';

const SWEEP_EVERY_MS = 600_000;

interface TracingOptions {
  readonly journal: Pick<Journal, 'appendSpan'>;
  readonly settings: Pick<Settings, 'traceSamplePercent' | 'traceSlowMs' | 'otlpEndpoint' | 'otlpHeaders'>;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a node sees of the ways that calls go. */
export interface Tracing {
  /** For the engine: an invocation has ended. */
  ended(record: InvocationRecord): void;
  /** For the bindings: what functions call. */
  readonly calls: CallObserver;
  readonly map: CallMap;
  /** A router whose sendings are seen. */
  watched(router: Router): Router;
  /** Spans that were not kept for there were too many, and those that the collector took and did not take. */
  counts(): { dropped: number; sent: number; unsent: number };
  close(): Promise<void>;
}

/** Wires traces and the map. */
export function openTracing({ journal, settings, version, clock, log }: TracingOptions): Tracing {
  const target = otlpTarget(settings);
  const resource = { 'service.name': 'fob', 'service.version': version, 'host.name': hostname() };
  const exported = target && new SpanExport({ target, resource, version, clock, log });
  const kept = new KeptSpans({
    journal,
    clock,
    samplePercent: settings.traceSamplePercent,
    slowMs: settings.traceSlowMs,
    ...(exported !== undefined && {
      onKept: (record, spans) =>
        exported.add(record === undefined ? spans : [spanOfRun(record), ...phasesOfRun(record), ...spans]),
    }),
  });
  const map = new CallMap(clock);
  const stopSweeping = repeat(
    clock,
    SWEEP_EVERY_MS,
    () => map.sweep(),
    (error) => log.error({ err: error }, 'forgetting old calls failed'),
  );

  const calls: CallObserver = {
    calls: (invocationId, sampled) => kept.calls(invocationId, sampled),
    called: (span) => kept.called(span),
    used: (use) => map.used(use),
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
  };
  return {
    ended(record) {
      map.ended(record);
      kept.ended(record);
    },
    calls,
    map,
    watched: (router) => watchedRouter(router, { map, kept, clock }),
    counts: () => ({ dropped: kept.dropped, sent: exported?.sent ?? 0, unsent: exported?.dropped ?? 0 }),
    async close() {
      await stopSweeping();
      await exported?.close();
    },
  };
}

/** What functions send when they end is seen when it is on disk. */
function watchedRouter(router: Router, { map, kept, clock }: { map: CallMap; kept: KeptSpans; clock: Clock }): Router {
  return {
    async route(items, origin) {
      const startedAtMs = clock.now();
      const startedMs = clock.monotonicMs();
      const routed = await router.route(items, origin);
      const { function: name, invocationId, trace } = origin;
      return {
        parts: routed.parts,
        committed() {
          routed.committed();
          const durationMs = clock.monotonicMs() - startedMs;
          const spans = items.map(({ destination, body }, place): SpanRecord => {
            const to = nodeOf(destination);
            const operation = to.startsWith('topic:') ? 'publish' : 'send';
            // A function that gets it is seen when it runs.
            if (!to.startsWith('function:'))
              map.used({ from: `function:${name}`, to, operation, durationMs, failed: false, known: true });
            return {
              traceId: trace.traceId,
              spanId: sentSpanId(trace.parentSpanId, place),
              parentSpanId: trace.parentSpanId,
              invocationId,
              function: name,
              name: `${operation} ${to}`,
              kind: 'producer',
              startedAtMs,
              durationMs,
              attributes: { operation, resource: to, sentBytes: body.byteLength },
            };
          });
          kept.sent(spans);
        },
      };
    },
  };
}

/** A destination as a node of the map: an address by its host alone, a bucket without the key. */
function nodeOf(destination: string): string {
  if (/^https?:/.test(destination)) return `url:${URL.canParse(destination) ? new URL(destination).host : ''}`;
  const slash = destination.indexOf('/');
  return slash === -1 ? destination : destination.slice(0, slash);
}
