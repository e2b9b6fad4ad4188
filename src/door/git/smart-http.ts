import { realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../model/problem.ts';
import type { RepositoryView } from '../../service/repository/repositories.ts';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import type { OwnApi } from '../own-api.ts';
import { demand, principalOf } from '../principal.ts';
import type { Deployments } from './deployments.ts';
import { answerHook } from './pre-receive.ts';
import { decidePush } from './push.ts';
import { type PushTurn, PushTurns } from './push-turns.ts';

/** Where repositories are: `/git/<name>.git`. */
export const GIT = '/git/';
const SERVICES = ['git-upload-pack', 'git-receive-pack'] as const;
type Service = (typeof SERVICES)[number];
/** What each needs: a repository holds code. */
const PERMISSION = { 'git-upload-pack': 'repository:code', 'git-receive-pack': 'repository:write' } as const;

const MAX_AT_ONCE = 8;
const ADVERTISE_TIMEOUT_MS = 30_000;
const FETCH_TIMEOUT_MS = 600_000;
/** Receiving, and every build of what was pushed. */
const PUSH_TIMEOUT_MS = 1_800_000;
/** A repository with more is not pushed to: it holds what does not belong into one. */
const MAX_REPOSITORY_BYTES = 2_147_483_648;
const NO_CACHE = { 'Cache-Control': 'no-cache, max-age=0, must-revalidate', 'X-Content-Type-Options': 'nosniff' };

const Parameters = Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\\.git)?$' }) });

interface Parts {
  readonly deployments: Deployments;
  readonly ownApi: OwnApi;
  /** Folder of the hook that asks this node. */
  hooks(): Promise<string>;
}

