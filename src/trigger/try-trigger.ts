import type { Engine } from '../engine/api.ts';
import type { CloudEvent } from '../model/event.ts';
import type { Outcome } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import { readablePayload } from '../model/shape/destination-record.ts';
import { shapeEvents } from '../model/shape/shape.ts';
import { type Trigger, targetOf } from '../model/trigger.ts';
import { contentOf, treatmentOf } from './intake.ts';
import type { TriggerType } from './trigger-type.ts';
import type { TriggerTest } from './triggers.ts';

const NO_PAYLOAD = Buffer.alloc(0);

interface Tried {
  readonly type: TriggerType;
  readonly trigger: Trigger;
  /** Opened. */
  readonly options: Record<string, unknown>;
  readonly engine: Pick<Engine, 'find' | 'choose' | 'invoke'>;
}

/** Leads one event through a trigger and runs its function with it, beside its lane: nothing is kept or retried. */
export async function tryTrigger(
  { type, trigger, options, engine }: Tried,
  how: { event?: CloudEvent; dryRun?: boolean; signal?: AbortSignal },
): Promise<TriggerTest> {
  const { matches, map } = treatmentOf(trigger);
  const event = how.event ?? type.sample(options);
  if (!matches(event)) return { event, matched: false };
  if (engine.find(trigger.function) === undefined)
    throw new Problem('not_found', `the function "${trigger.function}" is gone`);
  const target = targetOf(trigger);
  const chosen = await engine.choose({ target, payload: NO_PAYLOAD, payloadKind: 'binary' });
  const content = contentOf(event, map);
  const batch = (trigger.delivery?.batchSize ?? 1) > 1;
  const shaped =
    content.kind === 'payload' ? content : shapeEvents(chosen.document.config.handler, [content.event], { batch });
  const payload = readablePayload(shaped.payload);
  if (how.dryRun === true) return { event, matched: true, payload };
  const { payload: bytes, payloadKind } = shaped;
  const running = engine.invoke({ target, chosen, payload: bytes, payloadKind, door: 'trigger' });
  const cancel = (): void => running.cancel();
  how.signal?.addEventListener('abort', cancel, { once: true });
  try {
    const { outcome } = await running.completed;
    const { invocationId } = running;
    return { event, matched: true, payload, run: { invocationId, status: outcome.status, ...ended(outcome) } };
  } finally {
    how.signal?.removeEventListener('abort', cancel);
  }
}

function ended(outcome: Outcome): { result: unknown } | { error: string } {
  if (outcome.status !== 'succeeded') return { error: `${outcome.error.type}: ${outcome.error.message}` };
  return { result: readablePayload(Buffer.concat([...(outcome.chunks ?? []), outcome.payload])) };
}
