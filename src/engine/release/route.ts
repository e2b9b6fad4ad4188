import type { FunctionDocument } from '../../model/function.ts';
import type { ChosenVersion, InvocationRequest } from '../../model/invocation.ts';
import { compileValuePath } from '../../model/mapping.ts';
import type { Pool } from '../pool.ts';

/** A version that can be called now, with its sandboxes once it was called. */
export class Servable {
  readonly document: FunctionDocument;
  pool: Pool | undefined;

  constructor(document: FunctionDocument) {
    this.document = document;
  }
}

/** A servable version by the name that it was called by. Made once for each name, so that calls allocate nothing. */
export class Choice implements ChosenVersion {
  readonly document: FunctionDocument;
  readonly alias: string | undefined;
  readonly servable: Servable;

  constructor(servable: Servable, alias: string | undefined) {
    this.document = servable.document;
    this.alias = alias;
    this.servable = servable;
  }
}

/** What of a request may decide for a version. */
export type Sticky = Pick<InvocationRequest, 'stickyKey' | 'keys' | 'payload' | 'payloadKind'>;

/** Any door: a caller that gives this header stays with one version. */
const STICKY_HEADER = 'fob-sticky-key';
const MAX_KEY = 1_024;

/** What a name leads to: one version, or one of two. */
export class Route {
  readonly first: Choice;
  readonly second: Choice | undefined;
  /** Of the second one, which has the higher number: 0 to 1. */
  private readonly share: number;
  private readonly seed: number;
  private readonly keyOf: ((request: Sticky) => string | undefined) | undefined;
  private readonly random: () => number;

  constructor(
    first: Choice,
    split?: { second: Choice; share: number; alias: string; stickyBy: string | undefined; random: () => number },
  ) {
    this.first = first;
    this.second = split?.second;
    this.share = split?.share ?? 0;
    this.seed = hashText(FNV_OFFSET, split?.alias ?? '');
    this.keyOf = split?.stickyBy === undefined ? undefined : keyReader(split.stickyBy);
    this.random = split?.random ?? Math.random;
  }

  /** The version for this request: by its key where it has one, else by chance. To be asked only where there are two. */
  choose(request: Sticky): Choice {
    const key = request.stickyKey ?? request.keys?.get('header', STICKY_HEADER) ?? this.keyOf?.(request);
    const place = key === undefined ? this.random() : placeOf(this.seed, key);
    return place < this.share ? this.second! : this.first;
  }
}

/**
 * Where a key stands between 0 and 1, the same each time. The version with the higher number gets the keys below its share:
 * as the share grows, keys move to it and none moves away.
 */
function placeOf(seed: number, key: string): number {
  return mixed(hashText(seed, key)) / 0x1_0000_0000;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 code units. */
function hashText(seed: number, text: string): number {
  let hash = seed;
  const length = Math.min(text.length, MAX_KEY);
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}

/** The last step of MurmurHash3: similar keys are spread evenly. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Reads the key from where an alias says it is; see `STICKY_PATTERN`. */
function keyReader(stickyBy: string): (request: Sticky) => string | undefined {
  const colon = stickyBy.indexOf(':');
  const where = stickyBy.slice(0, colon);
  const name = stickyBy.slice(colon + 1);
  if (where === 'header' || where === 'query' || where === 'cookie') return ({ keys }) => keys?.get(where, name);
  const read = compileValuePath(name);
  return ({ payload, payloadKind }) => {
    if (payloadKind === 'binary') return undefined;
    try {
      const value = read(JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()));
      if (value === undefined || value === null) return undefined;
      return typeof value === 'string' ? value : JSON.stringify(value);
    } catch {
      return undefined;
    }
  };
}
