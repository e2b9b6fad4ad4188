import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { withoutCredentials } from '../../model/origin.ts';
import { Problem } from '../../model/problem.ts';
import type { RepositorySettings, Watch } from './repositories.ts';

const MIN_POLL_MS = 10_000;
const MAX_POLL_MS = 86_400_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name may not have
const BRANCH = /^[^\s~^:?*[\\\x00-\x20\x7f]{1,200}$/;
const NO_BRANCH = /^[-/.]|\/\/|\.\.|@\{|\/\.|\.lock(?:\/|$)|[/.]$/;
/** What programs read differently: another host would be asked than the one that was looked at. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an address may not have
const STRANGE = /[\s\\\x00-\x20\x7f]/;
const TAG_PATTERN = /^[A-Za-z0-9._/*?+-]{1,100}$/;

/** Throws `invalid_request` for settings that cannot be. */
export function checkSettings(settings: RepositorySettings): RepositorySettings {
  const { branch, function: name } = settings;
  if (branch !== '' && !isBranch(branch))
    throw new Problem('invalid_request', `"${branch.slice(0, 100)}" is no name of a branch`);
  if (!new RegExp(FUNCTION_NAME_PATTERN).test(name)) {
    throw new Problem('invalid_request', `"${name.slice(0, 100)}" is no name of a function`);
  }
  return settings;
}

/** What Git lets a branch be called. */
export function isBranch(name: string): boolean {
  return BRANCH.test(name) && !NO_BRANCH.test(name);
}

/** Throws `invalid_request` for what cannot be watched. */
export function checkWatch({ url, branch, tag, pollMs }: Watch): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    const protocol = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1] ?? (/^[^/]+@?[^/]*:/.test(url) ? 'ssh' : 'file');
    throw new Problem(
      'invalid_request',
      `a repository is watched over https or http, not ${protocol.slice(0, 20)}: give an address such as https://github.com/ann/shop.git`,
    );
  }
  if (STRANGE.test(url)) {
    throw new Problem('invalid_request', 'an address has no spaces and no backslashes in it');
  }
  if (url !== withoutCredentials(url)) {
    throw new Problem(
      'invalid_request',
      'an address has no credentials in it: give them apart, so that nobody sees them',
    );
  }
  if (branch !== undefined && tag !== undefined) {
    throw new Problem('invalid_request', 'watch either a branch or a pattern of tags, not both');
  }
  if (branch !== undefined && !isBranch(branch)) {
    throw new Problem('invalid_request', `"${branch.slice(0, 100)}" is no name of a branch`);
  }
  if (tag !== undefined && !TAG_PATTERN.test(tag)) {
    throw new Problem('invalid_request', `"${tag.slice(0, 100)}" is no pattern of tags: write one such as v*`);
  }
  if (!(pollMs >= MIN_POLL_MS && pollMs <= MAX_POLL_MS)) {
    throw new Problem('invalid_request', 'a repository is looked at every 10 seconds at most, and once a day at least');
  }
}
