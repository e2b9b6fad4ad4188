// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import Type from 'typebox';
import {
  BLUEPRINT_NAME_PATTERN,
  type BlueprintResources,
  BlueprintSchema,
  BlueprintValueSchema,
  completeValues,
  filledResources,
  resourcesOf,
  valuesOf,
} from '../../../model/blueprint.ts';
import {
  blueprintFiles,
  blueprintNamed,
  listBlueprints,
  type NamedBlueprint,
} from '../../../project/blueprints/load.ts';
import { projectFileOf } from '../../../project/blueprints/project-file.ts';
import { settingsOf } from '../../../project/sections/functions.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { permitAny } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['blueprints'];

const Parameters = Type.Object({ name: Type.String({ pattern: BLUEPRINT_NAME_PATTERN }) });
const { title, summary, shows, languages, tags: words, secrets } = BlueprintSchema.properties;
const Summary = Type.Object({
  ...{ name: Type.String(), title, summary, shows, languages, tags: words },
  triggers: Type.Array(Type.String(), { description: 'The kinds of triggers that wake its functions' }),
});
const Resources = Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
  description: 'By section (`functions`, `roles`, `triggers`, `buckets`, …) and name, as in a project file',
});
const Details = Type.Object({
  ...Summary.properties,
  values: Type.Record(Type.String(), BlueprintValueSchema, {
    description: 'What a person is asked for, in this order; a default may refer to what comes before it',
  }),
  secrets,
  resources: Resources,
  files: Type.Array(Type.Object({ path: Type.String(), text: Type.String() }), {
    description: 'Code, tests and samples; `path` of a function is the folder of its code among them',
  }),
});

/** Blueprints: functions to begin with, each with what wakes it and what it uses. They change with the installation alone. */
export function addBlueprintRoutes(app: App): void {
  let read: Promise<readonly NamedBlueprint[]> | undefined;
  const all = () => {
    read ??= listBlueprints().catch((error: unknown) => {
      read = undefined;
      throw error;
    });
    return read;
  };

  app.get(
    '/v1/blueprints',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists blueprints in the order of their names',
        operationId: 'listBlueprints',
        response: answers({ 200: Type.Object({ blueprints: Type.Array(Summary) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({
      blueprints: (await all()).map(summaryOf),
    }),
  );

  app.get(
    '/v1/blueprints/:name',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Shows a blueprint with its files',
        description: 'References such as `${bucket}` in its resources stand for the values that it asks for.',
        operationId: 'getBlueprint',
        params: Parameters,
        response: answers({ 200: Details, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name, blueprint } = blueprintNamed(await all(), request.params.name);
      const { secrets } = blueprint;
      return {
        ...summaryOf({ name, blueprint }),
        values: valuesOf(blueprint, name),
        ...(secrets !== undefined && { secrets }),
        resources: resourcesOf(blueprint),
        files: [...(await blueprintFiles(name))],
      };
    },
  );

  app.post(
    '/v1/blueprints/:name/resources',
    {
      config: permitAny('function:list'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Says what a blueprint makes for some values, and makes nothing',
        description:
          'Values that are not given have their defaults. Secrets are no values: references to them stay, to be filled in by whoever has them.',
        operationId: 'fillBlueprint',
        params: Parameters,
        body: Type.Object(
          { values: Type.Optional(Type.Record(Type.String(), Type.String())) },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            values: Type.Record(Type.String(), Type.String()),
            resources: Resources,
            projectFile: Type.String({ description: 'The text of a `fob.yaml` that makes the same' }),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const found = blueprintNamed(await all(), request.params.name);
      const values = completeValues(found.blueprint, found.name, request.body.values ?? {});
      return {
        values,
        resources: inUnitsOfTheApi(filledResources(found.blueprint, values)),
        projectFile: projectFileOf(found, values),
      };
    },
  );
}

function summaryOf({ name, blueprint }: Pick<NamedBlueprint, 'name' | 'blueprint'>) {
  const { title, summary, shows, languages, tags, triggers = {} } = blueprint;
  const types = Object.values(triggers).flatMap((trigger) => (trigger === null ? [] : [String(trigger.type)]));
  return { name, title, summary, shows, languages, tags, triggers: [...new Set(types)] };
}

/** Settings of functions by their names in the API, where a project file may write `memory: 256m`. */
function inUnitsOfTheApi(resources: BlueprintResources): BlueprintResources {
  const functions = Object.entries(resources.functions ?? {}).map(([name, entry]) => [
    name,
    { path: entry.path, ...settingsOf(entry) },
  ]);
  return { ...resources, functions: Object.fromEntries(functions) };
}
