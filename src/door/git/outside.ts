import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { messageOf, Problem } from '../../model/problem.ts';
import { createReach, portOf } from '../../service/errand/reach.ts';
import type { Git, GitOptions } from '../../service/repository/git.ts';
import type { Watch } from '../../service/repository/repositories.ts';
import { isBranch } from '../../service/repository/rules.ts';

const LOOK_TIMEOUT_MS = 60_000;
const FETCH_TIMEOUT_MS = 600_000;
/** What the names of branches begin with, and those of tags. */
export const HEADS = 'refs/heads/';
export const TAGS = 'refs/tags/';
const MAX_LISTING_BYTES = 8_388_608;
/** Git keeps what a host lists in its memory, whole, be it without an end. */
const LOOK_MEMORY_BYTES = 536_870_912;
/** And besides the largest objects that it does not read piece by piece. */
const FETCH_MEMORY_BYTES = 2_147_483_648;
const reach = createReach(() => undefined);

/** A ref of another repository: its whole name, and the commit that it leads to. */
export interface OutsideRef {
  readonly ref: string;
  readonly commit: string;
}

export interface Outside {
  readonly watch: Watch;
  /** `user:password`, or a token alone. */
  readonly credential: string | undefined;
  readonly folder: string;
  readonly maxFileBytes: number;
  readonly signal: AbortSignal;
}

/** The tags that are watched, with the commits that they lead to. */
export function listTags(git: Git, outside: Outside, tag: string): Promise<OutsideRef[]> {
  // A tag with a message is an object of its own; the commit behind it is listed with `^{}`.
  return listed(git, outside, TAGS, [`${TAGS}${tag}`, `${TAGS}${tag}^{}`]);
}

/** The branch of this name, or the one that the repository itself begins with; `undefined` where there is none. */
export async function findBranch(git: Git, outside: Outside, name?: string): Promise<OutsideRef | undefined> {
  const ref = name === undefined ? await defaultRef(git, outside) : `${HEADS}${name}`;
  if (ref === undefined) return undefined;
  return (await listed(git, outside, HEADS, [ref])).find((found) => found.ref === ref);
}

/** Where `HEAD` leads to: hosts of repositories call it the default branch. */
async function defaultRef(git: Git, outside: Outside): Promise<string | undefined> {
  const text = await listing(git, outside, ['--symref'], ['HEAD']);
  return /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(text)?.[1];
}

/** The names of all branches. */
export async function listBranches(git: Git, outside: Outside): Promise<string[]> {
  const refs = await listed(git, outside, HEADS, [`${HEADS}*`]);
  return refs.map(({ ref }) => ref.slice(HEADS.length));
}

/**
 * The refs below a folder that fit. Git finds what ends in a pattern, too, so that a branch could pass for a tag; and a host may list
 * names that are none: those are left out, for what is fetched by `*` is everything.
 */
async function listed(git: Git, outside: Outside, folder: string, patterns: readonly string[]): Promise<OutsideRef[]> {
  const text = await listing(git, outside, [], patterns);
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, commit, ref] = /^([0-9a-f]{40,64})\t(refs\/\S+?)$/.exec(line) ?? [];
    if (commit === undefined || ref === undefined) continue;
    const isPeeled = ref.endsWith('^{}');
    const name = isPeeled ? ref.slice(0, -'^{}'.length) : ref;
    if (!name.startsWith(folder) || !isBranch(name.slice(folder.length))) continue;
    if (isPeeled || !found.has(name)) found.set(name, commit);
  }
  return [...found].map(([ref, commit]) => ({ ref, commit }));
}

/** What Git lists of the refs that fit. */
async function listing(git: Git, outside: Outside, flags: readonly string[], patterns: readonly string[]) {
  const { href } = new URL(outside.watch.url);
  const addresses = await reachable(new URL(href));
  const options = {
    ...optionsOf(outside, addresses, LOOK_TIMEOUT_MS),
    maxOutputBytes: MAX_LISTING_BYTES,
    maxMemoryBytes: LOOK_MEMORY_BYTES,
  };
  const output = await git.run(['ls-remote', '--quiet', ...flags, href, ...patterns], options).catch(sayInWords);
  return output.toString('utf8');
}

