import { api } from '../../../api/client.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { lookOf } from '../../../ui/trigger-form/types.ts';
import { sourceOfBrowser } from './browser-events.ts';
import { sourceOfSaved } from './saved.ts';

type Trigger = Api['GET /v1/triggers']['answer']['triggers'][number];

/** Something that an event can begin from, as the list of a field has it. */
interface SourceGroup {
  readonly group: string;
  readonly items: { value: string; label: string }[];
}

/** What an event can begin from: what is saved, the function's own triggers, and every kind of trigger. */
export function sourceGroups(
  saved: readonly { name: string }[],
  inBrowser: readonly { name: string }[],
  triggers: readonly Trigger[],
  types: readonly { name: string }[],
): SourceGroup[] {
  return [
    { group: 'Saved', items: saved.map(({ name }) => ({ value: sourceOfSaved(name), label: name })) },
    {
      group: 'Saved in this browser alone',
      items: inBrowser.map(({ name }) => ({ value: sourceOfBrowser(name), label: name })),
    },
    {
      group: 'As its triggers send',
      items: triggers.map(({ name, summary, type }) => ({
        value: `trigger:${name}`,
        label: `${lookOf(type).title}: ${summary}`,
      })),
    },
    {
      group: 'Samples',
      items: types.map(({ name }) => ({ value: `sample:${name}`, label: lookOf(name).title })),
    },
  ].filter(({ items }) => items.length > 0);
}

/** What a function's event begins from where nobody chose: its first trigger. */
export function firstSource(triggers: readonly Trigger[]): string | undefined {
  const first = triggers.find(({ enabled }) => enabled) ?? triggers[0];
  return first && `trigger:${first.name}`;
}

/** The event of a sample, in the shape in which this function gets it. Throws `ApiProblem`. */
export async function sampleOf(source: string, view: FunctionView, triggers: readonly Trigger[]): Promise<string> {
  const name = source.slice(source.indexOf(':') + 1);
  const trigger = source.startsWith('trigger:') ? triggers.find((each) => each.name === name) : undefined;
  const object = trigger?.type === 'bucket' ? await newestObject(trigger.options) : undefined;
  const sample = await api.post('/v1/trigger-types/{type}/sample', {
    path: { type: trigger?.type ?? name },
    body:
      trigger === undefined
        ? {}
        : {
            options: withoutSecrets(trigger.options),
            ...(object !== undefined && { data: { object } }),
            ...(trigger.mapping !== undefined && { mapping: trigger.mapping }),
            // A batch of one is shaped like one of many.
            ...((trigger.delivery?.batchSize ?? 1) > 1 && { batch: 1 }),
          },
  });
  const shape = view.config.handler.endsWith('.callme') ? sample.callme : sample.handler;
  return JSON.stringify(shape, null, 2);
}

/** Objects that are looked through for one that a trigger would have been woken by. */
const MOST_OBJECTS = 1_000;

/**
 * The newest object that a trigger of a bucket would have been woken by, as its events name it: a function that reads the
 * object of its event then finds one. None where there is none, or where one may not look into the bucket.
 */
async function newestObject({ bucket, prefix, suffix }: Trigger['options']) {
  const query = { ...(typeof prefix === 'string' && prefix !== '' && { prefix }), limit: MOST_OBJECTS };
  try {
    const { objects } = await api.get('/v1/buckets/{bucket}/objects', { path: { bucket: String(bucket) }, query });
    const [first, ...rest] = objects.filter(({ key }) => key.endsWith(String(suffix ?? '')));
    if (first === undefined) return undefined;
    const { key, bytes, etag } = rest.reduce((a, b) => (b.lastModified > a.lastModified ? b : a), first);
    return { key, size: bytes, etag };
  } catch {
    return undefined;
  }
}

/** Secrets of a trigger are shown as a mask, which no option may be. */
function withoutSecrets(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !/^[*•]+$/.test(String(value))));
}
