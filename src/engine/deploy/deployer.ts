import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import {
  type CodeInfo,
  type FunctionConfig,
  type FunctionDocument,
  type FunctionVersion,
  newestVersion,
  type StoredFunction,
} from '../../model/function.ts';
import { isId } from '../../model/id.ts';
import { noFunction } from '../../model/no-function.ts';
import type { VersionOrigin } from '../../model/origin.ts';
import { asProblem, Problem } from '../../model/problem.ts';
import type { Settings } from '../../model/settings.ts';
import { meansLatest, parseTarget, versionNumber } from '../../model/target.ts';
import type { Runtimes } from '../../runtime/runtime.ts';
import type { Sandboxes } from '../../sandbox/sandbox.ts';
import type { Blobs } from '../../store/blobs.ts';
import type { Registry } from '../../store/registry.ts';
import type { ConfigureOptions, Deployer, DeployRequest, FileChanges } from '../api.ts';
import { readSourceFiles } from '../archive/source-files.ts';
import type { Candidate } from '../dispatcher.ts';
import { noAlias, readAlias } from '../documents/alias-documents.ts';
import { checkExpected, commitVersion, type LastWord } from '../documents/commit.ts';
import { FUNCTION_PREFIX, readFunction } from '../documents/function-documents.ts';
import { removeFunction } from '../documents/removal.ts';
import { rememberRemoved } from '../documents/removed-functions.ts';
import { noVersion, readVersion } from '../documents/version-documents.ts';
import type { Admit } from '../hooks.ts';
import { type BuildPlace, build } from './build.ts';
import { CodeCache } from './code-cache.ts';
import { checkGiven, checkName, mergeConfig } from './config.ts';
import { DependencyCache } from './dependency-cache.ts';
import { editSource } from './edit-source.ts';
import { type Collected, collectGarbage } from './garbage.ts';
import { createGate, type Gate } from './gate.ts';
import { makeTree } from './make-tree.ts';
import { packTree } from './pack.ts';
import { Pins } from './pins.ts';
import { receive } from './receive.ts';
import { Scratch } from './scratch.ts';
import { withoutTopFolder } from './top-folder.ts';
import { sealTree, viewFolder } from './tree.ts';
import type { TreeLimits } from './unpack.ts';

const MAX_TREE_ENTRIES = 50_000;
const INLINE_AT_ONCE = 8;
const ARCHIVES_AT_ONCE = 2;
const MAX_WAITING = 256;

export interface DeployerOptions {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly runtimes: Runtimes;
  readonly sandboxes: Sandboxes;
  readonly settings: Pick<Settings, 'maxCodeBytes' | 'maxTreeBytes' | 'buildTimeoutMs'>;
  readonly clock: Clock;
  /** Loads code in a sandbox of its own; rejects with `load_failed`. */
  readonly tryLoad: (candidate: Candidate) => Promise<void>;
  /** Absent: every version may be made. */
  readonly admit?: Admit;
  /** Folder of this process alone for unpacked code; everything in it can be made again. */
  readonly codeCacheFolder: string;
}

/** What the rest of the node needs of deployment beside the `Deployer` port. */
export interface Deployment extends Deployer {
  /** Host folder with the built code of a tree, made again from its blob where it is missing. */
  codeFolder(treeDigest: string): Promise<string>;
  /** After a tree's folder could not be used: the next `codeFolder` looks at the disk again. */
  forgetCode(treeDigest: string): void;
  /** Removes what crashed or replaced deployments left behind. `inUse` are the tree digests that sandboxes run now. */
  collectGarbage(inUse?: ReadonlySet<string>): Promise<Collected>;
}

