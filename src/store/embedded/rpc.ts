import { getCompileCacheDir } from 'node:module';
import { type MessagePort, parentPort, type ResourceLimits, type Transferable, Worker } from 'node:worker_threads';
import { Problem, type ProblemCode, type ProblemDetails } from '../../model/problem.ts';
import { storageProblem } from './storage-problem.ts';

/**
 * Calls from the gateway's thread to a worker thread that owns a database. Calls made in one turn of the event loop
 * travel as one message; they are answered in order of calling wherever the worker answers in order.
 */
// biome-ignore lint/suspicious/noExplicitAny: the type of each operation is checked where it is called
export type Operations = Record<string, (...args: any[]) => unknown>;

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: unknown[];
}

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** A `Problem` as it crosses the threads. */
interface Failure {
  readonly code: ProblemCode;
  readonly message: string;
  readonly details: ProblemDetails | undefined;
  readonly cause: unknown;
}

const CLOSE = 'close';
/** A worker that died is started again, but not more often than this. */
const RESTART_INTERVAL_MS = 1_000;

interface WorkerOptions {
  readonly file: URL;
  readonly data: unknown;
  readonly limits: ResourceLimits;
  /** Called when the thread died by itself; its calls were rejected, and the next one starts it again. */
  readonly onCrash: (error: unknown) => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class WorkerClient<O extends Operations> {
  private readonly options: WorkerOptions;
  private readonly pending = new Map<number, Pending>();
  private worker: Worker | undefined;
  private startedAtMs = Number.NEGATIVE_INFINITY;
  private lastId = 0;
  private outgoing: Request[] = [];
  private transfers: Transferable[] = [];
  private closing: Promise<void> | undefined;
  private idle: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.options = options;
  }

  /** Rejects with the operation's `Problem`, or with `unavailable` after `close` or where the thread died. */
  call<M extends keyof O & string>(
    method: M,
    args: Parameters<O[M]>,
    transfer: readonly Transferable[] = [],
  ): Promise<Awaited<ReturnType<O[M]>>> {
    if (this.closing) return Promise.reject(new Problem('unavailable', 'the store is closed; the node is stopping'));
    return this.post(method, args, transfer) as Promise<Awaited<ReturnType<O[M]>>>;
  }

  /** Lets calls under way finish, closes the database and ends the thread. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    if (this.pending.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    const worker = this.worker;
    if (!worker) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await this.post(CLOSE, [], []).catch(() => {});
    await exited;
  }

  private post(method: string, args: unknown[], transfer: readonly Transferable[]): Promise<unknown> {
    if (!this.worker && !this.start()) {
      return Promise.reject(new Problem('unavailable', 'the store is starting again after a failure; try again'));
    }
    const id = ++this.lastId;
    if (this.outgoing.length === 0) queueMicrotask(() => this.ship());
    this.outgoing.push({ id, method, args });
    this.transfers.push(...transfer);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  private ship(): void {
    const { outgoing, transfers } = this;
    this.outgoing = [];
    this.transfers = [];
    try {
      this.worker?.postMessage(outgoing, transfers);
    } catch (error) {
      this.settle(outgoing.map((request) => failed(request, error)));
    }
  }

  private start(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.startedAtMs < RESTART_INTERVAL_MS) return false;
    this.startedAtMs = nowMs;
    const { file, data, limits } = this.options;
    const worker = new Worker(file, { workerData: data, resourceLimits: limits, env: workerEnvironment() });
    let cause: unknown;
    worker.on('message', (replies: Reply[]) => this.settle(replies));
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => this.ended(cause));
    this.worker = worker;
    return true;
  }

  private settle(replies: Reply[]): void {
    for (const reply of replies) {
      const waiting = this.pending.get(reply.id);
      this.pending.delete(reply.id);
      if ('value' in reply) waiting?.resolve(reply.value);
      else waiting?.reject(toProblem(reply.failure));
    }
    if (this.pending.size === 0) this.idle?.();
  }

  private ended(cause: unknown): void {
    this.worker = undefined;
    const lost = [...this.pending.values()];
    this.pending.clear();
    this.outgoing = [];
    for (const waiting of lost) {
      waiting.reject(new Problem('unavailable', 'the store failed while it handled this; try again', { cause }));
    }
    this.idle?.();
    if (!this.closing || cause) this.options.onCrash(cause);
  }
}

/**
 * A thread does not inherit a compile cache that this process switched on for itself. With it, a thread needs no compiler
 * for TypeScript, which would take some 15 MB and 50 ms.
 */
function workerEnvironment(): NodeJS.ProcessEnv {
  const cache = process.env.NODE_COMPILE_CACHE ?? getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache };
}

function toProblem(failure: Failure): Problem {
  return new Problem(failure.code, failure.message, {
    cause: failure.cause,
    ...(failure.details && { details: failure.details }),
  });
}

/** What a worker thread does with the requests that arrived together. */
export interface Service {
  answer(requests: readonly Request[], reply: (replies: Reply[]) => void): void;
  close(): void;
}

/** The worker's side: opens the service, then answers until it is told to close. Where opening fails, every call gets that problem. */
export function serve(open: () => Service): void {
  const port = parentPort as MessagePort;
  let service: Service | undefined;
  let refusal: unknown;
  try {
    service = open();
  } catch (error) {
    refusal = error;
  }
  let arrived: Request[] = [];
  const reply = (replies: Reply[]): void => port.postMessage(replies);
  const answer = (): void => {
    const requests = arrived;
    arrived = [];
    if (requests[0]?.method === CLOSE) {
      service?.close();
      port.close();
    } else if (service) service.answer(requests, reply);
    else reply(requests.map((request) => failed(request, refusal)));
  };
  port.on('message', (requests: Request[]) => {
    if (arrived.length === 0) setImmediate(answer);
    arrived.push(...requests);
  });
}

/** The reply to a request whose operation threw. */
export function failed(request: Request, error: unknown): Reply {
  const problem = error instanceof Problem ? error : storageProblem(error);
  const cause = problem.cause instanceof Error ? problem.cause.message : problem.cause;
  return { id: request.id, failure: { code: problem.code, message: problem.message, details: problem.details, cause } };
}

/** Answers each request by itself, as soon as it is done. */
export function answerEach(operations: Operations, close: () => void): Service {
  const answerOne = async (request: Request, reply: (replies: Reply[]) => void): Promise<void> => {
    try {
      reply([{ id: request.id, value: await operations[request.method]?.(...request.args) }]);
    } catch (error) {
      reply([failed(request, error)]);
    }
  };
  return {
    answer(requests, reply) {
      for (const request of requests) void answerOne(request, reply);
    },
    close,
  };
}
