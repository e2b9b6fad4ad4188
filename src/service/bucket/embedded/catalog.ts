import { openDatabase } from '../../../store/embedded/database.ts';
import { groupCommit } from '../../../store/embedded/group-commit.ts';
import type { Service } from '../../../store/embedded/rpc.ts';
import { type BucketOperations, bucketOperations } from './catalog-buckets.ts';
import { type ExpiryOperations, expiryOperations } from './catalog-expiry.ts';
import { type ListingOperations, listingOperations } from './catalog-listings.ts';
import { type ObjectOperations, objectOperations } from './catalog-objects.ts';
import { CATALOG_DATABASE } from './catalog-schema.ts';
import { catalogTables } from './catalog-tables.ts';
import { type UploadOperations, uploadOperations } from './catalog-uploads.ts';

/** What the thread of `buckets.db` can be asked. Changes that arrive together share one write to disk. */
export type CatalogOperations = BucketOperations &
  ObjectOperations &
  ListingOperations &
  UploadOperations &
  ExpiryOperations;

/** Opens `buckets.db`. */
export function openCatalog(path: string): Service {
  const db = openDatabase(path, CATALOG_DATABASE);
  const tables = catalogTables(db);
  const uploads = uploadOperations(db, tables);
  const operations: CatalogOperations = {
    ...bucketOperations(db, tables),
    ...objectOperations(db, tables),
    ...listingOperations(db, tables),
    ...uploads,
    ...expiryOperations(db, tables, uploads),
  };
  return groupCommit(db, operations, new Set());
}
