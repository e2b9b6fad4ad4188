import { isDeepStrictEqual } from 'node:util';
import type { FunctionConfig, FunctionVersion } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Blobs } from '../../store/blobs.ts';
import { readSourceFiles, type SourceFile } from '../archive/source-files.ts';
import { unifiedDiff } from './text-diff.ts';

/** Most files, and most characters of their differences, that an answer has. */
const MAX_CHANGED_FILES = 300;
const MAX_DIFF_CHARACTERS = 524_288;

/** What two versions of a function differ in. */
export interface VersionDiff {
  readonly from: number;
  readonly to: number;
  readonly config: readonly SettingChange[];
  readonly files: readonly FileChange[];
  /** Files that differ, or were not looked at, beyond what is shown. */
  readonly cut: boolean;
}

interface SettingChange {
  /** A setting, or a member of one: `memoryMb`, `environment.STAGE`. */
  readonly setting: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Not there for values of environment variables, which nobody but the function is to see. */
  readonly from?: unknown;
  readonly to?: unknown;
}

interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly bytesBefore?: number;
  readonly bytesAfter?: number;
  /** Unified, without file names. Absent for what is no text, and beyond the bound of the answer. */
  readonly diff?: string;
}

/** Compares configurations and uploads of two versions. */
export async function diffVersions(blobs: Blobs, from: FunctionVersion, to: FunctionVersion): Promise<VersionDiff> {
  const config = diffConfigs(from.config, to.config);
  const head = { from: from.version, to: to.version, config };
  if (from.code.sourceDigest === to.code.sourceDigest && from.code.fileName === to.code.fileName)
    return { ...head, files: [], cut: false };
  const [before, after] = await Promise.all([readCode(blobs, from), readCode(blobs, to)]);
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])]
    .filter((path) => before.files.get(path)?.sha256 !== after.files.get(path)?.sha256)
    .sort();
  let left = MAX_DIFF_CHARACTERS;
  const files = paths.slice(0, MAX_CHANGED_FILES).map((path) => {
    const change = fileChange(path, before.files.get(path), after.files.get(path), left > 0);
    left -= change.diff?.length ?? 0;
    return change;
  });
  return { ...head, files, cut: before.cut || after.cut || paths.length > files.length || left < 0 };
}

async function readCode(blobs: Blobs, { code, version }: FunctionVersion) {
  try {
    return await readSourceFiles(blobs, code);
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'not_found')
      throw new Problem('not_found', `the code of version ${version} is not kept any more`, { cause });
    throw cause;
  }
}

function fileChange(
  path: string,
  before: SourceFile | undefined,
  after: SourceFile | undefined,
  withText: boolean,
): FileChange {
  const isText =
    (before === undefined || before.text !== undefined) && (after === undefined || after.text !== undefined);
  return {
    path,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    ...(before !== undefined && { bytesBefore: before.bytes }),
    ...(after !== undefined && { bytesAfter: after.bytes }),
    ...(isText &&
      withText && { diff: unifiedDiff(before?.text ?? '', after?.text ?? '').slice(0, MAX_DIFF_CHARACTERS) }),
  };
}

/** Settings that differ; of those that hold names and values, each name by itself. */
function diffConfigs(from: FunctionConfig, to: FunctionConfig): SettingChange[] {
  const before = flattened(from);
  const after = flattened(to);
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((setting): SettingChange[] => {
    const [old, fresh] = [before.get(setting), after.get(setting)];
    if (isDeepStrictEqual(old, fresh)) return [];
    const change = old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed';
    if (setting.startsWith('environment.')) return [{ setting, change }];
    return [{ setting, change, ...(old !== undefined && { from: old }), ...(fresh !== undefined && { to: fresh }) }];
  });
}

function flattened(config: FunctionConfig): Map<string, unknown> {
  return new Map(
    Object.entries(config).flatMap(([setting, value]): [string, unknown][] =>
      typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(value).map(([name, member]) => [`${setting}.${name}`, member])
        : [[setting, value]],
    ),
  );
}
