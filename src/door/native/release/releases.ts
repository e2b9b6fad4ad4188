import Type from 'typebox';
import Value from 'typebox/value';
import { Problem } from '../../../model/problem.ts';
import { type ReleaseRules, ReleaseRulesSchema } from '../../../model/release.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, permitFunction, visible } from '../../permission.ts';
import { nameOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { changeSeen, IF_MATCH } from '../precondition.ts';
import { NameParameters, ProblemAnswer } from '../schemas.ts';
import { AliasParameters, ReleaseAnswer, ReleaseBody } from './release-schemas.ts';
import { aliasView, releaseView } from './release-view.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['releases'];
const list = Type.Object({ releases: Type.Array(ReleaseAnswer) });

/** Gradual releases by an alias. */
export function addReleaseRoutes(app: App, context: DoorContext): void {
  const { releases, alerts, engine } = context;

  /** A name that is misspelt would never fire. */
  const checkAlarms = (names: readonly string[]): void => {
    if (alerts === undefined) return;
    const defaults = alerts.defaults().map(({ name }) => name);
    const unknown = names.find(
      (name) => alerts.findRule(name) === undefined && !defaults.includes(name) && engine.find(name) === undefined,
    );
    if (unknown === undefined) return;
    throw new Problem(
      'not_found',
      `there is no alarm "${unknown}": name a rule (fob alert rules lists them), or a function whose alerts are meant`,
    );
  };

  app.get(
    '/v1/releases',
    {
      config: permitAny('function:read'),
      schema: {
        tags,
        summary: 'Lists the releases that are under way, and the last one by each alias; newest first',
        operationId: 'listAllReleases',
        response: answers({ 200: list }),
      },
    },
    async (request) => {
      const all = await releases.releases();
      return { releases: visible(request, 'function:read', all, (each) => each.function).map(releaseView) };
    },
  );

  app.get(
    '/v1/functions/:name/releases',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: "Lists a function's releases with their reports, newest first",
        operationId: 'listReleases',
        params: NameParameters,
        response: answers({ 200: list, '4xx': ProblemAnswer }),
      },
    },
    async (request) => ({ releases: (await releases.releases(request.params.name)).map(releaseView) }),
  );

  app.get(
    '/v1/functions/:name/aliases/:alias/release',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows the release by an alias that is under way, or the last one',
        operationId: 'getRelease',
        params: AliasParameters,
        response: answers({ 200: ReleaseAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name, alias } = request.params;
      const view = releases.release(name, alias);
      if (view === undefined) throw new Problem('not_found', `nothing was ever released by "${alias}" of "${name}"`);
      return releaseView(view);
    },
  );

  app.post(
    '/v1/functions/:name/aliases/:alias/release',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Releases a version gradually by an alias',
        description: `The alias gives the new version more of its calls step by step. Both versions are compared all the while; when the new one has more errors or takes longer than the rules allow, or an alarm fires, everything goes back to the old one at once, with a report. ${IF_MATCH} The revision is the alias's.`,
        operationId: 'startRelease',
        params: AliasParameters,
        body: ReleaseBody,
        response: answers({ 201: ReleaseAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, alias } = request.params;
      const { rules = {}, ...wanted } = request.body;
      checkAlarms(rules.alarms ?? []);
      const stands = () => {
        const stored = releases.aliases(name).find(({ document }) => document.name === alias);
        return stored && aliasView(stored, releases.release(name, alias));
      };
      const started = await changeSeen(request, { what: `alias "${alias}"`, stands }, (expectedRevision) =>
        releases.startRelease(name, alias, {
          ...wanted,
          rules: Value.Default(ReleaseRulesSchema, { ...rules }) as ReleaseRules,
          by: nameOf(request.raw),
          ...(expectedRevision !== undefined && { expectedRevision }),
        }),
      );
      noteAudit(request.raw, { details: { alias, how: 'started', version: wanted.to } });
      return reply.code(201).send(releaseView(started));
    },
  );

  for (const change of ['pause', 'resume', 'abort', 'promote'] as const) {
    app.post(
      `/v1/functions/:name/aliases/:alias/release/${change}`,
      {
        preValidation: readJsonBody(MAX_JSON_BYTES),
        config: permitFunction('function:release'),
        schema: {
          tags,
          summary: SUMMARIES[change],
          operationId: `${change}Release`,
          params: AliasParameters,
          response: answers({ 200: ReleaseAnswer, '4xx': ProblemAnswer }),
        },
      },
      async (request) => {
        const { name, alias } = request.params;
        const changed = await releases.changeRelease(name, alias, change, nameOf(request.raw));
        noteAudit(request.raw, { details: { alias, how: HOW[change], version: changed.release.to } });
        return releaseView(changed);
      },
    );
  }
}

const HOW = { pause: 'paused', resume: 'resumed', abort: 'aborted', promote: 'promoted' } as const;
const SUMMARIES = {
  pause: 'Keeps a release at its step; it is still rolled back where the new version is worse',
  resume: 'Lets a paused release go on: its step begins anew',
  abort: 'Gives a release up: everything goes to the old version',
  promote: 'Ends a release: everything goes to the new version now',
} as const;
