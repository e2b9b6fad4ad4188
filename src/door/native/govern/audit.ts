import { Readable } from 'node:stream';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { AUDIT_OUTCOMES, type AuditEntry, type AuditQuery } from '../../../store/audit-trail.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { cursor, DEFAULT_PAGE, from, limit, ProblemAnswer, to } from '../schemas.ts';
import { timeRange } from '../time-range.ts';

const tags = ['audit'];
const EXPORT_PAGE = 500;

const filters = {
  actor: Type.Optional(
    Type.String({ maxLength: 256, description: 'Who: a user, `team <name>`, `operator`, `anonymous`, `fob`' }),
  ),
  action: Type.Optional(
    Type.String({ maxLength: 128, description: 'Such as `function:deploy`; `*` stands for any characters' }),
  ),
  subject: Type.Optional(
    Type.String({ maxLength: 256, description: 'Such as `function:pay`; `*` stands for any characters' }),
  ),
  outcome: Type.Optional(Type.Enum([...AUDIT_OUTCOMES])),
  from,
  to,
};
const Entry = Type.Object({
  sequence: Type.Integer(),
  time: Type.String(),
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  outcome: Type.Enum([...AUDIT_OUTCOMES]),
  from: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'Address, user agent, and id of the token' }),
  ),
  details: Type.Object({}, { additionalProperties: true, description: '`before`, `after`, `repeats` and the like' }),
  hash: Type.String({ description: 'SHA-256 over the hash of the entry before and this one' }),
});
const Mark = Type.Object({ sequence: Type.Integer(), hash: Type.String() });

/** What was done and what was refused. */
export function addAuditRoutes(app: App, { store, clock }: DoorContext): void {
  const queryOf = (query: Record<string, unknown>): Omit<AuditQuery, 'limit'> => {
    const { actor, action, subject, outcome, cursor: at, ...range } = query as Record<string, string | undefined>;
    return {
      ...(actor !== undefined && { actor }),
      ...(action !== undefined && { action }),
      ...(subject !== undefined && { subject }),
      ...(outcome !== undefined && { outcome: outcome as AuditEntry['outcome'] }),
      ...(at !== undefined && { cursor: at }),
      ...timeRange(range, clock.now()),
    };
  };

  app.get(
    '/v1/audit',
    {
      config: permit('audit:read'),
      schema: {
        tags,
        summary: 'Finds entries of the audit trail, newest first',
        operationId: 'listAudit',
        querystring: Type.Object({ ...filters, cursor, limit }, { additionalProperties: false }),
        response: answers({
          200: Type.Object({ entries: Type.Array(Entry), cursor: Type.Optional(Type.String()) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { limit: most = DEFAULT_PAGE, ...query } = request.query;
      const { items, ...next } = await store.audit.query({ ...queryOf(query), limit: most });
      return { entries: items.map(entryAnswer), ...next };
    },
  );

  app.get(
    '/v1/audit/export',
    {
      config: permit('audit:read'),
      schema: {
        tags,
        summary: 'Sends all entries that a query finds, newest first, as a JSON document a line',
        operationId: 'exportAudit',
        querystring: Type.Object(filters, { additionalProperties: false }),
        produces: ['application/x-ndjson'],
      },
    },
    async (request, reply) => {
      const query = queryOf(request.query);
      async function* lines(): AsyncGenerator<string> {
        for (let at: string | undefined, more = true; more; more = at !== undefined) {
          const page = await store.audit.query({
            ...query,
            ...(at !== undefined && { cursor: at }),
            limit: EXPORT_PAGE,
          });
          yield page.items.map((entry) => `${JSON.stringify(entryAnswer(entry))}\n`).join('');
          at = page.cursor;
        }
      }
      return reply.type('application/x-ndjson').send(Readable.from(lines()));
    },
  );

  app.get(
    '/v1/audit/verify',
    {
      config: permit('audit:read'),
      schema: {
        tags,
        summary: 'Computes the chain of hashes anew, and says where it breaks',
        description:
          '`expect` is an entry that somebody noted, as `<sequence>:<hash>`: that finds a trail that was written anew as a whole.',
        operationId: 'verifyAudit',
        querystring: Type.Object(
          { expect: Type.Optional(Type.String({ maxLength: 96 })) },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            intact: Type.Boolean(),
            entries: Type.Integer(),
            anchor: Type.Optional(Mark),
            head: Type.Optional(Mark),
            broken: Type.Optional(Type.Object({ sequence: Type.Integer(), why: Type.String() })),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => store.audit.verify(markOf(request.query.expect)),
  );
}

function entryAnswer({ timeMs, ...entry }: AuditEntry) {
  return { ...entry, time: new Date(timeMs).toISOString() };
}

function markOf(text: string | undefined): { sequence: number; hash: string } | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match !== null) return { sequence: Number(match[1]), hash: match[2]! };
  throw new Problem(
    'invalid_request',
    `"${text}" is no noted entry: write <sequence>:<hash>, as fob audit verify prints it`,
  );
}
