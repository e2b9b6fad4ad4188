import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Value } from 'typebox/value';
import type { Deployer, DeployRequest, Engine, EngineStats, FileChanges } from '../../engine/api.ts';
import { FunctionConfigSchema, type FunctionDocument, type StoredFunction } from '../../model/function.ts';
import { formatId, newId } from '../../model/id.ts';
import type { InvocationRequest, Outcome, RunningInvocation } from '../../model/invocation.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import { parseTarget } from '../../model/target.ts';

/** What a function of the double does with a request. */
type Behaviour = (request: InvocationRequest, cancelled: Promise<void>) => Outcome | Promise<Outcome>;

/** An engine and deployer that keep functions in memory and run a behaviour instead of code. */
export class EngineDouble implements Engine, Deployer {
  readonly functions = new Map<string, StoredFunction>();
  readonly sources = new Map<string, { content: Buffer; form: 'inline' | 'zip' | 'tar.gz'; fileName?: string }>();
  readonly requests: InvocationRequest[] = [];
  readonly deployments: DeployRequest[] = [];
  readonly events = new EventEmitter();
  behaviour: Behaviour = (request) => succeeded(request.payload);
  /** Thrown by the next deployment, after its progress. */
  deployProblem: Error | undefined;
  private revision = 0;

  invoke(request: InvocationRequest): RunningInvocation {
    this.requests.push(request);
    const invocationId = formatId(newId());
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    const run = async () => {
      await Promise.resolve();
      const stored = this.find(request.target);
      if (stored === undefined) throw noFunction(request.target);
      const outcome = await this.behaviour(request, cancelled);
      const { name, version } = stored.document;
      const report = {
        invocationId,
        function: name,
        version,
        sandboxId: 's1',
        coldStart: false,
        queuedMs: 0,
        durationMs: 1.25,
      };
      return { outcome, report };
    };
    const onCancel = () => {
      cancel();
      this.events.emit('cancel', invocationId);
    };
    return { invocationId, completed: run(), cancel: onCancel };
  }

  connectDebugger(): Promise<Duplex> {
    return Promise.resolve(new PassThrough());
  }

  choose({ target }: Pick<InvocationRequest, 'target'>) {
    this.check(target);
    return { document: this.find(target)!.document, alias: parseTarget(target).qualifier };
  }

  check(target: string): void {
    if (this.find(target) === undefined) throw noFunction(target);
  }

  find(target: string): StoredFunction | undefined {
    const nameOrId = parseTarget(target).function;
    return this.functions.get(nameOrId) ?? this.list().find(({ document }) => document.id === nameOrId);
  }

  callable(): FunctionDocument[] {
    return this.list().map(({ document }) => document);
  }

  list(): StoredFunction[] {
    return [...this.functions.values()].sort((a, b) => (a.document.name < b.document.name ? -1 : 1));
  }

  sandboxes() {
    const [first] = this.list();
    if (first === undefined) return [];
    const { name, version } = first.document;
    const busy = { state: 'idle', memoryMb: 128, inFlight: 0, served: 3, startedAtMs: 1 } as const;
    return [{ sandboxId: 's1', runtime: 'python', function: name, version, ...busy }];
  }

  /** How often sandboxes were measured. */
  measurements = 0;

  async usage() {
    this.measurements++;
    return new Map([['s1', { memoryBytes: 30_000_000, peakMemoryBytes: 40_000_000, cpuMs: 120 }]]);
  }

  watchSandboxes() {
    return () => {};
  }

  pools() {
    return [{ runtime: 'python', memoryMb: 128, ready: 1, target: 2 }];
  }

  stats(): EngineStats {
    const duration = { boundsMs: [1, 10], counts: [1, 3], sumMs: 12, count: 4 };
    const functions = this.list().map(({ document }) => ({
      function: document.name,
      invocations: { succeeded: 3, failed: 1 },
      coldStarts: 1,
      throttled: 2,
      inFlight: 0,
      duration,
    }));
    return { functions, inFlight: 1, waiting: 0, sandboxes: 1, memoryBudgetMb: 1_024, memoryReservedMb: 128 };
  }

  recycle() {
    return 1;
  }

  async drain() {}

  async deploy(request: DeployRequest): Promise<StoredFunction> {
    this.deployments.push(request);
    request.onProgress?.({ kind: 'guessed', what: 'runtime', value: 'python' });
    request.onProgress?.({ kind: 'step', title: 'load' });
    if (this.deployProblem !== undefined) throw this.deployProblem;
    const id = randomUUID();
    const name = request.name ?? id;
    const before = this.functions.get(name);
    this.expect(name, request.expectedRevision);
    const { form, fileName } = request.code;
    const content =
      request.code.content instanceof Readable ? await buffer(request.code.content) : request.code.content;
    this.sources.set(name, { content, form, ...(fileName !== undefined && { fileName }) });
    const at = new Date().toISOString();
    return this.keep({
      id: before?.document.id ?? id,
      name,
      functionCreatedAt: before?.document.functionCreatedAt ?? at,
      version: (before?.document.version ?? 0) + 1,
      createdAt: at,
      config: {
        ...(Value.Default(FunctionConfigSchema, {}) as StoredFunction['document']['config']),
        runtime: 'python',
        handler: 'main.callme',
        ...before?.document.config,
        ...request.config,
      },
      code: {
        form,
        sourceDigest: '0'.repeat(64),
        sourceBytes: content.length,
        ...(fileName !== undefined && { fileName }),
        treeDigest: '1'.repeat(64),
        fileCount: 1,
        treeBytes: content.length,
      },
    });
  }

  async configure(name: string, config: DeployRequest['config'], options: { expectedRevision?: number } = {}) {
    this.expect(name, options.expectedRevision);
    const { document } = this.functions.get(name)!;
    return this.keep({ ...document, version: document.version + 1, config: { ...document.config, ...config } });
  }

  async remove(nameOrId: string, expectedRevision?: number) {
    this.expect(nameOrId, expectedRevision);
    return this.functions.delete(nameOrId);
  }

  async source(nameOrId: string) {
    return this.sources.get(this.find(nameOrId)!.document.name)!;
  }

  async files(nameOrId: string) {
    const { document } = this.find(nameOrId)!;
    const { content, form } = await this.source(nameOrId);
    const file = { bytes: content.length, sha256: document.code.sourceDigest, text: content.toString() };
    return { files: new Map([[document.code.fileName ?? 'main', file]]), cut: false, version: document.version, form };
  }

  async edit(nameOrId: string, changes: FileChanges) {
    const [[fileName, text] = ['main', null]] = Object.entries(changes);
    const { form } = await this.source(nameOrId);
    return { form, content: Buffer.from(text ?? ''), fileName };
  }

  private keep(document: StoredFunction['document']): StoredFunction {
    const stored = { document, revision: ++this.revision };
    this.functions.set(document.name, stored);
    return stored;
  }

  private expect(name: string, expectedRevision: number | undefined): void {
    const actualRevision = this.functions.get(name)?.revision ?? 0;
    if (expectedRevision === undefined || expectedRevision === actualRevision) return;
    throw new Problem('conflict', `"${name}" is at revision ${actualRevision}`, {
      details: { name, expectedRevision, actualRevision },
    });
  }
}

/** The outcome of a function that returned these bytes. */
export function succeeded(payload: Uint8Array | string, contentType = 'application/json'): Outcome {
  return { status: 'succeeded', payload: Buffer.from(payload), contentType };
}