/** Brings a ref here, without its history. */
export async function fetchRef(git: Git, outside: Outside, ref: string): Promise<void> {
  const { watch } = outside;
  const { href } = new URL(watch.url);
  const addresses = await reachable(new URL(href));
  const words = [
    'fetch',
    '--quiet',
    '--force',
    '--no-tags',
    '--depth=1',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
  ];
  const options = {
    ...optionsOf(outside, addresses, FETCH_TIMEOUT_MS),
    maxFileBytes: outside.maxFileBytes,
    maxMemoryBytes: FETCH_MEMORY_BYTES,
  };
  await git.run([...words, href, `+${ref}:${ref}`], options).catch((error: unknown) => {
    // The limit of a file ends whoever writes beyond it.
    if (!/died of signal 25|File size limit|File too large/.test(messageOf(error))) return sayInWords(error);
    const detail = `what it has there is larger than the ${outside.maxFileBytes} bytes that this node takes (maxPushBytes)`;
    throw new Problem('too_large', detail, { cause: error });
  });
}

/** What Git says where a credential is missing or wrong speaks of terminals, and where there is too much, of its memory. */
function sayInWords(error: unknown): never {
  if (/returned error: 30[1-8]/.test(messageOf(error))) {
    throw new Problem('unavailable', 'the address leads to another one: give that instead, with fob repo watch', {
      cause: error,
    });
  }
  if (/^git \S+ failed: (Out of memory|mmap failed)/.test(messageOf(error))) {
    throw new Problem('too_large', 'the host answers with more than this node takes: give another address', {
      cause: error,
    });
  }
  if (!/could not read Username|could not read Password|Authentication failed/.test(messageOf(error))) throw error;
  throw new Problem(
    'unavailable',
    'the repository demands a credential, or refuses the one that is kept: fob repo watch … --credential',
    { cause: error },
  );
}

/** How Git may reach it: by http and https alone, with a credential that no command line shows. */
function optionsOf(
  { watch, credential, folder, signal }: Outside,
  addresses: readonly string[],
  timeoutMs: number,
): GitOptions {
  const url = new URL(watch.url);
  const host = url.hostname;
  const header = credential === undefined ? undefined : basic(credential);
  return {
    folder,
    signal,
    timeoutMs,
    config: {
      'protocol.http.allow': 'always',
      'protocol.https.allow': 'always',
      // Neither by a redirect nor by another answer of DNS does Git get where it may not.
      'http.followRedirects': 'false',
      ...(addresses.length > 0 && { 'http.curloptResolve': `${host}:${portOf(url)}:${addresses.join(',')}` }),
      // Of packs that are here already no more counts as memory than is read at once.
      'core.packedGitWindowSize': '32m',
      'core.packedGitLimit': '256m',
      'http.lowSpeedLimit': '500',
      'http.lowSpeedTime': '60',
    },
    environment: {
      GIT_ALLOW_PROTOCOL: 'http:https',
      ...(header !== undefined && {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `http.${url.origin}/.extraHeader`,
        GIT_CONFIG_VALUE_0: `Authorization: ${header}`,
      }),
      ...proxies(),
    },
  };
}

/** A token alone is a password: those who host repositories take any name with it. */
function basic(credential: string): string {
  const pair = credential.includes(':') ? credential : `token:${credential}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]!]] : [])));
}

/** The addresses of a host; none where a proxy is to find them. Where machines of a cloud keep their credentials, no repository is. */
async function reachable(url: URL): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch((cause: unknown) => {
    if (Object.keys(proxies()).length > 0) return [];
    throw new Problem('unavailable', `${host} has no address`, { cause });
  });
  for (const { address, family } of addresses) {
    const place = new URL(`http://${family === 6 ? `[${address}]` : address}/`);
    if (reach.refusal(place) !== undefined)
      throw new Problem('forbidden', `${host} may not be reached: it is link-local`);
  }
  if (isIP(host) !== 0 || Object.keys(proxies()).some((name) => /proxy/i.test(name))) return [];
  return addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
}
