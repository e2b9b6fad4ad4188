import type { FastifyReply } from 'fastify';
import type { DeployProgress, DeployRequest } from '../../../engine/api.ts';
import type { StoredFunction } from '../../../model/function.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { assigningTeams, noteVersion, permitVersion } from '../../deploy-permission.ts';
import { describeFailure } from '../../failure.ts';
import { etag, underPrecondition } from '../precondition.ts';
import { problemJson } from '../problem-json.ts';
import { originOf } from '../stated-origin.ts';
import { functionView, settingsShown, standing } from './function-view.ts';

/** Bytes of progress that wait for a slow caller; build output beyond is left out. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * Deploys and answers: with the function, or, where the caller accepts `application/x-ndjson`, with every step as it
 * happens and at last `{"kind":"done","function":…}` or `{"kind":"error","error":…}`.
 * `precondition` is the revision that the caller demanded by a header; where it fails, `given` is shown beside what stands.
 */
export async function answerDeployment(
  context: DoorContext,
  reply: FastifyReply,
  request: DeployRequest,
  precondition?: number,
  given: object = settingsShown(request.config ?? {}),
): Promise<unknown> {
  const req = reply.request.raw;
  const before = request.name === undefined ? undefined : context.engine.find(request.name);
  const isNew = before === undefined;
  const config = permitVersion(context, req, 'function:deploy', request.name, request.config);
  const origin = originOf(reply.request.raw);
  const teams = assigningTeams(reply.request.raw);
  const gone = new AbortController();
  reply.raw.on('close', () => {
    if (!reply.raw.writableEnded) gone.abort();
  });
  const deploy = (extra: Partial<DeployRequest>) =>
    underPrecondition(
      precondition,
      () => context.deployer.deploy({ origin, teams, ...request, config, ...extra, signal: gone.signal }),
      () => ({
        current: standing(request.name === undefined ? undefined : context.engine.find(request.name), request.config),
        given,
      }),
    );

  if (!acceptsEvents(reply)) {
    const stored = await deploy({});
    noteVersion(req, before, stored);
    return answerFunction(reply, stored, isNew);
  }

  reply.hijack();
  const res = reply.raw;
  res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  const send = (event: DeployProgress | { kind: 'done'; function: unknown } | { kind: 'error'; error: unknown }) => {
    // A caller that does not read must not make a long build's output pile up.
    if (res.destroyed || (event.kind === 'output' && res.writableLength > MAX_WAITING_BYTES)) return;
    res.write(`${JSON.stringify(event)}\n`);
  };
  try {
    const stored = await deploy({ onProgress: send });
    noteVersion(req, before, stored);
    send({ kind: 'done', function: functionView(stored) });
  } catch (error) {
    // The answer has begun with 200: what became of it stands in its last line.
    noteAudit(req, { none: true });
    send({ kind: 'error', error: problemJson(describeFailure(context.log, error)) });
  }
  res.end();
  return undefined;
}

/** Answers with a function that was made or changed. */
export function answerFunction(reply: FastifyReply, stored: StoredFunction, isNew: boolean): unknown {
  if (isNew) reply.code(201).header('Location', `/v1/functions/${stored.document.name}`);
  return reply.header('ETag', etag(stored.revision)).send(functionView(stored));
}

function acceptsEvents(reply: FastifyReply): boolean {
  return reply.request.headers.accept?.includes('application/x-ndjson') === true;
}
