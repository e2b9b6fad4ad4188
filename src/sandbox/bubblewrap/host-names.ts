import { execFile } from 'node:child_process';
import { BlockList, isIPv4 } from 'node:net';
import { CLOSED_RANGES } from '../../model/network.ts';
import { PRIVATE, SYSTEM_PATH } from './network-rules.ts';
import { ownAddresses } from './own-addresses.ts';

/** What was found is good for so long: sandboxes of one function ask for the same names. */
const FRESH_MS = 30_000;
/** A resolver that has said nothing for so long is not waited for. */
const DEADLINE_MS = 5_000;
/** Addresses of one name that are opened, the first ones: each is a rule that the kernel looks at. */
const MAX_ADDRESSES = 32;
/** Lookups under way at once. */
const MAX_LOOKUPS = 16;
/** Names that are remembered. */
const MAX_NAMES = 10_000;

/** The IPv4 addresses of a name, as this machine resolves it; rejects where there are none. */
type Resolve = (name: string) => Promise<readonly string[]>;

interface HostNamesOptions {
  /** Told once of a name that leads where it may not. */
  warn(message: string): void;
  readonly resolve?: Resolve;
  readonly own?: () => readonly string[];
  readonly now?: () => number;
}

interface Known {
  /** It has led to an address of the Internet: from then on it does not open private ones. */
  isPublic: boolean;
  isWarned: boolean;
  found: Promise<readonly string[]> | undefined;
  atMs: number;
}

/**
 * The names that functions of this node may reach, and where they lead: asked once for all sandboxes, each within a bound of
 * time, few at once.
 *
 * Whoever owns a name decides where it leads, and may move it while a function is allowed to reach it. So it never leads to
 * this machine; and a name that has led to the Internet never leads to a private network as long as this process lives:
 * a partner's address is not to become one of the company's own.
 */
export class HostNames {
  private readonly warn: HostNamesOptions['warn'];
  private readonly resolve: Resolve;
  private readonly own: () => readonly string[];
  private readonly now: () => number;
  private readonly names = new Map<string, Known>();
  private readonly turns: (() => void)[] = [];
  private underWay = 0;

  constructor(options: HostNamesOptions) {
    this.warn = options.warn;
    this.resolve = options.resolve ?? askSystem();
    this.own = options.own ?? ownAddresses;
    this.now = options.now ?? (() => performance.now());
  }

  /** Addresses of a name that may be opened. Rejects where it cannot be resolved, or leads to no such address. */
  lookUp(name: string): Promise<readonly string[]> {
    const known = this.known(name);
    if (known.found === undefined || this.now() - known.atMs >= FRESH_MS) {
      known.atMs = this.now();
      known.found = this.ask(name, known);
      known.found.catch(() => undefined);
    }
    return known.found;
  }

  private known(name: string): Known {
    let known = this.names.get(name);
    if (known === undefined) {
      known = { isPublic: false, isWarned: false, found: undefined, atMs: 0 };
      this.names.set(name, known);
      if (this.names.size > MAX_NAMES) this.names.delete(this.names.keys().next().value!);
    }
    return known;
  }

  private async ask(name: string, known: Known): Promise<readonly string[]> {
    while (this.underWay >= MAX_LOOKUPS) await new Promise<void>((resolve) => this.turns.push(resolve));
    this.underWay += 1;
    let all: readonly string[];
    try {
      all = await this.resolve(name);
    } finally {
      this.underWay -= 1;
      this.turns.shift()?.();
    }
    const own = new Set(this.own());
    const open = [...new Set(all)].filter((address) => isIPv4(address) && !closed.check(address) && !own.has(address));
    known.isPublic ||= open.some((address) => !isPrivate.check(address));
    const kept = known.isPublic ? open.filter((address) => !isPrivate.check(address)) : open;
    if (kept.length < new Set(all).size && !known.isWarned) {
      known.isWarned = true;
      const why = kept.length < open.length ? 'a private network, and it has led to the Internet' : 'this machine';
      this.warn(`the host "${name}" leads to ${why}: those addresses are not opened to functions that may reach it`);
    }
    if (kept.length === 0) throw new Error(`"${name}" leads to no address that may be opened`);
    return kept.slice(0, MAX_ADDRESSES);
  }
}

const closed = listOf(CLOSED_RANGES);
const isPrivate = listOf(PRIVATE);

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, bits] = range.split('/') as [string, string];
    list.addSubnet(network, Number(bits));
  }
  return list;
}

/**
 * Asks the system's resolver in a process of its own, which ends at its deadline: in this process a resolver that does not
 * answer would hold threads that files are read with. `before` are words that the program is started by.
 */
export function askSystem(before: readonly string[] = []): Resolve {
  return (name) =>
    new Promise((resolve, reject) => {
      const [program, ...words] = [...before, 'getent', 'ahostsv4', name];
      const options = { timeout: DEADLINE_MS, killSignal: 'SIGKILL', env: { PATH: SYSTEM_PATH } } as const;
      execFile(program!, words, options, (error, stdout) => {
        if (error !== null) reject(new Error(`"${name}" cannot be resolved`, { cause: error }));
        else resolve(stdout.split('\n').flatMap((line) => /^[\d.]+(?=\s)/.exec(line)?.[0] ?? []));
      });
    });
}
