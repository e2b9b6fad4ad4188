import type { CloudEvent } from '../../model/event.ts';
import { EVENT_TYPES, type EventBody, messageData, type RedisExtensions } from '../../model/shape/event-data.ts';

/** An entry as the server gives it: its id, and names and values in turns. */
export interface Entry {
  readonly id: string;
  readonly fields: readonly Buffer[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An entry as an event, whose id is the same however often the entry is read. */
export function eventOf(trigger: string, stream: string, { id, fields }: Entry, field: string): CloudEvent {
  const timeMs = Number(id.split('-')[0]);
  const time = new Date(timeMs);
  return {
    specversion: '1.0',
    id: `${stream}/${id}`,
    source: `fob:redis/${trigger}`,
    type: EVENT_TYPES.redisEntry,
    subject: stream,
    // Ids begin with the time, unless whoever added the entry chose another.
    ...(!Number.isNaN(time.getTime()) && timeMs > 0 && { time: time.toISOString() }),
    ...(field === '' ? allFields(fields) : messageData(fieldValue(fields, field) ?? Buffer.alloc(0))),
  };
}

export function fieldValue(fields: readonly Buffer[], field: string): Buffer | undefined {
  const index = fields.findIndex((each, at) => at % 2 === 0 && each.toString() === field);
  return index === -1 ? undefined : fields[index + 1];
}

/** All fields as texts; a name that is there more often has a list. Values that are no text are base64, and named in `base64fields`. */
function allFields(fields: readonly Buffer[]): EventBody & RedisExtensions {
  const values = new Map<string, string[]>();
  const inBase64 = new Set<string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at]!.toString();
    const value = fields[at + 1]!;
    const before = values.get(name) ?? [];
    values.set(name, before);
    try {
      before.push(utf8.decode(value));
    } catch {
      before.push(value.toString('base64'));
      inBase64.add(name);
    }
  }
  return {
    datacontenttype: 'application/json',
    data: Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all])),
    ...(inBase64.size > 0 && { base64fields: JSON.stringify([...inBase64]) }),
  };
}
