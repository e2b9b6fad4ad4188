import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { hasBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { ProblemAnswer } from '../schemas.ts';

const tags = ['node'];

/** A copy of everything that the node remembers, and the way back. */
export function addBackupRoutes(app: App, { store, clock }: DoorContext): void {
  app.get(
    '/v1/backup',
    {
      config: permit('node:backup'),
      schema: { tags, summary: 'Streams a consistent backup as a tar archive', operationId: 'backup' },
    },
    async (_request, reply) => {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      return reply
        .type('application/x-tar')
        .header('Content-Disposition', `attachment; filename="fob-backup-${day}.tar"`)
        .send(await store.backup());
    },
  );

  app.post(
    '/v1/restore',
    {
      config: permit('node:restore'),
      schema: {
        tags,
        summary: 'Replaces everything by a backup, given as the body',
        operationId: 'restore',
        response: answers({
          200: Type.Object({ documents: Type.Integer(), blobs: Type.Integer() }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      if (!hasBody(request.raw))
        throw new Problem('invalid_request', 'the body is empty; send a backup: curl -T backup.tar');
      return store.restore(detached(request.raw));
    },
  );
}

/** A request's body as a stream that its reader may destroy without ending the connection, which still has to carry the answer. */
function detached(req: IncomingMessage): Readable {
  const body = new PassThrough();
  req.once('close', () => {
    if (!req.complete) body.destroy(new Problem('cancelled', 'the caller went away before its backup was complete'));
  });
  return req.pipe(body);
}
