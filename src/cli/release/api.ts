import type { AliasShare } from '../../model/alias.ts';
import type { FunctionConfig, FunctionVersion, ServingMove } from '../../model/function.ts';
import type { VersionOrigin } from '../../model/origin.ts';
import type { ReleaseEntry, ReleaseReport, ReleaseRules, ReleaseState, VersionNumbers } from '../../model/release.ts';
import { type FunctionView, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';

/** What the native API answers about versions, aliases and releases, as far as the command line reads it. */
export interface VersionView {
  readonly version: number;
  readonly createdAt: string;
  readonly origin?: VersionOrigin;
  readonly how?: FunctionVersion['how'];
  readonly serves: boolean;
  readonly publication?: { readonly at: string; readonly by: string; readonly description: string };
  readonly aliases: readonly { readonly alias: string; readonly weight: number }[];
  readonly code: FunctionView['code'];
  readonly config?: FunctionConfig;
}

export interface VersionsView {
  readonly versions: readonly VersionView[];
  readonly moves: readonly ServingMove[];
  readonly cursor?: string;
}

export interface AliasView {
  readonly function: string;
  readonly name: string;
  readonly description: string;
  readonly versions: readonly AliasShare[];
  readonly stickyBy?: string;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly moves: readonly { versions: readonly AliasShare[]; at: string; by: string; how: string }[];
  readonly release?: ReleaseView;
}

export interface ReleaseView {
  readonly function: string;
  readonly alias: string;
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly state: ReleaseState;
  readonly percent: number;
  readonly steps: readonly number[];
  readonly step: number;
  readonly everyMs: number;
  readonly rules: ReleaseRules;
  readonly startedAt: string;
  readonly startedBy: string;
  readonly endedAt?: string;
  readonly entries: readonly ReleaseEntry[];
  readonly numbers?: { readonly old: VersionNumbers; readonly new: VersionNumbers };
  readonly report?: ReleaseReport;
}

export interface DiffView {
  readonly from: number;
  readonly to: number;
  readonly config: readonly { setting: string; change: string; from?: unknown; to?: unknown }[];
  readonly files: readonly {
    path: string;
    change: 'added' | 'removed' | 'changed';
    bytesBefore?: number;
    bytesAfter?: number;
    diff?: string;
  }[];
  readonly cut: boolean;
}

/** The path of an alias in the API. */
export function aliasPath(name: string, alias: string, rest = ''): string {
  return functionPath(name, `/aliases/${encodeURIComponent(alias)}${rest}`);
}

/** The number that people write for a version; `latest` means what serves. */
export async function versionOf(client: NodeClient, name: string, text: string): Promise<number> {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  if (/^\$?latest$/i.test(text)) return (await client.json<FunctionView>('GET', functionPath(name))).version;
  throw new Failure(EXIT.usage, `"${text}" is no version: give its number, or latest for what serves`);
}
