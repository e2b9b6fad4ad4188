/** A queue as the native API shows it. */
export interface QueueView {
  readonly name: string;
  readonly createdAt: string;
  readonly settings: {
    readonly fifo: boolean;
    readonly visibilityMs: number;
    readonly delayMs: number;
    readonly retentionMs: number;
    readonly contentDeduplication: boolean;
    readonly deadLetter?: { readonly queue: string; readonly maxReceives: number };
  };
  readonly counts: Readonly<Record<'sent' | 'received' | 'deleted' | 'deadLettered' | 'expired', number>>;
  readonly stats: {
    readonly ready: number;
    readonly delayed: number;
    readonly leased: number;
    readonly oldestAgeMs: number;
  };
}

/** A message, received or looked at, as the native API shows it. */
export interface MessageView {
  readonly messageId: string;
  readonly receipt?: string;
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly state?: string;
  readonly attempt?: number;
  readonly attempts?: number;
  readonly sentAtMs: number;
}

export function queuePath(name: string, rest = ''): string {
  return `/v1/queues/${encodeURIComponent(name)}${rest}`;
}
