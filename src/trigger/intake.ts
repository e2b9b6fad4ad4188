import { createHash } from 'node:crypto';
import type { Events, NewEvent } from '../engine/api.ts';
import { encodeContent } from '../engine/events/content-codec.ts';
import { deadMessage, deadQueue } from '../engine/events/message.ts';
import type { Clock } from '../model/clock.ts';
import type { CloudEvent, EventContent } from '../model/event.ts';
import { traceOfEvent } from '../model/event-trace.ts';
import { formatId, newId } from '../model/id.ts';
import { isObject } from '../model/json.ts';
import { compileMapping, compilePath } from '../model/mapping.ts';
import { compilePattern } from '../model/pattern.ts';
import { messageOf, Problem } from '../model/problem.ts';
import { type Trigger, targetOf } from '../model/trigger.ts';
import type { CommitPart } from '../store/commit.ts';
import type { Prepared } from '../store/prepared.ts';
import type { Store } from '../store/store.ts';
import type { AcceptOptions, SourceEvent } from './trigger-type.ts';

const CURSOR_SPACE = 'cursor';
const MAX_KEY_LENGTH = 256;
const QUARANTINED = 'quarantined';

/** How a trigger treats the events of its source. */
interface Treatment {
  readonly matches: (event: CloudEvent) => boolean;
  readonly map: ((event: CloudEvent) => unknown) | undefined;
  readonly keyOf: ((event: CloudEvent) => unknown) | undefined;
}

/** Compiles filter, mapping and ordering key of a trigger; throws `invalid_request` for one that is none. */
export function treatmentOf({ filter, mapping, orderBy }: Pick<Trigger, 'filter' | 'mapping' | 'orderBy'>): Treatment {
  return {
    matches: filter === undefined ? () => true : compilePattern(filter),
    map: mapping === undefined ? undefined : compileMapping(mapping),
    keyOf: orderBy === undefined ? undefined : compilePath(orderBy),
  };
}

interface IntakeOptions {
  readonly events: Pick<Events, 'accept' | 'prepare'>;
  readonly store: Pick<Store, 'keyValue' | 'journal' | 'commit'>;
  readonly clock: Clock;
}

/** The way of one trigger's events from its source into its lane: filtered, mapped, and on disk. */
export class Intake {
  private readonly options: IntakeOptions;
  private trigger: Trigger;
  private treatment: Treatment;
  /** Events that the filter kept out since the node started. */
  filtered = 0;
  lastEventAtMs: number | undefined;

  constructor(trigger: Trigger, options: IntakeOptions) {
    this.options = options;
    this.trigger = trigger;
    this.treatment = treatmentOf(trigger);
  }

  /** From now on, events are treated as this document says. */
  use(trigger: Trigger): void {
    this.treatment = treatmentOf(trigger);
    this.trigger = trigger;
  }

  async accept(events: readonly SourceEvent[], options: AcceptOptions = {}): Promise<void> {
    if (!('cursor' in options)) {
      const { wanted, committed } = this.sort(events);
      if (wanted.length > 0) await this.options.events.accept(wanted);
      committed();
      return;
    }
    const { parts, committed } = this.prepare(events, options);
    await this.options.store.commit(parts);
    committed();
  }

  prepare(events: readonly SourceEvent[], options: AcceptOptions = {}): Prepared {
    const { wanted, committed } = this.sort(events);
    const prepared = this.options.events.prepare(wanted);
    const parts = 'cursor' in options ? [...prepared.parts, this.cursorPart(options.cursor)] : prepared.parts;
    return {
      parts,
      committed() {
        prepared.committed();
        committed();
      },
    };
  }

  prepareQuarantine(events: readonly CloudEvent[], reason: string): Prepared {
    const { store, clock } = this.options;
    const { function: name, name: lane } = this.trigger;
    const lastError = { reason: QUARANTINED, message: reason };
    const dead = events.map((event) => ({
      event,
      eventId: formatId(newId(clock.now())),
      trace: traceOfEvent(event),
    }));
    return {
      parts: dead.map(({ event, eventId, trace }) => ({
        kind: 'send',
        queue: deadQueue({ function: name, lane }),
        message: deadMessage(encodeContent({ kind: 'event', event }), {
          eventId,
          hops: hopsOf(event),
          ...(trace !== undefined && { trace }),
          delayMs: 0,
          delivery: this.trigger.delivery ?? {},
          attempts: 0,
          lastError,
        }),
      })),
      committed() {
        const nowMs = clock.now();
        for (const { event, eventId } of dead) {
          store.journal.appendEvent({
            eventId,
            function: name,
            lane,
            state: 'dead',
            attempts: 0,
            acceptedAtMs: nowMs,
            endedAtMs: nowMs,
            ...lastError,
            source: event.source,
            sourceId: event.id,
          });
        }
      },
    };
  }