/** Git's smart HTTP protocol, for clones, fetches and pushes. */
export function addSmartHttp(app: App, context: DoorContext, parts: Parts): void {
  const { repositories, settings, lifecycle, log } = context;
  let running = 0;
  const turns = new PushTurns();

  const found = (given: string): RepositoryView => {
    const name = repositoryName(given);
    const view = repositories.find(name);
    if (view === undefined) {
      throw new Problem('not_found', `there is no repository "${name}": make it with fob repo create ${name}`);
    }
    return view;
  };

  /** Runs a service for one request; `onChannel` gets the descriptor that its hook asks by. */
  const serve = async (
    request: FastifyRequest,
    reply: FastifyReply,
    view: RepositoryView,
    service: Service,
    advertise: boolean,
  ): Promise<void> => {
    const git = repositories.git();
    const folder = await repositories.folder(view);
    if (running >= MAX_AT_ONCE)
      throw new Problem('throttled', 'too many pushes and fetches at once; try again shortly');
    running++;
    const gone = new AbortController();
    const end = () => gone.abort();
    let turn: PushTurn | undefined;
    let quarantine: string | undefined;
    reply.raw.once('close', end);
    lifecycle.endless.add(end);
    try {
      const push = service === 'git-receive-pack';
      const protocol = String(request.headers['git-protocol'] ?? '');
      const words = [
        service.slice('git-'.length),
        '--stateless-rpc',
        ...(advertise ? ['--http-backend-info-refs'] : []),
        '.',
      ];
      const run = git.start(words, {
        folder,
        signal: gone.signal,
        timeoutMs: advertise ? ADVERTISE_TIMEOUT_MS : push ? PUSH_TIMEOUT_MS : FETCH_TIMEOUT_MS,
        config: {
          ...(push && { 'receive.maxInputSize': String(settings.maxPushBytes), 'core.hooksPath': await parts.hooks() }),
          'uploadpack.allowFilter': 'true',
        },
        // Only what is fetched has newer protocols.
        environment: /^version=[0-9](:version=[0-9])*$/.test(protocol) && !push ? { GIT_PROTOCOL: protocol } : {},
        ...(push && { maxFileBytes: settings.maxPushBytes * 2 }),
      });
      if (push && !advertise) {
        const principal = principalOf(request.raw);
        answerHook(run.channel, (question, asker) => {
          quarantine = question.environment.GIT_QUARANTINE_PATH;
          return decidePush(question, asker, {
            repository: view,
            folder,
            git,
            principal,
            turn: () => {
              turn = turns.take(view.id);
              return turn.come;
            },
            deployments: parts.deployments,
            ownApi: parts.ownApi,
            signal: gone.signal,
            timeoutMs: FETCH_TIMEOUT_MS,
          });
        });
      } else run.channel.resume();
      reply.hijack();
      const res = reply.raw;
      const kind = advertise ? 'advertisement' : 'result';
      res.writeHead(200, { 'Content-Type': `application/x-${service}-${kind}`, ...NO_CACHE });
      // The first line is of protocol versions 0 and 1 alone.
      if (advertise && (push || !protocol.includes('version=2'))) res.write(`${packet(`# service=${service}\n`)}0000`);
      if (advertise) run.stdin.end();
      else pipeBody(request, run.stdin, settings.maxPushBytes * 2);
      run.stdout.pipe(res, { end: false });
      const { code, stderr } = await run.ended;
      if (code !== 0)
        log.info({ repository: view.name, service, code, stderr: stderr.slice(0, 500) }, 'git ended early');
      // Git leaves what it has received where it is killed in the middle.
      if (code !== 0 && quarantine !== undefined) await removeQuarantine(folder, quarantine);
      res.end();
      if (push && !advertise && code === 0) void repositories.tidy(view);
    } finally {
      turn?.end();
      running--;
      reply.raw.off('close', end);
      lifecycle.endless.delete(end);
    }
  };

  const assertRoom = async (view: RepositoryView): Promise<void> => {
    const options = { folder: await repositories.folder(view), timeoutMs: ADVERTISE_TIMEOUT_MS };
    const text = (await repositories.git().run(['count-objects', '-v'], options)).toString('utf8');
    const kilobytes = [...text.matchAll(/^size(?:-pack)?: (\d+)$/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
    if (kilobytes * 1_024 > MAX_REPOSITORY_BYTES) {
      throw new Problem('too_large', `the repository "${view.name}" is larger than ${MAX_REPOSITORY_BYTES} bytes`);
    }
  };

  app.get(
    '/git/:name/info/refs',
    {
      config: { permission: 'own' },
      schema: {
        hide: true,
        params: Parameters,
        querystring: Type.Object({ service: Type.Optional(Type.Enum([...SERVICES])) }),
      },
    },
    async (request, reply) => {
      const { service } = request.query;
      if (service === undefined)
        throw new Problem('invalid_request', 'only the smart protocol is spoken here: use Git 1.6.6 or newer');
      demand(request.raw, PERMISSION[service], resourceOf(request));
      const view = found(request.params.name);
      if (service === 'git-receive-pack') {
        assertPushable(view);
        await assertRoom(view);
      }
      await serve(request, reply, view, service, true);
    },
  );

  for (const service of SERVICES) {
    const push = service === 'git-receive-pack';
    app.post(
      `/git/:name/${service}`,
      {
        config: { permission: { action: PERMISSION[service], resource: resourceOf } },
        schema: { hide: true, params: Parameters },
      },
      async (request, reply) => {
        const view = found(request.params.name);
        if (push) assertPushable(view);
        await serve(request, reply, view, service, false);
      },
    );
  }
}

/** Removes the folder in which Git keeps a push that is not accepted yet; only one of this repository. */
async function removeQuarantine(folder: string, quarantine: string): Promise<void> {
  const path = join(await realpath(folder), 'objects', basename(quarantine));
  if (basename(path).startsWith('tmp_objdir-')) await rm(path, { recursive: true, force: true });
}

function assertPushable({ name, watch }: RepositoryView): void {
  if (watch === undefined) return;
  throw new Problem('forbidden', `"${name}" is a copy of ${watch.url}: push there`);
}

function resourceOf({ params }: FastifyRequest): string {
  return `repository:${repositoryName((params as { name: string }).name)}`;
}

function repositoryName(given: string): string {
  return given.endsWith('.git') ? given.slice(0, -'.git'.length) : given;
}

/** A line of Git's protocol: its length in four digits, and the text. */
function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, '0') + text;
}

/** The request's body into Git, unpacked where it is gzipped; one that is too large is cut, and Git refuses it. */
function pipeBody(request: FastifyRequest, stdin: NodeJS.WritableStream, maxBytes: number): void {
  const zipped = /gzip/.test(String(request.headers['content-encoding'] ?? ''));
  let left = maxBytes;
  const body = zipped ? request.raw.pipe(createGunzip()) : request.raw;
  body.on('error', () => stdin.end());
  body.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) {
      body.unpipe(stdin);
      stdin.end();
    }
  });
  body.pipe(stdin);
}
