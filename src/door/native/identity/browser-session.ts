import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { isSameText } from '../../../model/same-text.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { isSameOrigin } from '../../origin.ts';
import { principalOf } from '../../principal.ts';
import { clearCookie, setCookie } from '../../session-cookie.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import { LoginBody } from './identity-schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['identity'];
const gone = Type.Unsafe<undefined>({ type: 'null', description: 'Done' });
const TokenBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 1_024 }) },
  { additionalProperties: false },
);

/** How the web console signs in and out: as `/v1/session`, with the credential in a cookie that no script can read. */
export function addBrowserSessionRoutes(app: App, { identity, settings }: DoorContext): void {
  app.post(
    '/v1/session/browser',
    {
      preValidation: readJsonBody(MAX_BODY_BYTES),
      config: { permission: 'open' },
      schema: {
        tags,
        summary: "Signs a browser in, by a user's password or by a token",
        description:
          'Sets a cookie for 12 hours that counts as the credential for requests of pages of this node, and of none else. Programs send `POST /v1/session`.',
        operationId: 'signInBrowser',
        body: Type.Union([LoginBody, TokenBody]),
        response: answers({ 204: gone, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { raw, body } = request;
      if (!isSameOrigin(raw.headers)) {
        throw new Problem('forbidden', 'only a page of this node signs a browser in; programs ask POST /v1/session');
      }
      let credential: string;
      if ('token' in body) {
        const isOperator = settings.token !== '' && isSameText(body.token, settings.token);
        const principal = isOperator ? undefined : identity.authenticate(body.token);
        if (!isOperator && principal === undefined) {
          throw new Problem('unauthorized', 'this token is none of this node, or has expired or was revoked');
        }
        credential = body.token;
        const actor = principal?.name ?? 'operator';
        noteAudit(raw, { action: 'session:open', subject: `browser:${actor}`, actor });
      } else {
        const issued = await identity.login(body.user, body.password, raw.socket.remoteAddress ?? '');
        credential = issued.text;
        const details = { tokenId: issued.id };
        noteAudit(raw, { action: 'session:open', subject: `user:${body.user}`, actor: body.user, details });
      }
      if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(credential)) {
        throw new Problem('invalid_request', 'this token has characters that no cookie can hold; sign in with another');
      }
      return reply.code(204).header('Set-Cookie', setCookie(raw.headers, credential)).send();
    },
  );

  app.delete(
    '/v1/session/browser',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Signs a browser out; a token that came from a password is revoked',
        operationId: 'signOutBrowser',
        response: answers({ 204: gone, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { tokenId, name } = principalOf(request.raw);
      if (tokenId !== undefined && identity.token(tokenId)?.session === true) {
        await identity.removeToken(tokenId, { by: name });
        noteAudit(request.raw, { action: 'session:close', subject: `token:${tokenId}` });
      } else noteAudit(request.raw, { action: 'session:close', subject: `browser:${name}` });
      return reply.code(204).header('Set-Cookie', clearCookie(request.raw.headers)).send();
    },
  );
}
