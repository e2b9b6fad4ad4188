import { bucketPath, objectPath, type RemovedPage } from './bucket-api.ts';
import type { NodeClient } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { count, formatAge } from './human.ts';
import { note, paint, print, printJson, printTable } from './output.ts';

const PAGE = 1_000;

/** Prints what was removed from a bucket that keeps versions: at most so many objects whose keys start with the prefix. */
export async function printRemoved(
  client: NodeClient,
  bucket: string,
  prefix: string,
  most: number,
  json: boolean,
): Promise<void> {
  const removed: RemovedPage['removed'] = [];
  let after: string | undefined;
  do {
    const query = { prefix, limit: Math.min(PAGE, most - removed.length), after };
    const page = await client.json<RemovedPage>('GET', bucketPath(bucket, '/removed'), { query });
    removed.push(...page.removed);
    after = page.next;
  } while (after !== undefined && removed.length < most);
  if (json) return printJson({ removed, ...(after !== undefined && { next: after }) });
  if (removed.length === 0) return note(`nothing that was removed is kept in ${bucket}`);
  const now = Date.now();
  printTable(
    [
      { title: 'KEY', shrinkTo: 24 },
      { title: 'REMOVED', align: 'right' },
    ],
    removed.map(({ key, removedAt }) => [key, formatAge(Date.parse(removedAt), now)]),
  );
  if (after !== undefined) note('there are more; show them with --limit');
}

/** Takes the delete markers of objects away, so that they are there again. Throws `Failure` for one that was not removed. */
export async function restore(
  client: NodeClient,
  bucket: string,
  keys: readonly string[],
  json: boolean,
): Promise<void> {
  for (const key of keys) {
    const query = { key, limit: 1 };
    const { versions } = await client.json<{ versions: { versionId?: string; deleteMarker: boolean }[] }>(
      'GET',
      bucketPath(bucket, '/versions'),
      { query },
    );
    const [newest] = versions;
    if (newest?.deleteMarker !== true || newest.versionId === undefined) {
      const why = newest === undefined ? `${bucket} has kept nothing of it` : 'it is there';
      throw new Failure(EXIT.notFound, `${key} cannot be brought back: ${why}`);
    }
    await client.json('DELETE', objectPath(bucket, key), { query: { versionId: newest.versionId } });
  }
  if (json) return printJson({ bucket, objects: keys.length });
  print(`${paint('green', '✔')} ${count(keys.length, 'object')} of ${bucket} brought back`);
}
