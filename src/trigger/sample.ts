import { publicEvent } from '../model/cloudevents.ts';
import type { CloudEvent } from '../model/event.ts';
import { isObject } from '../model/json.ts';
import { compileMapping } from '../model/mapping.ts';
import { awsShape } from '../model/shape/aws/index.ts';
import { callmeShape } from '../model/shape/callme.ts';
import { completeOptions } from './options.ts';
import type { TriggerType } from './trigger-type.ts';

/** What a sample is asked for with: words and options as of a trigger of the type, and what its data is to hold. */
export interface SampleRequest {
  readonly words?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Laid over the data of the sample: objects member by member, anything else wholly. */
  readonly data?: unknown;
  /** How many events one run gets; more than 1 only of types with batches. Default 1, not as a batch. */
  readonly batch?: number;
  /** As of a trigger: what it makes of the event is what functions see. */
  readonly mapping?: unknown;
}

/** One event as its source would send it, and as functions of each convention see it. */
export interface Sample {
  readonly event: CloudEvent;
  readonly handler: unknown;
  readonly callme: unknown;
}

/** Makes a sample of a type's events. Throws `invalid_request` for words, options or a mapping that do not fit the type. */
export function sampleOf(type: TriggerType, { words, options = {}, data, batch, mapping }: SampleRequest): Sample {
  const own = type.parseWords(words === undefined || words.length === 0 ? type.usualWords : words);
  const made = type.sample(completeOptions(type, { ...secretsOf(type), ...own, ...options }));
  const event = data === undefined ? made : { ...made, data: merged(made.data, data) };
  if (mapping !== undefined) {
    const mapped = compileMapping(mapping)(event);
    return { event: publicEvent(event), handler: mapped, callme: mapped };
  }
  const events = Array.from({ length: batch ?? 1 }, (_, index) =>
    index === 0 ? event : { ...event, id: `${event.id}-${index + 1}` },
  );
  const how = { batch: batch !== undefined };
  return { event: publicEvent(event), handler: awsShape(events, how), callme: callmeShape(events, how) };
}

/** A sample needs no credential, also where a trigger would. */
function secretsOf({ options }: TriggerType): Record<string, string> {
  const isSecret = (name: string) => (options.properties[name] as { format?: string } | undefined)?.format === 'secret';
  return Object.fromEntries((options.required ?? []).filter(isSecret).map((name) => [name, 'sample']));
}

function merged(before: unknown, over: unknown): unknown {
  if (!isObject(before) || !isObject(over)) return over;
  const all = { ...before };
  for (const [name, value] of Object.entries(over)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    Object.defineProperty(all, name, {
      value: merged(old, value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return all;
}
