import { createHash } from 'node:crypto';
import type { AlertView, Notification } from '../../model/alert.ts';
import type { Channels } from './channels.ts';
import { dueFor, GRAVITY, type Incident } from './incident.ts';
import { type Change, notificationOf } from './render.ts';

/** A channel gets so many messages at once, and then so many a minute; what is more is told together. */
const BURST = 4;
const PER_MINUTE = 4;
/** More functions than these, and their changes are one message. */
const MAX_SINGLE = 3;

/** What is to be sent by a channel, and which incidents are told by it then. */
interface Outgoing {
  readonly channel: string;
  readonly notification: Notification;
  readonly told: readonly Incident[];
}

interface NotifierOptions {
  readonly channels: Pick<Channels, 'has' | 'least'>;
  readonly node: string;
  /** Channels that an incident goes to. */
  channelsOf(incident: Incident): readonly string[];
  repeatMsOf(incident: Incident): number;
  isSilenced(incident: Incident): boolean;
  /** With its diagnosis. */
  viewOf(incident: Incident): Promise<AlertView>;
}

/** Decides what is told, and groups it: alerts of a function are one message, a flood is one message for each channel. */
export class Notifier {
  private readonly options: NotifierOptions;
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(options: NotifierOptions) {
    this.options = options;
  }

  /** What is due now. `monotonicMs` paces the channels. */
  async due(incidents: Iterable<Incident>, nowMs: number, monotonicMs: number): Promise<Outgoing[]> {
    const byChannel = new Map<string, { incident: Incident; type: Change['type'] }[]>();
    for (const incident of incidents) {
      if (this.options.isSilenced(incident)) continue;
      for (const channel of this.channelsFor(incident)) {
        const type = dueFor(incident, channel, this.options.repeatMsOf(incident), nowMs);
        if (type === undefined) continue;
        const least = this.options.channels.least(channel);
        if (type !== 'resolved' && GRAVITY[incident.severity] < GRAVITY[least]) continue;
        const list = byChannel.get(channel);
        if (list === undefined) byChannel.set(channel, [{ incident, type }]);
        else list.push({ incident, type });
      }
    }
    const outgoing: Outgoing[] = [];
    for (const [channel, changes] of byChannel)
      outgoing.push(...(await this.group(channel, changes, nowMs, monotonicMs)));
    return outgoing;
  }

  /** Those that it goes to now, and those that were told that it fires. */
  private channelsFor(incident: Incident): Set<string> {
    const told = Object.entries(incident.told).flatMap(([channel, { phase }]) => (phase === 'firing' ? [channel] : []));
    return new Set(
      [...this.options.channelsOf(incident), ...told].filter((channel) => this.options.channels.has(channel)),
    );
  }

  private async group(
    channel: string,
    changes: readonly { incident: Incident; type: Change['type'] }[],
    nowMs: number,
    monotonicMs: number,
  ): Promise<Outgoing[]> {
    const bucket = this.bucketOf(channel, monotonicMs);
    if (bucket.tokens < 1) return [];
    const groups = new Map<string, { incident: Incident; type: Change['type'] }[]>();
    for (const change of changes) {
      const key = change.incident.function ?? `:${change.incident.id}`;
      groups.set(key, [...(groups.get(key) ?? []), change]);
    }
    const single = groups.size <= MAX_SINGLE && bucket.tokens >= groups.size;
    const messages = single ? [...groups.values()] : [changes];
    bucket.tokens -= messages.length;
    return Promise.all(
      messages.map(async (message) => {
        // The gravest are shown, so only those are looked into.
        const sorted = [...message].sort((a, b) => GRAVITY[b.incident.severity] - GRAVITY[a.incident.severity]);
        const shown = await Promise.all(
          sorted.map(
            async ({ incident, type }): Promise<Change> => ({ type, alert: await this.options.viewOf(incident) }),
          ),
        );
        const notification = notificationOf(shown, { id: idOf(channel, message), node: this.options.node, nowMs });
        return { channel, notification, told: message.map(({ incident }) => incident) };
      }),
    );
  }

  private bucketOf(channel: string, monotonicMs: number): { tokens: number; atMs: number } {
    const bucket = this.buckets.get(channel) ?? { tokens: BURST, atMs: monotonicMs };
    const refill = (Math.max(0, monotonicMs - bucket.atMs) / 60_000) * PER_MINUTE;
    bucket.tokens = Math.min(BURST, bucket.tokens + refill);
    bucket.atMs = monotonicMs;
    this.buckets.set(channel, bucket);
    return bucket;
  }
}

/** The same for the same news, so that what was sent before a crash is not sent again. */
function idOf(channel: string, message: readonly { incident: Incident; type: Change['type'] }[]): string {
  const hash = createHash('sha256').update(channel);
  for (const { incident, type } of [...message].sort((a, b) => (a.incident.id < b.incident.id ? -1 : 1)))
    hash.update(`\n${incident.firingId} ${type} ${incident.severity} ${incident.told[channel]?.atMs ?? ''}`);
  return `msg_${hash.digest('hex').slice(0, 32)}`;
}
