import Type from 'typebox';
import { renderStatusPage, STATUS_PAGE_POLICY } from '../../../observe/status/page.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { ProblemAnswer } from '../schemas.ts';

const tags = ['node'];
const state = Type.Enum(['good', 'at_risk', 'failing', 'unmeasured']);
const share = Type.Optional(Type.Number({ description: 'Share that was good; absent where nothing happened' }));
const Window = Type.Object({ total: Type.Integer(), bad: Type.Integer(), share, met: Type.Boolean() });

const StatusAnswer = Type.Object({
  state: Type.Enum(['operational', 'degraded', 'down']),
  atMs: Type.Number(),
  startedAtMs: Type.Number(),
  objectives: Type.Array(
    Type.Object({
      name: Type.String(),
      title: Type.String(),
      promise: Type.String(),
      target: Type.Number(),
      state,
      windows: Type.Object({ '1h': Window, '24h': Window, '30d': Window }),
      budgetLeft: Type.Optional(
        Type.Number({
          description: 'Share of the faults that 30 days may have which is left; below 0 where there were more',
        }),
      ),
      figure: Type.Optional(Type.String()),
      days: Type.Array(Type.Object({ day: Type.String(), state, share })),
    }),
  ),
});

/** Paths that need no credential where the status is open to all. */
export function isStatusPath(url: string): boolean {
  return url === '/status' || url === '/v1/status';
}

/** How the platform keeps its objectives. Neither names functions, owners or people, for both may be shown to anybody. */
export function addStatusRoutes(app: App, { status, settings }: DoorContext): void {
  if (status === undefined) return;
  const config = settings.statusPage === 'open' ? ({ permission: 'open' } as const) : permit('node:read');

  app.get(
    '/v1/status',
    {
      config,
      schema: {
        tags,
        summary: 'Says how the platform keeps its own objectives, from what really happened',
        operationId: 'getStatus',
        response: answers({ 200: StatusAnswer, '4xx': ProblemAnswer }),
      },
    },
    async () => status.view(),
  );

  app.get('/status', { config, schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('Content-Security-Policy', STATUS_PAGE_POLICY)
      .header('X-Content-Type-Options', 'nosniff')
      .header('Referrer-Policy', 'no-referrer')
      .header('Cache-Control', 'no-store')
      .send(renderStatusPage(status.view())),
  );
}
