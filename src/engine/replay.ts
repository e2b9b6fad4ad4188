import type { InvocationReport, OutboxItem, Outcome } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import { formatTarget } from '../model/target.ts';
import type { Recording } from '../store/recordings.ts';
import type { Engine } from './api.ts';

/** A recorded invocation, run again. */
interface Replayed {
  readonly outcome: Outcome;
  readonly report: InvocationReport;
  /** What the function would have sent through the platform; nothing of it was. */
  readonly unsent: readonly OutboxItem[];
}

/**
 * Runs what a recorded invocation was given once more, by the version or alias that `qualifier` names, or by what serves. What the
 * function puts in its outbox is not sent; what it does at once (services that it calls, the network) it does. Rejects with
 * `conflict` where the payload was too large to be kept, else as `Engine.invoke`.
 */
export async function replay(
  engine: Pick<Engine, 'invoke'>,
  recording: Recording,
  options: { readonly qualifier?: string; readonly signal?: AbortSignal },
): Promise<Replayed> {
  const { payload, payloadKind, function: name } = recording;
  if (payload.content === undefined) {
    throw new Problem(
      'conflict',
      `the payload of this invocation has ${payload.bytes} bytes, too many to be kept: it cannot be run again`,
    );
  }
  const { qualifier, signal } = options;
  const running = engine.invoke({
    target: formatTarget({ function: name, ...(qualifier !== undefined && { qualifier }) }),
    payload: payload.content,
    payloadKind,
    contentType: payload.contentType,
    door: 'replay',
    keepOutbox: true,
  });
  const cancel = (): void => running.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const { outcome, report } = await running.completed;
    if (outcome.status !== 'succeeded' || outcome.outbox === undefined) return { outcome, report, unsent: [] };
    return { outcome, report, unsent: outcome.outbox };
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
