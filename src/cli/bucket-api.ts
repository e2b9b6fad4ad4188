/** What the native API answers about buckets, as far as the command line reads it. */
export interface BucketView {
  readonly name: string;
  readonly createdAt: string;
  readonly objects: number;
  readonly bytes: number;
  readonly settings: {
    readonly versioning: string;
    readonly lifecycle: readonly { id: string; enabled: boolean; prefix: string; expireDays?: number }[];
    readonly tags: Readonly<Record<string, string>>;
  };
}

export interface ObjectView {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly lastModified: string;
  readonly contentType?: string;
}

export interface ObjectPage {
  readonly objects: ObjectView[];
  readonly commonPrefixes: string[];
  readonly next?: string;
}

export interface RemovedPage {
  readonly removed: { readonly key: string; readonly removedAt: string; readonly versionId: string }[];
  readonly next?: string;
}

export function bucketPath(bucket: string, rest = ''): string {
  return `/v1/buckets/${encodeURIComponent(bucket)}${rest}`;
}

/** Slashes are encoded too, so that `a/../b` stays the key that it is. */
export function objectPath(bucket: string, key: string): string {
  return bucketPath(bucket, `/objects/${encodeURIComponent(key)}`);
}
