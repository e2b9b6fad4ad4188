import { randomBytes } from 'node:crypto';
import type { AlertChannel, ChannelKind, Severity } from '../../model/alert.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Store } from '../../store/store.ts';
import type { ChannelView } from './alerts.ts';

const PREFIX = 'alert-channel/';
/** Beside the channels, so that a delivery that fails is no change of the channel. */
const STATE_PREFIX = 'alert-channel-state/';
const MAX_CHANNELS = 200;
const MAX_ERROR = 500;
const SECRET_BYTES = 24;

interface StoredChannel {
  readonly kind: ChannelKind;
  readonly target: string;
  readonly least: Severity;
  readonly createdAtMs: number;
  /** The channel, sealed: its address may be a secret by itself. */
  readonly sealed: string;
}

/** How a channel stands; kept over a restart, so that one that does not work is seen. */
interface ChannelState {
  readonly lastError: { readonly message: string; readonly atMs: number };
}

/** The channels of a node, their secrets sealed. */
export class Channels {
  private readonly vault: Store['vault'];
  private readonly documents: Documents<StoredChannel>;
  private readonly states: Documents<ChannelState>;
  private readonly delivered = new Map<string, number>();
  readonly waiting = new Map<string, number>();

  private constructor(vault: Store['vault'], documents: Documents<StoredChannel>, states: Documents<ChannelState>) {
    this.vault = vault;
    this.documents = documents;
    this.states = states;
  }

  static async open({ registry, vault }: Pick<Store, 'registry' | 'vault'>): Promise<Channels> {
    return new Channels(
      vault,
      await Documents.open<StoredChannel>(registry, PREFIX),
      await Documents.open<ChannelState>(registry, STATE_PREFIX),
    );
  }

  /** Throws `conflict` where it does not stand at `expectedRevision`. */
  expect(name: string, expectedRevision: number | undefined): void {
    this.documents.expect(name, expectedRevision);
  }

  has(name: string): boolean {
    return this.documents.find(name) !== undefined;
  }

  least(name: string): Severity {
    return this.documents.find(name)?.least ?? 'info';
  }

  /** With its secrets. Throws `internal` where they cannot be opened. */
  open(name: string): AlertChannel | undefined {
    const stored = this.documents.find(name);
    return stored === undefined ? undefined : (JSON.parse(this.vault.open(stored.sealed)) as AlertChannel);
  }

  list(): ChannelView[] {
    return this.documents.list().map(([name, stored]) => this.viewOf(name, stored));
  }

  find(name: string): ChannelView | undefined {
    const stored = this.documents.find(name);
    return stored && this.viewOf(name, stored);
  }

  async put(
    name: string,
    channel: AlertChannel,
    nowMs: number,
    expectedRevision?: number,
  ): Promise<{ channel: ChannelView; secret?: string }> {
    if (!this.has(name) && this.documents.count >= MAX_CHANNELS)
      throw new Problem(
        'invalid_request',
        `there are ${MAX_CHANNELS} channels already, which is the most; remove one first`,
      );
    const makesSecret = channel.kind === 'webhook' && channel.secret === undefined;
    const secret = makesSecret ? `whsec_${randomBytes(SECRET_BYTES).toString('base64')}` : undefined;
    const whole = secret === undefined ? channel : { ...channel, secret };
    const written = (current: StoredChannel | undefined): StoredChannel => ({
      kind: channel.kind,
      target: targetOf(channel),
      least: channel.least ?? 'info',
      createdAtMs: current?.createdAtMs ?? nowMs,
      sealed: this.vault.seal(JSON.stringify(whole)),
    });
    const stored = await this.documents.update(name, written, expectedRevision);
    return { channel: this.viewOf(name, stored), ...(secret !== undefined && { secret }) };
  }

  async remove(name: string, expectedRevision?: number): Promise<boolean> {
    const removed = await this.documents.remove(name, expectedRevision);
    await this.states.remove(name);
    this.delivered.delete(name);
    return removed;
  }

  /** How an attempt ended; written only where that changes what is known. */
  async attempted(name: string, error: string | undefined, nowMs: number): Promise<void> {
    if (error === undefined) this.delivered.set(name, nowMs);
    if (!this.has(name)) return;
    const message = error?.slice(0, MAX_ERROR);
    if (this.states.find(name)?.lastError.message === message) return;
    if (message === undefined) await this.states.remove(name);
    else await this.states.update(name, () => ({ lastError: { message, atMs: nowMs } }));
  }

  close(): void {
    this.documents.close();
    this.states.close();
  }

  private viewOf(name: string, { kind, target, least, createdAtMs }: StoredChannel): ChannelView {
    const deliveredAtMs = this.delivered.get(name);
    return {
      name,
      revision: this.documents.revisionOf(name),
      ...{ kind, target, least, createdAtMs },
      ...this.states.find(name),
      waiting: this.waiting.get(name) ?? 0,
      ...(deliveredAtMs !== undefined && { deliveredAtMs }),
    };
  }
}

/** Where a channel leads to, without what is secret: of an address the path is. */
export function targetOf(channel: AlertChannel): string {
  switch (channel.kind) {
    case 'webhook':
    case 'slack': {
      const url = addressOf(channel.url);
      return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : '/…'}`;
    }
    case 'email':
      return `${channel.to.join(', ')} by ${addressOf(channel.smtp).host}`;
    case 'function':
      return channel.function;
  }
}

function addressOf(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new Problem(
    'invalid_request',
    'the address of the channel cannot be read; write it like https://example.org/hook or smtp://mail.example.org:587',
  );
}
