import { api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { bodyOf, type Source, sourceOf, type TriggerDraft, type TriggerView } from './draft.ts';
import type { OptionSchema } from './schema.ts';

/** Makes a bucket, queue or topic, unless there is one. */
export async function makeSource({ kind, name }: Source): Promise<void> {
  if (kind === 'queue') await api.put('/v1/queues/{name}', { path: { name }, body: {} });
  else if (kind === 'topic') await api.put('/v1/topics/{name}', { path: { name } });
  else {
    const { buckets } = await api.get('/v1/buckets');
    if (!buckets.some((bucket) => bucket.name === name))
      await api.put('/v1/buckets/{bucket}', { path: { bucket: name } });
  }
}

/** Writes a trigger. With `revision` it changes one that stands so, and without only makes a new one. */
export async function writeTrigger(
  draft: TriggerDraft,
  schema: OptionSchema,
  fn: string,
  revision?: number,
): Promise<TriggerView> {
  const body = bodyOf(draft, schema, fn);
  if (draft.name === '') return api.post('/v1/triggers', { body });
  const headers: Record<string, string> =
    revision === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` };
  return api.put('/v1/triggers/{name}', { path: { name: draft.name }, body, headers });
}

/** As `writeTrigger`, and before it the bucket, queue or topic that the trigger reads from, where that is missing. */
export async function saveTrigger(...given: Parameters<typeof writeTrigger>): Promise<TriggerView> {
  const source = sourceOf(given[0]);
  if (source !== undefined) await makeMissing(source);
  return writeTrigger(...given);
}

/** Who may not make things may well use one that is there: what is missing, the trigger itself says. */
async function makeMissing(source: Source): Promise<void> {
  try {
    await makeSource(source);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
  }
}
