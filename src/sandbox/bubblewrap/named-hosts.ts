import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { NetworkHost } from '../../model/network.ts';
import type { HostNames } from './host-names.ts';
import { type OpenRange, openRule } from './network-rules.ts';

/** Names are resolved again this often while the sandbox is in use. */
const FRESH_MS = 60_000;
/** An address that a name no longer has stays open for so long: connections to it may live. */
const KEPT_MS = 600_000;
/** A start waits at most this long for names; those that take longer are open as soon as they are known. */
const PATIENCE_MS = 2_000;

/** Addresses that names no longer have, of which no more stay open: a name may move each time it is asked for. */
const MAX_KEPT = 500;

interface NamedHostsOptions {
  readonly hosts: readonly NetworkHost[];
  readonly names: Pick<HostNames, 'lookUp'>;
  /** The file that the sandbox sees as `/etc/hosts`, with what it begins with. */
  readonly hostsFile: string;
  readonly hostsHead: string;
  /** Runs lines of `ip -batch` in the sandbox's network. */
  run(lines: readonly string[]): Promise<void>;
  readonly now?: () => number;
}

/**
 * The hosts that a sandbox may reach. It has no resolver, which would be a way out of its own: names are resolved outside,
 * and it finds their addresses in its `/etc/hosts`. Names move, so they are looked at again.
 */
export class NamedHosts {
  private readonly options: NamedHostsOptions;
  private readonly names: readonly string[];
  private readonly now: () => number;
  /** When each open address was last one of its name. */
  private readonly lastSeenMs = new Map<string, { range: OpenRange; atMs: number }>();
  private readonly addresses = new Map<string, readonly string[]>();
  private looking: Promise<void> | undefined;
  private lookedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: NamedHostsOptions) {
    this.options = options;
    this.names = [...new Set(options.hosts.flatMap(({ name }) => name ?? []))];
    this.now = options.now ?? (() => performance.now());
  }

  /** Opens what is given as addresses, and what names resolve to in a short time. */
  async open(): Promise<void> {
    const given = this.options.hosts.flatMap(({ range, ...ports }) =>
      range === undefined ? [] : [{ ...ports, range }],
    );
    // The kernel refuses a rule that it has already: one host may be named twice.
    if (given.length > 0) await this.options.run([...new Set(given.map((each) => openRule('add', each)))]);
    if (this.names.length === 0) return;
    let stopWaiting!: NodeJS.Timeout;
    const patience = new Promise<void>((resolve) => {
      stopWaiting = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.refresh(), patience]);
    clearTimeout(stopWaiting);
    this.resume();
  }

  /** The sandbox is in use again: names are kept fresh. */
  resume(): void {
    if (this.names.length === 0 || this.timer !== undefined) return;
    this.timer = setInterval(() => void this.refresh().catch(() => {}), FRESH_MS).unref();
    if (this.now() - this.lookedAtMs > FRESH_MS) void this.refresh().catch(() => {});
  }

  /** The sandbox rests, or has ended. */
  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Resolves all names once more; what cannot be resolved keeps the addresses that it had. */
  refresh(): Promise<void> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async look(): Promise<void> {
    this.lookedAtMs = this.now();
    await Promise.all(
      this.names.map(async (name) => {
        const found = await this.options.names.lookUp(name).catch(() => undefined);
        if (found !== undefined) this.addresses.set(name, found);
      }),
    );
    const lines: string[] = [];
    const nowMs = this.now();
    for (const { name, fromPort, toPort, protocol } of this.options.hosts) {
      for (const address of (name !== undefined && this.addresses.get(name)) || []) {
        const range = { range: `${address}/32`, fromPort, toPort, protocol };
        const line = openRule('add', range);
        if (!this.lastSeenMs.has(line)) lines.push(line);
        this.lastSeenMs.set(line, { range, atMs: nowMs });
      }
    }
    const left = [...this.lastSeenMs].filter(([, { atMs }]) => atMs < nowMs).sort(([, a], [, b]) => b.atMs - a.atMs);
    for (const [index, [line, { range, atMs }]] of left.entries()) {
      if (nowMs - atMs <= KEPT_MS && index < MAX_KEPT) continue;
      this.lastSeenMs.delete(line);
      lines.push(openRule('del', range));
    }
    if (lines.length > 0) await this.options.run(lines);
    this.write();
  }

  /** In place: the sandbox has this very file mounted. */
  private write(): void {
    const { hostsFile, hostsHead } = this.options;
    const lines = [...this.addresses].flatMap(([name, found]) => found.map((address) => `${address} ${name}\n`));
    const text = Buffer.from(hostsHead + lines.join(''));
    const file = openSync(hostsFile, 'r+');
    try {
      writeSync(file, text, 0, text.length, 0);
      ftruncateSync(file, text.length);
    } finally {
      closeSync(file);
    }
  }
}