/** Opens the code cache and returns what turns uploads into versions. */
export async function createDeployer(options: DeployerOptions): Promise<Deployment> {
  const { settings, clock, codeCacheFolder } = options;
  const limits: TreeLimits = { maxBytes: settings.maxTreeBytes, maxEntries: MAX_TREE_ENTRIES };
  const scratch = new Scratch(codeCacheFolder);
  const codeCache = await CodeCache.open(codeCacheFolder, options.blobs, scratch);
  const cache = new DependencyCache(codeCacheFolder, scratch, limits, clock);
  const buildPlace = { sandboxes: options.sandboxes, cache, clock, timeoutMs: settings.buildTimeoutMs, limits };
  return new Pipeline(options, limits, scratch, codeCache, buildPlace);
}

/** receive → unpack → recognise → build → seal → pack → try → commit. */
class Pipeline implements Deployment {
  private readonly options: DeployerOptions;
  private readonly limits: TreeLimits;
  private readonly scratch: Scratch;
  private readonly codeCache: CodeCache;
  private readonly buildPlace: BuildPlace;
  private readonly pins = new Pins();
  private readonly startedAtMs: number;
  /** What is admitted counts what others hold, so that between that and the commit no other commits. */
  private readonly commitGate: Gate = createGate(1, Number.POSITIVE_INFINITY);
  private readonly inlineGate: Gate = createGate(INLINE_AT_ONCE, MAX_WAITING);
  private readonly archiveGate: Gate = createGate(ARCHIVES_AT_ONCE, MAX_WAITING);

  constructor(
    options: DeployerOptions,
    limits: TreeLimits,
    scratch: Scratch,
    codeCache: CodeCache,
    buildPlace: BuildPlace,
  ) {
    this.options = options;
    this.limits = limits;
    this.scratch = scratch;
    this.codeCache = codeCache;
    this.buildPlace = buildPlace;
    this.startedAtMs = options.clock.now();
  }

  deploy(request: DeployRequest): Promise<StoredFunction> {
    return guarded(request.signal, async () => {
      const name = request.name ?? randomUUID();
      checkName(name);
      await this.checkNotAnId(request.name);
      const given = checkGiven(request.config);
      const bytes = await receive(request.code.content, this.options.settings.maxCodeBytes, request.signal);
      const gate = request.code.form === 'inline' ? this.inlineGate : this.archiveGate;
      return gate(
        () => this.scratch.with((temporary) => this.deployBytes({ ...request, name }, given, bytes, temporary)),
        request.signal,
      );
    });
  }

  configure(name: string, config: Partial<FunctionConfig>, options: ConfigureOptions = {}): Promise<StoredFunction> {
    return guarded(undefined, async () => {
      const given = checkGiven(config);
      if (given.runtime !== undefined) Object.assign(given, { runtime: this.options.runtimes.get(given.runtime).name });
      const found = await this.find(name);
      if (found === undefined) throw noFunction(name);
      const admit: LastWord['admit'] = async (changed, before) => {
        await this.options.admit?.({
          name: changed.name,
          config: changed.config,
          origin: changed.origin,
          teams: options.teams,
          before,
          codeBytes: changed.code.treeBytes,
          newCode: false,
        });
      };
      return commitVersion(
        this.options.registry,
        this.options.clock,
        found.document.name,
        async (current) => {
          if (current === undefined) throw noFunction(name);
          const merged = mergeConfig(current.config, { ...current.config, ...given });
          const origin = sameCode(options.origin, current.origin);
          const changed = { ...current, config: merged, ...(origin !== undefined && { origin }) };
          await admit(changed, current);
          if (merged.runtime !== current.config.runtime || merged.handler !== current.config.handler) {
            await this.options.tryLoad({
              name: current.name,
              version: newestVersion(current) + 1,
              config: merged,
              codeFolder: await this.codeFolder(current.code.treeDigest),
              fileCount: current.code.fileCount,
            });
          }
          return { config: merged, code: current.code, ...(origin !== undefined && { origin }), how: 'configure' };
        },
        options.expectedRevision,
        { admit, inTurn: this.commitGate },
      );
    });
  }

