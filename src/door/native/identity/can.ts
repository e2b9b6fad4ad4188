import Type from 'typebox';
import type { Explanation } from '../../../govern/identity/identity.ts';
import { ACTIONS, type Action, EVERYTHING, kindOf, noAction, resourceOf } from '../../../model/permission.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { demand, missingPermission, type Principal, principalOf } from '../../principal.ts';
import { foundFunction } from '../function/found-function.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import { explainGrants } from './explain-grants.ts';
import { PermissionQuestions, PermissionVerdicts } from './identity-schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);
const Anything = Type.Object({}, { additionalProperties: true });

/** What somebody may do, and why. */
export function addPermissionRoutes(app: App, { identity, engine, governance }: DoorContext): void {
  app.get(
    '/v1/actions',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Lists everything that somebody may be allowed or denied, and the kind of thing that it is done to',
        operationId: 'listActions',
        response: answers({
          200: Type.Object({ actions: Type.Array(Type.Object({ action: Type.String(), on: Type.String() })) }),
        }),
      },
    },
    async () => ({ actions: ACTIONS.map((action) => ({ action, on: kindOf(resourceOf(action, 'x')) })) }),
  );

  app.get(
    '/v1/can',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Says whether somebody may do something, by which statement, and what would be needed',
        description: 'About yourself it needs nothing; about others `identity:read`.',
        operationId: 'explainPermission',
        querystring: Type.Object(
          {
            who: Type.Optional(
              Type.String({
                maxLength: 128,
                description:
                  "A user's name, or `user:…`, `team:…`, `token:…`, `function:…`, `anonymous`; absent: whoever asks",
              }),
            ),
            action: Type.String({ maxLength: 64, description: 'Such as `function:invoke`' }),
            resource: Type.Optional(
              Type.String({
                maxLength: 256,
                description: 'Such as `function:pay`, or `pay`; absent: what there is one of',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Anything, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const principal = principalOf(request.raw);
      const { who, action, resource = EVERYTHING } = request.query;
      if (!isAction(action)) throw noAction(action);
      const self = selfOf(principal);
      const asked = who ?? self;
      const isSelf = asked === self || asked === principal.user || asked === `user:${principal.user}`;
      if (!isSelf) demand(request.raw, 'identity:read', EVERYTHING);
      const target = resourceOf(action, resource);
      const explained = identity.explain({
        who: isSelf && principal.tokenId !== undefined && who === undefined ? `token:${principal.tokenId}` : asked,
        action,
        resource: target,
      });
      const verdict = asked.startsWith('function:')
        ? underGrants(asked.slice('function:'.length), explained)
        : explained;
      // Whose it is tells that it is there: whoever does not see it in a list does not learn it here either.
      const isListed = mayList(principal, target);
      if (!verdict.allowed && !isListed) return { ...verdict, resource: target, attributes: {} };
      const absent = target.startsWith('function:') && engine.find(target.slice('function:'.length)) === undefined;
      return absent && isListed ? { ...verdict, exists: false } : verdict;
    },
  );

  app.post(
    '/v1/can',
    {
      preValidation,
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Says for several things at once whether whoever asks may do them, and where not, why',
        description: 'For clients that show only what one may do. The answers come in the order of the questions.',
        operationId: 'checkPermissions',
        body: PermissionQuestions,
        response: answers({ 200: PermissionVerdicts, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      noteAudit(request.raw, { none: true });
      const principal = principalOf(request.raw);
      return {
        answers: request.body.questions.map(({ action, resource = EVERYTHING, any = false }) => {
          if (!isAction(action)) throw noAction(action);
          const target = resourceOf(action, resource);
          const allowed = any ? principal.mayAny(action) : principal.may(action, target);
          return allowed ? { allowed } : { allowed, reason: missingPermission(principal, action, target).message };
        }),
      };
    },
  );

  /** What is explained of a function as its grants have it: whom an access list keeps out, no grant lets in. */
  const underGrants = (name: string, explained: Explanation): Explanation => {
    const { document } = foundFunction(engine, name);
    if (explained.action === 'function:invoke' && !explained.allowed) return explained;
    const byGrant = explainGrants(document.name, explained, governance.executionRoles.grantsOf(document.config));
    if (byGrant === undefined) return explained;
    const { needed: _, ...rest } = explained;
    return { ...rest, ...byGrant };
  };
}

function isAction(text: string): text is Action {
  return (ACTIONS as readonly string[]).includes(text);
}

function mayList({ kind, may }: Principal, resource: string): boolean {
  return kind === 'operator' || may('function:list', resource) || may('identity:read', EVERYTHING);
}

function selfOf({ kind, user, teams }: Principal): string {
  if (kind === 'operator') return 'operator';
  return user === undefined ? `team:${teams[0]}` : user;
}