  async quarantine(event: CloudEvent, reason: string): Promise<void> {
    const { parts, committed } = this.prepareQuarantine([event], reason);
    await this.options.store.commit(parts);
    committed();
  }

  /** Events of the past once more: what told the first ones as duplicates does not hold for these. */
  async replay(events: readonly SourceEvent[], replayId: string): Promise<number> {
    const { wanted, committed } = this.sort(events, replayId);
    if (wanted.length > 0) await this.options.events.accept(wanted);
    committed();
    return wanted.length;
  }

  async loadCursor(): Promise<unknown> {
    const entry = await this.options.store.keyValue.get(CURSOR_SPACE, this.trigger.name);
    return entry === undefined ? undefined : JSON.parse(entry.value.toString());
  }

  async saveCursor(value: unknown): Promise<void> {
    await this.options.store.keyValue.put(CURSOR_SPACE, this.trigger.name, encodeCursor(value));
  }

  private cursorPart(value: unknown): CommitPart {
    return { kind: 'put', space: CURSOR_SPACE, key: this.trigger.name, value: encodeCursor(value) };
  }

  private sort(events: readonly SourceEvent[], replayId?: string): { wanted: NewEvent[]; committed(): void } {
    const wanted = events
      .filter(({ event }) => this.treatment.matches(event))
      .map((each) => this.newEvent(each, replayId));
    return {
      wanted,
      committed: () => {
        this.filtered += events.length - wanted.length;
        if (events.length > 0) this.lastEventAtMs = this.options.clock.now();
      },
    };
  }

  private newEvent({ event, key: ownKey, trace: cameIn }: SourceEvent, replayId: string | undefined): NewEvent {
    const { trigger, treatment } = this;
    const key = keyText(treatment.keyOf?.(event)) ?? (ownKey === undefined ? undefined : keyText(ownKey));
    const identity = `${event.source} ${event.id}`;
    const trace = traceOfEvent(event) ?? cameIn;
    return {
      function: targetOf(trigger),
      lane: trigger.name,
      content: contentOf(event, treatment.map),
      deduplicationId: bounded(replayId === undefined ? identity : `${replayId} ${identity}`),
      hops: hopsOf(event),
      ...(trace !== undefined && { trace }),
      ...(key !== undefined && { key }),
      ...(trigger.delivery !== undefined && { delivery: trigger.delivery }),
    };
  }
}

/** Forgets what a trigger that is gone had kept. */
export async function forgetCursor(store: Pick<Store, 'keyValue'>, name: string): Promise<void> {
  await store.keyValue.delete(CURSOR_SPACE, name);
}

/**
 * What a mapping makes of an event is what the function gets; of an object, a `callme` gets the fields that it has parameters
 * for. Without a mapping, the event gets the shape of the function's convention.
 */
export function contentOf(event: CloudEvent, map: Treatment['map']): EventContent {
  if (map === undefined) return { kind: 'event', event };
  const mapped = map(event);
  const payload = Buffer.from(textOf(mapped));
  return { kind: 'payload', payload, payloadKind: isObject(mapped) ? 'offered-parameters' : 'json' };
}

/** A mapping may say the same value many times, and so more than a text can hold. */
function textOf(mapped: unknown): string {
  try {
    return JSON.stringify(mapped);
  } catch (cause) {
    throw new Problem('too_large', `what the mapping makes of this event cannot be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** How many functions called one another until this event came to be. */
function hopsOf({ fobhops }: CloudEvent): number {
  const hops = Number(fobhops ?? 0);
  return Number.isInteger(hops) && hops > 0 ? hops : 0;
}

function keyText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return bounded(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Keys have a limited length; of a longer text the digest is as good. */
function bounded(text: string): string {
  if (text.length <= MAX_KEY_LENGTH && text.isWellFormed()) return text;
  return createHash('sha256').update(text).digest('base64url');
}

function encodeCursor(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value ?? null));
}