  remove(nameOrId: string, expectedRevision?: number): Promise<boolean> {
    return guarded(undefined, async () => {
      const current = await this.find(nameOrId);
      if (current === undefined) return false;
      const { name } = current.document;
      checkExpected(name, current, expectedRevision);
      const { registry, clock } = this.options;
      await rememberRemoved(registry, current.document, clock.now());
      return removeFunction(registry, current.document, expectedRevision);
    });
  }

  source(target: string): Promise<{ content: Buffer; form: CodeInfo['form']; fileName?: string }> {
    return guarded(undefined, async () => {
      const { form, fileName, sourceDigest } = (await this.versionOf(target)).code;
      const content = await this.options.blobs.get(sourceDigest);
      return { content, form, ...(fileName !== undefined && { fileName }) };
    });
  }

  files(target: string): ReturnType<Deployer['files']> {
    return guarded(undefined, async () => {
      const { version, code } = await this.versionOf(target);
      const { files, cut } = await readSourceFiles(this.options.blobs, code);
      return { files: withoutTopFolder(files), cut, version, form: code.form };
    });
  }

  edit(target: string, changes: FileChanges): Promise<DeployRequest['code']> {
    return guarded(undefined, async () => {
      const source = await this.source(target);
      return this.archiveGate(() =>
        this.scratch.with((temporary) => editSource(source, changes, temporary, this.limits)),
      );
    });
  }

  codeFolder(treeDigest: string): Promise<string> {
    return this.codeCache.folder(treeDigest);
  }

  forgetCode(treeDigest: string): void {
    this.codeCache.forget(treeDigest);
  }

  collectGarbage(inUse: ReadonlySet<string> = new Set()): Promise<Collected> {
    const { registry, blobs, clock } = this.options;
    const { codeCache, scratch, pins, startedAtMs } = this;
    return collectGarbage({ registry, blobs, codeCache, scratch, pins, clock, startedAtMs }, inUse);
  }

  private async deployBytes(
    request: DeployRequest & { readonly name: string },
    given: Partial<FunctionConfig>,
    bytes: Buffer,
    temporary: string,
  ): Promise<StoredFunction> {
    const { name, expectedRevision, signal } = request;
    const { registry, runtimes, clock } = this.options;
    const onProgress = request.onProgress ?? (() => {});
    const before = await readFunction(registry, name);
    checkExpected(name, before, expectedRevision);

    const { form, fileName } = request.code;
    const known = { given, before: before?.document.config, fallbackRuntime: request.fallbackRuntime };
    const made = await makeTree({ form, fileName, bytes, known }, temporary, {
      runtimes,
      limits: this.limits,
      onProgress,
      signal,
    });
    const { runtime, handler, folder } = made;
    const chosen = { ...given, runtime: runtime.name, handler };
    await this.admit({ ...request, onProgress }, before?.document, mergeConfig(before?.document.config, chosen));
    const steps = await runtime.plan(await viewFolder(folder), handler);
    await build(this.buildPlace, { runtime, steps, folder, onProgress, signal });
    const tree = await sealTree(folder, this.limits);
    const archiveFile = join(temporary, 'tree.tar.gz');
    const treeDigest = await packTree(folder, tree, archiveFile, signal);

    const config = mergeConfig(before?.document.config, chosen);
    const { fileCount, treeBytes } = tree;
    onProgress({ kind: 'step', title: 'loading it once' });
    const version = before === undefined ? 1 : newestVersion(before.document) + 1;
    await this.options.tryLoad({ name, version, config, codeFolder: folder, fileCount });
    signal?.throwIfAborted();

    const sourceDigest = createHash('sha256').update(bytes).digest('hex');
    const code: CodeInfo = {
      form,
      sourceDigest,
      sourceBytes: bytes.length,
      ...(made.fileName !== undefined && { fileName: made.fileName }),
      treeDigest,
      fileCount,
      treeBytes,
    };
    return this.pins.during([sourceDigest, treeDigest], async () => {
      const { blobs } = this.options;
      await this.codeCache.place(treeDigest, folder);
      await Promise.all([blobs.put(bytes), blobs.put(createReadStream(archiveFile))]);
      const next = async (current: FunctionDocument | undefined) => {
        // One that is named by its id would come back under the same id, and give its numbers a second time.
        if (current === undefined && before !== undefined && isId(name)) throw noFunction(name);
        return { config: mergeConfig(current?.config, chosen), code, ...originOf(request), how: 'deploy' as const };
      };
      // Without telling again what is told already.
      const { onProgress: _, ...quietly } = request;
      return commitVersion(registry, clock, name, next, expectedRevision, {
        admit: ({ config }, current) => this.admit(quietly, current, config, treeBytes),
        inTurn: this.commitGate,
      });
    });
  }

