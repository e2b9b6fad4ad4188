import { defaultConfig, type FunctionConfig, type FunctionDocument } from '../../model/function.ts';
import type { CompletedInvocation, InvocationRequest, RunningInvocation } from '../../model/invocation.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { InvocationRecord, Journal, LogRecord } from '../../store/journal.ts';
import type { Change, Registry } from '../../store/registry.ts';
import { Dispatcher, type DispatcherOptions } from '../dispatcher.ts';
import { ScriptedSandboxes, scriptedRuntimes } from './scripted-sandboxes.ts';

const DEFAULTS: FunctionConfig = {
  ...defaultConfig(),
  runtime: 'scripted',
  handler: 'main.callme',
  timeoutMs: 1_000,
  maxConcurrency: 100,
};

/** A dispatcher over scripted sandboxes, a fake clock, and just as much of the store as it asks for. */
interface Harness {
  readonly dispatcher: Dispatcher;
  readonly sandboxes: ScriptedSandboxes;
  readonly clock: FakeClock;
  readonly records: InvocationRecord[];
  readonly logs: LogRecord[];
  /** Registers a function, or its next version. */
  put(name: string, config?: Partial<FunctionConfig>): void;
  remove(name: string): void;
  invoke(name: string, request?: Partial<InvocationRequest>): RunningInvocation;
  /** Invokes and answers in the sandbox that got the call. */
  run(name: string, durationMs?: number): Promise<CompletedInvocation>;
}

export async function createHarness(
  settings: Partial<DispatcherOptions['settings']> & { memoryBudgetMb?: number; resizable?: boolean } = {},
): Promise<Harness> {
  const clock = new FakeClock();
  const sandboxes = new ScriptedSandboxes();
  const records: InvocationRecord[] = [];
  const logs: LogRecord[] = [];
  const journal = {
    appendInvocation: (record: InvocationRecord) => records.push(record),
    appendLog: (line: LogRecord) => logs.push(line),
  } as unknown as Journal;
  const listeners = new Map<string, (change: Change) => void>();
  const onChange = (change: Change): void => {
    for (const [prefix, listener] of listeners) if (change.key.startsWith(prefix)) listener(change);
  };
  const registry = {
    watch: (prefix: string, listener: (change: Change) => void) => {
      listeners.set(prefix, listener);
      return () => {};
    },
    list: () => Promise.resolve([]),
  } as unknown as Registry;
  const { memoryBudgetMb = 4_096, resizable = true, ...rest } = settings;
  const dispatcher = await Dispatcher.open({
    registry,
    journal,
    sandboxes,
    runtimes: scriptedRuntimes(resizable),
    code: { folder: (digest) => Promise.resolve(`/code/${digest}`), forget: () => {} },
    settings: {
      prewarmed: 0,
      keepAliveMs: 60_000,
      freezeAfterMs: 200,
      maxConcurrency: 1_000,
      queueWaitMs: 500,
      loadTimeoutMs: 1_000,
      maxResultBytes: 1_000,
      maxLogBytes: 1_024,
      ...rest,
    },
    memoryBudgetMb,
    clock,
  });
  let revision = 0;
  const versions = new Map<string, number>();
  const put = (name: string, config: Partial<FunctionConfig> = {}): void => {
    const version = (versions.get(name) ?? 0) + 1;
    versions.set(name, version);
    const code: FunctionDocument['code'] = {
      form: 'inline',
      sourceDigest: '',
      sourceBytes: 0,
      treeDigest: `${name}-${version}`,
      fileCount: 1,
      treeBytes: 0,
    };
    const value: FunctionDocument = {
      id: `id-${name}`,
      name,
      version,
      createdAt: '',
      functionCreatedAt: '',
      config: { ...DEFAULTS, ...config },
      code,
    };
    onChange({ kind: 'put', key: `function/${name}`, value, revision: ++revision });
  };
  const invoke = (name: string, request: Partial<InvocationRequest> = {}): RunningInvocation =>
    dispatcher.invoke({ target: name, payload: Buffer.from('{}'), payloadKind: 'json', door: 'test', ...request });
  const run = async (name: string, durationMs = 0): Promise<CompletedInvocation> => {
    const before = sandboxes.started.map((sandbox) => sandbox.received.length);
    const running = invoke(name);
    const reached = (): number =>
      sandboxes.started.findIndex((sandbox, place) => sandbox.received.length > (before[place] ?? 0));
    await sandboxes.until(() => reached() !== -1);
    const sandbox = sandboxes.started[reached()]!;
    clock.advance(durationMs);
    sandbox.reply(sandbox.received.at(-1)!, '42', durationMs);
    return running.completed;
  };
  return {
    dispatcher,
    sandboxes,
    clock,
    records,
    logs,
    put,
    remove: (name) => onChange({ kind: 'delete', key: `function/${name}`, revision: ++revision }),
    invoke,
    run,
  };
}
