import type { Clock } from '../../model/clock.ts';
import type { FunctionConfig } from '../../model/function.ts';
import type { CompletedInvocation, InvocationRequest } from '../../model/invocation.ts';
import { pause } from '../../model/pause.ts';
import { asProblem, messageOf, type Problem } from '../../model/problem.ts';
import { shapeEvents } from '../../model/shape/shape.ts';
import type { Engine } from '../api.ts';
import { ageSinceMs, cloudEventOf, type HeldEvent } from './held-event.ts';
import type { LaneName } from './message.ts';

/** How one run of a function for events went. */
type RunResult =
  | { readonly kind: 'completed'; readonly completed: CompletedInvocation; readonly payload: Uint8Array }
  /** The platform will not run it, however often it is asked. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly payload: Uint8Array }
  /** It was not run: the function cannot be given what at least one of these events holds. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** It was not run: the node stops, or there was no room until its time was over. */
  | { readonly kind: 'postponed' };

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;
const NO_PAYLOAD = Buffer.alloc(0);

export interface RunContext {
  readonly engine: Pick<Engine, 'invoke' | 'choose'>;
  readonly clock: Clock;
  readonly closing: AbortSignal;
}

/**
 * Runs a function once for these events. Where there is no room for it, it waits shortly and tries again: that is no
 * attempt of the events'.
 */
export async function runOnce(
  events: readonly HeldEvent[],
  lane: LaneName,
  config: FunctionConfig | undefined,
  context: RunContext,
): Promise<RunResult> {
  const { engine, clock, closing } = context;
  const { qualifier } = events[0]!.attributes;
  let request: InvocationRequest | undefined;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    if (closing.aborted || events.every((held) => isExpired(held, clock.now()))) return { kind: 'postponed' };
    try {
      // Which version an alias names is asked each time: what it names when the event is delivered runs.
      const chosen = qualifier === undefined ? undefined : await engine.choose(choiceFor(events[0]!, lane, qualifier));
      if (chosen !== undefined || request === undefined) {
        try {
          request = requestFor(events, lane, chosen?.document.config ?? config);
        } catch (error) {
          return { kind: 'unreadable', message: messageOf(error) };
        }
        if (chosen !== undefined) request = { ...request, target: `${lane.function}:${qualifier}`, chosen };
      }
      const completed = await engine.invoke(request).completed;
      if (wasStopped(completed, closing)) return { kind: 'postponed' };
      return { kind: 'completed', completed, payload: request.payload };
    } catch (error) {
      const problem = asProblem(error);
      if (!problem.retryable) return { kind: 'refused', problem, payload: request?.payload ?? NO_PAYLOAD };
    }
    await pause(clock, waitMs, closing);
  }
}

export function isExpired(held: HeldEvent, nowMs: number): boolean {
  return nowMs - ageSinceMs(held) >= held.policy.maxAgeMs;
}

/** Whether a batch of this event's lane may hold others beside it. A payload is given as it is, and so alone. */
export function takesBatches(held: HeldEvent): boolean {
  return held.policy.batchSize > 1 && held.content.kind === 'event';
}

/** What decides for one version of a weighted alias: events of one ordering key get one version. */
function choiceFor({ content, attributes }: HeldEvent, lane: LaneName, qualifier: string) {
  return {
    target: `${lane.function}:${qualifier}`,
    ...(attributes.key !== undefined && { stickyKey: attributes.key }),
    ...(content.kind === 'payload' ? content : ({ payload: NO_PAYLOAD, payloadKind: 'binary' } as const)),
  };
}

function requestFor(
  events: readonly HeldEvent[],
  lane: LaneName,
  config: FunctionConfig | undefined,
): InvocationRequest {
  const first = events[0]!;
  const { content, attributes, failures } = first;
  const { caller, trace } = attributes;
  const shaped =
    content.kind === 'payload'
      ? content
      : shapeEvents(
          config?.handler ?? '',
          events.map((held) => cloudEventOf(held)!),
          { batch: takesBatches(first) },
        );
  return {
    target: lane.function,
    payload: shaped.payload,
    payloadKind: shaped.payloadKind,
    ...('contentType' in shaped && shaped.contentType !== undefined && { contentType: shaped.contentType }),
    door: 'events',
    delivery: { eventId: attributes.eventId, lane: lane.lane, attempt: failures.attempts + 1 },
    hops: Math.max(...events.map((held) => held.attributes.hops)),
    ...(caller !== undefined && { caller }),
    ...(trace !== undefined && { trace }),
    keepOutbox: true,
  };
}

/** A run that the stopping node itself cut off says nothing about the event. */
function wasStopped({ outcome }: CompletedInvocation, closing: AbortSignal): boolean {
  return closing.aborted && outcome.status === 'crashed' && outcome.error.type === 'NodeStoppingError';
}