  private async admit(
    request: Pick<DeployRequest, 'origin' | 'teams' | 'onProgress'> & { readonly name: string },
    before: FunctionDocument | undefined,
    config: FunctionConfig,
    codeBytes?: number,
  ): Promise<void> {
    const { name, origin, teams, onProgress } = request;
    const size = codeBytes === undefined ? {} : { codeBytes };
    const admitted = await this.options.admit?.({
      name,
      config,
      origin,
      teams,
      before,
      newCode: true,
      ...size,
    });
    if (admitted === undefined || onProgress === undefined) return;
    const { policies, warnings } = admitted;
    if (policies.length > 0) onProgress({ kind: 'step', title: `checking policies: ${policies.join(', ')}` });
    for (const text of warnings) onProgress({ kind: 'warning', text });
  }

  /** A name in the form of an id is refused, unless it is a function's that has its id for a name. */
  private async checkNotAnId(name: string | undefined): Promise<void> {
    if (name === undefined || !isId(name) || (await readFunction(this.options.registry, name)) !== undefined) return;
    throw new Problem('invalid_request', `a new function cannot be named "${name}": that is the form of an id`, {
      details: { field: 'name' },
    });
  }

  /** The version that a target names; of a weighted alias, the one that gets most. */
  private async versionOf(target: string): Promise<FunctionVersion> {
    const { function: nameOrId, qualifier } = parseTarget(target);
    const current = await this.find(nameOrId);
    if (current === undefined) throw noFunction(nameOrId);
    const { document } = current;
    if (qualifier === undefined || meansLatest(qualifier)) return document;
    const { registry } = this.options;
    const alias = versionNumber(qualifier) === undefined ? await readAlias(registry, document, qualifier) : undefined;
    const named = alias?.document.versions.toSorted((a, b) => b.weight - a.weight)[0]?.version;
    const version = versionNumber(qualifier) ?? named;
    if (version === undefined) throw noAlias(document.name, qualifier);
    if (version === document.version) return document;
    const stored = await readVersion(registry, document, version);
    if (stored === undefined) throw noVersion(document.name, version);
    return stored.document;
  }

  private async find(nameOrId: string): Promise<StoredFunction | undefined> {
    const named = await readFunction(this.options.registry, nameOrId);
    if (named !== undefined || !isId(nameOrId)) return named;
    const all = await this.options.registry.list<StoredFunction['document']>(FUNCTION_PREFIX);
    const entry = all.find(({ value }) => value.id === nameOrId);
    return entry === undefined ? undefined : { document: entry.value, revision: entry.revision };
  }
}

/** The code is as it was: where in Git it is from, too. */
function sameCode(origin: VersionOrigin | undefined, before: VersionOrigin | undefined): VersionOrigin | undefined {
  if (origin === undefined || origin.git !== undefined || before?.git === undefined) return origin;
  return { ...origin, git: before.git };
}

function originOf({ origin }: { origin?: VersionOrigin }): { origin?: VersionOrigin } {
  return origin === undefined ? {} : { origin };
}

/** Runs `work`; whatever goes wrong comes out as one `Problem`. */
async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal?.aborted) throw new Problem('cancelled', 'the deployment was cancelled', { cause: error });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Problem('storage_full', "the disk of this node's data folder is full: free some space and try again", {
        cause: error,
      });
    }
    throw asProblem(error);
  }
}
