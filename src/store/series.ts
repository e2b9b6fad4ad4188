import type { SeriesKind } from '../model/measure/point.ts';

/**
 * What was measured, by the minute for some days and by the hour for some months.
 *
 * A point is what `encodePoint` makes. `write` adds: of one series and minute there may be several, and they count together.
 * What it resolved for survives the death of the node; of a power failure the last minutes may be lost. Reads see every
 * write that was called before them. Hours are added up from minutes, once each is over, by `retain`; a read by whole hours
 * sees those that are not added up yet from their minutes. After `close`, calls reject with `unavailable`.
 */
export interface SeriesStore {
  write(minutes: readonly SeriesMinute[]): Promise<void>;
  /** Rejects with `invalid_request` where more than `maxRows` would have to be read. */
  read(query: SeriesQuery): Promise<SeriesAnswer>;
  /** Everything by the minute from a time on, in no order. */
  since(fromMs: number): Promise<SeriesMinute[]>;
  /** Metrics of functions' own of which there is something: at most `limit` of the newest. */
  own(limit: number): Promise<SeriesName[]>;
  /** Adds up the hours that are over, and removes what is older than the limits, then the oldest minutes and hours beyond the size. Resolves with how many rows went. */
  retain(limits: SeriesLimits): Promise<number>;
  stats(): Promise<{ series: number; minutes: number; hours: number; bytes: number }>;
}

/** What identifies a series: its kind, metric and labels. */
export interface SeriesName {
  readonly kind: SeriesKind;
  /** Empty for `calls`. */
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: string;
}

export interface SeriesMinute {
  readonly series: SeriesName;
  /** A whole minute since 1970. */
  readonly minuteMs: number;
  readonly point: Uint8Array;
}

export interface SeriesQuery {
  readonly kind: SeriesKind;
  readonly metric: string;
  /** Only series with these labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** One group for each value of these labels. */
  readonly by: readonly string[];
  /** Of the sets of labels that a function's series have, just the smallest with the labels in question; see `selectSeries`. */
  readonly oneSet: boolean;
  /** Whole steps: from the first one that is wanted, up to before `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** A multiple of a minute; whole hours are read from hours. */
  readonly stepMs: number;
  /** Groups with the most of it come first; others are counted. */
  readonly maxGroups: number;
  readonly maxRows: number;
}

export interface SeriesAnswer {
  readonly groups: readonly SeriesGroup[];
  readonly leftOut: number;
}

interface SeriesGroup {
  readonly labels: Readonly<Record<string, string>>;
  /** In order of time; steps in which nothing was measured are absent. */
  readonly points: readonly { readonly timeMs: number; readonly point: Uint8Array }[];
}

export interface SeriesLimits {
  readonly nowMs: number;
  readonly minuteMaxAgeMs: number;
  readonly hourMaxAgeMs: number;
  readonly maxBytes: number;
}
