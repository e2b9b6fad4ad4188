import type { DatabaseSync } from 'node:sqlite';
import type { ListOptions, ListPage, VersionPage } from '../buckets.ts';
import { afterPrefix } from '../names.ts';
import { type CatalogTables, seqOf, VERSION_COLUMNS, type VersionRow, versionIdOf, viewOf } from './catalog-tables.ts';

const MAX_PAGE = 10_000;

/** The rows of a page; `last` is what the next page comes after, absent on the last one. */
interface Walked {
  readonly rows: VersionRow[];
  readonly commonPrefixes: string[];
  readonly last?: VersionRow | string | undefined;
}

export type ListingOperations = ReturnType<typeof listingOperations>;

/** Listings in the order of UTF-8 bytes. Keys below a common prefix are stepped over by one seek. */
export function listingOperations(db: DatabaseSync, tables: CatalogTables) {
  const selectLive = db.prepare(
    `SELECT ${VERSION_COLUMNS} FROM versions WHERE bucket = ? AND live = 1 AND key >= ? ORDER BY key`,
  );
  const selectAll = db.prepare(
    `SELECT ${VERSION_COLUMNS} FROM versions WHERE bucket = ? AND key >= ? ORDER BY key, seq DESC`,
  );
  const selectOlder = db.prepare(
    `SELECT ${VERSION_COLUMNS} FROM versions WHERE bucket = ? AND key = ? AND seq < ? ORDER BY seq DESC`,
  );

  return {
    list(bucketName: string, options: ListOptions): ListPage {
      const bucket = tables.bucket(bucketName);
      const rowsFrom = (key: string) => selectLive.iterate(bucket.id, key) as Iterable<unknown> as Iterable<VersionRow>;
      const { rows, commonPrefixes, last } = walk(options, startOf(options), rowsFrom, []);
      const next = typeof last === 'object' ? last.key : last;
      return {
        objects: rows.map((row) => viewOf(bucket, row)),
        commonPrefixes,
        ...(next !== undefined && { next }),
      };
    },

    listVersions(bucketName: string, options: ListOptions & { versionIdMarker?: string }): VersionPage {
      const bucket = tables.bucket(bucketName);
      const { after, versionIdMarker } = options;
      let rest: Iterable<VersionRow> = [];
      if (after !== undefined && versionIdMarker !== undefined && versionIdMarker !== '') {
        const seq = versionIdMarker === 'null' ? tables.version(bucket, after, 'null')?.seq : seqOf(versionIdMarker);
        rest = selectOlder.all(bucket.id, after, seq ?? 0) as unknown as VersionRow[];
      }
      const rowsFrom = (key: string) => selectAll.iterate(bucket.id, key) as Iterable<unknown> as Iterable<VersionRow>;
      const { rows, commonPrefixes, last } = walk(options, startOf(options), rowsFrom, rest);
      const next =
        typeof last === 'object' ? { key: last.key, versionId: versionIdOf(last.seq) } : last && { key: last };
      return {
        versions: rows.map((row) => ({
          ...viewOf(bucket, row),
          latest: row.noncurrentMs === null,
          deleteMarker: row.marker === 1,
        })),
        commonPrefixes,
        ...(next && { next }),
      };
    },
  };
}

/** The first key that a listing may show; `undefined` where it can show none. */
function startOf({ prefix = '', delimiter = '', after }: ListOptions): string | undefined {
  if (after === undefined || Buffer.compare(Buffer.from(after), Buffer.from(prefix)) < 0) return prefix;
  const common = commonPrefix(after, prefix, delimiter);
  return common === undefined ? `${after}\0` : afterPrefix(common);
}

function walk(
  { prefix = '', delimiter = '', limit }: ListOptions,
  start: string | undefined,
  rowsFrom: (key: string) => Iterable<VersionRow>,
  before: Iterable<VersionRow>,
): Walked {
  const most = Math.min(limit, MAX_PAGE);
  const rows: VersionRow[] = [];
  const commonPrefixes: string[] = [];
  if (most <= 0) return { rows, commonPrefixes };
  let last: VersionRow | string | undefined;
  const isFull = () => rows.length + commonPrefixes.length === most;
  for (const row of before) {
    if (isFull()) return { rows, commonPrefixes, last };
    rows.push(row);
    last = row;
  }
  let from = start;
  while (from !== undefined) {
    let next: string | undefined;
    for (const row of rowsFrom(from)) {
      if (!row.key.startsWith(prefix)) break;
      if (isFull()) return { rows, commonPrefixes, last };
      const common = commonPrefix(row.key, prefix, delimiter);
      if (common !== undefined) {
        commonPrefixes.push(common);
        last = common;
        next = afterPrefix(common);
        break;
      }
      rows.push(row);
      last = row;
    }
    from = next;
  }
  return { rows, commonPrefixes };
}

/** The start of a key up to and with the first delimiter after the prefix. */
function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}
