import Type, { type Static } from 'typebox';
import type { AuditEntry } from '../../../store/audit-trail.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { ProblemAnswer } from '../schemas.ts';

const DEFAULT_CHANGES = 20;
/** Entries of the trail that are looked at for one answer. */
const MAX_LOOKED_AT = 1_000;
const PAGE = 200;
/** What changes what a function does, and when. */
const CHANGES: ReadonlySet<string> = new Set([
  'function:deploy',
  'function:configure',
  'function:release',
  'function:remove',
  'trigger:write',
]);
/** What changes nothing that somebody has not decided before. */
const NO_CHANGE: ReadonlySet<unknown> = new Set(['tested', 'replayed', 'step']);

const Change = Type.Object({
  time: Type.String(),
  by: Type.String({ description: 'Who: a user, `team <name>`, `operator`, or what acts by itself, such as `release`' }),
  action: Type.Enum([...CHANGES]),
  function: Type.String(),
  trigger: Type.Optional(Type.String()),
  alias: Type.Optional(Type.String()),
  how: Type.Optional(
    Type.String({
      description:
        'What became of the trigger, the alias or the version, such as `created`, `changed`, `moved`, `removed`, `paused`, `rolled_back`, `published`; of a gradual release `started`, `promoted`, `aborted` …',
    }),
  ),
  versions: Type.Optional(
    Type.Array(Type.Object({ version: Type.Integer(), weight: Type.Number() }), {
      description: 'What the alias names from then on',
    }),
  ),
  version: Type.Optional(Type.Integer({ description: 'The version that the change made, made serve, or released' })),
  fields: Type.Array(Type.String(), { description: 'Names of the settings that the change touched' }),
});

/** What people changed of functions lately, for everybody who may see that these are there. */
export function addChangeRoutes(app: App, { store, triggers }: DoorContext): void {
  app.get(
    '/v1/changes',
    {
      config: permitAny('function:list'),
      schema: {
        tags: ['functions'],
        summary: 'Lists what was changed of functions lately, newest first',
        description:
          'Deployments, settings, aliases and releases, triggers, of functions that one may see. It follows from the audit trail, which has all of it, and the values.',
        operationId: 'listChanges',
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: `Default ${DEFAULT_CHANGES}` })),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ changes: Type.Array(Change) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_CHANGES } = request.query;
      const changes: Static<typeof Change>[] = [];
      let cursor: string | undefined;
      for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT && changes.length < limit; lookedAt += PAGE) {
        const page = await store.audit.query({ outcome: 'done', limit: PAGE, ...(cursor !== undefined && { cursor }) });
        const entries = page.items.filter(
          ({ action, details }) => CHANGES.has(action) && !NO_CHANGE.has(details.how ?? details.what),
        );
        const found = await Promise.all(entries.map((entry) => changeOf(entry, ofTrigger)));
        const named = found.filter((each) => each.function !== '');
        changes.push(...visible(request, 'function:list', named, (each) => each.function));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      return { changes: changes.slice(0, limit) };
    },
  );

  const ofTrigger = async (name: string): Promise<string> => (await triggers.find(name))?.trigger.function ?? '';
}

/** An entry of the trail as a change of a function; of none that is known, its function is empty. */
async function changeOf(
  { timeMs, actor, action, subject, details }: AuditEntry,
  ofTrigger: (name: string) => Promise<string>,
): Promise<Static<typeof Change>> {
  const colon = subject.indexOf(':');
  const [kind, name] = [subject.slice(0, colon), subject.slice(colon + 1)];
  const after = (details.after ?? {}) as Readonly<Record<string, unknown>>;
  const { alias, versions, what, how = what } = details;
  const version = after.version ?? details.version ?? details.to;
  return {
    time: new Date(timeMs).toISOString(),
    by: actor,
    action,
    function:
      kind === 'function' ? name : typeof details.function === 'string' ? details.function : await ofTrigger(name),
    ...(kind === 'trigger' && { trigger: name }),
    ...(typeof alias === 'string' && { alias }),
    ...(typeof how === 'string' && { how }),
    ...(Array.isArray(versions) && { versions: versions as { version: number; weight: number }[] }),
    ...(typeof version === 'number' && { version }),
    fields: action === 'function:configure' ? Object.keys(after).filter((field) => field !== 'version') : [],
  };
}
