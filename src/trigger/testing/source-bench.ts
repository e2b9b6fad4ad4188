import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { systemClock } from '../../model/clock.ts';
import type { CloudEvent } from '../../model/event.ts';
import type { RunningSource, SourceContext, SourceEvent, TriggerType } from '../trigger-type.ts';

/** A source under test: what it handed on, what it said of itself, and a way to refuse what it hands on. */
export interface SourceBench {
  readonly source: RunningSource;
  /** What was accepted, in order. */
  readonly events: SourceEvent[];
  readonly quarantined: { event: CloudEvent; reason: string }[];
  readonly reports: { state: string; error: string | undefined }[];
  cursor: unknown;
  /** How many events each acceptance had. */
  readonly accepted: number[];
  /** Thrown by `accept` while it is set. */
  refusal: Error | undefined;
  /** `accept` waits for it while it is set. */
  hold: Promise<void> | undefined;
  /** Says of each acceptance whether, and with what, it is refused. */
  refuse: (events: readonly SourceEvent[]) => Error | undefined;
  /** Resolves when so many events were accepted in all. */
  received(count: number): Promise<SourceEvent[]>;
  /** Resolves at the next report of this state, or at once where it is the last one. */
  reported(state: string): Promise<void>;
  /** Stops the source; its memory stays for the next one. */
  stop(): Promise<void>;
}

/** Starts a source of this type as the platform would, with a memory of its own. */
export async function startSource<Options>(
  type: TriggerType<Options>,
  given: Partial<Options>,
  before?: Pick<SourceBench, 'cursor'>,
): Promise<SourceBench> {
  const options = Value.Default(type.options, { ...given }) as Options;
  if (!Value.Check(type.options, options)) throw new Error(JSON.stringify(Value.Errors(type.options, options)));
  await type.check?.(options);
  const heard = new EventEmitter();
  heard.setMaxListeners(100);
  const ending = new AbortController();
  const bench: { -readonly [K in keyof SourceBench]: SourceBench[K] } = {
    source: { stop: async () => {} },
    events: [],
    quarantined: [],
    reports: [],
    cursor: before?.cursor,
    accepted: [],
    refusal: undefined,
    hold: undefined,
    refuse: () => undefined,
    received: (count) => until(heard, () => bench.events.length >= count && bench.events),
    reported: (state) => until(heard, () => bench.reports.at(-1)?.state === state).then(() => {}),
    async stop() {
      ending.abort();
      await bench.source.stop();
    },
  };
  const context: SourceContext<Options> = {
    trigger: { name: 'test', function: 'f', type: type.name, options: {}, enabled: true },
    options,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    signal: ending.signal,
    async accept(events, accepting) {
      if (bench.hold !== undefined) await bench.hold;
      const refusal = bench.refusal ?? bench.refuse(events);
      if (refusal !== undefined) {
        heard.emit('refused');
        throw refusal;
      }
      bench.accepted.push(events.length);
      bench.events.push(...events);
      if (accepting?.cursor !== undefined) bench.cursor = accepting.cursor;
      heard.emit('change');
    },
    async quarantine(event, reason) {
      bench.quarantined.push({ event, reason });
      heard.emit('change');
    },
    cursor: {
      load: async () => bench.cursor,
      async save(value) {
        bench.cursor = value;
      },
    },
    report(state, error) {
      bench.reports.push({ state, error });
      heard.emit('change');
    },
  };
  bench.source = await type.start!(context);
  return bench;
}

function until<T>(heard: EventEmitter, found: () => T | false): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const value = found();
      if (value === false) return;
      heard.off('change', look);
      resolve(value);
    };
    heard.on('change', look);
    look();
  });
}
