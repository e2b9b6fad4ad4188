import Type, { type Static } from 'typebox';
import { noFunction } from '../../../model/no-function.ts';
import { Problem } from '../../../model/problem.ts';
import { formatTarget, parseTarget } from '../../../model/target.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitFunction } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { demandedRevision } from '../precondition.ts';
import { CodeAnswer, FunctionView, NameParameters, ProblemAnswer, TargetParameters } from '../schemas.ts';
import { answerDeployment } from './deployment.ts';

const tags = ['functions'];
const MAX_FILES = 1_000;
/** What JSON may add to text. */
const ENVELOPE_FACTOR = 1.5;

const FilesAnswer = Type.Object({
  version: Type.Integer(),
  form: CodeAnswer.properties.form,
  files: Type.Array(
    Type.Object({
      path: Type.String(),
      bytes: Type.Integer(),
      sha256: Type.String(),
      text: Type.Boolean({ description: 'It can be read as text, and so be edited' }),
    }),
    { description: 'In the order of their paths' },
  ),
  cut: Type.Boolean({ description: 'There are more files than are listed' }),
});

const ChangesBody = Type.Object(
  {
    files: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
      minProperties: 1,
      maxProperties: MAX_FILES,
      description: 'New texts by the paths of files; `null` removes a file. The others stay as they are.',
    }),
    from: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The version whose code is changed; what serves where absent' }),
    ),
  },
  { additionalProperties: false },
);

/** The files of a function's code, one by one: for editors. */
export function addFileRoutes(app: App, context: DoorContext): void {
  const { engine, deployer, settings } = context;

  app.get(
    '/v1/functions/:name/files',
    {
      config: permitFunction('function:code'),
      schema: {
        tags,
        summary: 'Lists the files of the code as it was uploaded',
        description: 'A folder that holds all the others is left out of their paths, as it is when code is deployed.',
        operationId: 'listFiles',
        params: TargetParameters,
        response: answers({ 200: FilesAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { files, ...rest } = await deployer.files(targetOf(request.params.name));
      const listed = [...files].map(([path, { bytes, sha256, text }]) => ({
        path,
        bytes,
        sha256,
        text: text !== undefined,
      }));
      return { ...rest, files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)) };
    },
  );

  app.get(
    '/v1/functions/:name/files/*',
    {
      config: permitFunction('function:code'),
      schema: {
        tags,
        summary: 'Shows one file of the code as text',
        operationId: 'getFile',
        params: Type.Object({ ...TargetParameters.properties, '*': Type.String({ maxLength: 2_048 }) }),
        response: answers({ '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const path = request.params['*'];
      const { files, version } = await deployer.files(targetOf(request.params.name));
      const file = files.get(path);
      if (file === undefined) throw new Problem('not_found', `version ${version} has no file ${JSON.stringify(path)}`);
      if (file.text === undefined) {
        throw new Problem(
          'invalid_request',
          `${JSON.stringify(path)} is no text, or a long one: download the whole code with GET /v1/functions/{name}/code`,
        );
      }
      return reply
        .type('text/plain; charset=utf-8')
        .header('Content-Disposition', 'attachment')
        .header('X-Content-Type-Options', 'nosniff')
        .send(file.text);
    },
  );

  app.patch(
    '/v1/functions/:name/files',
    {
      preValidation: readJsonBody(Math.ceil(settings.maxCodeBytes * ENVELOPE_FACTOR)),
      config: permitFunction('function:deploy'),
      schema: {
        tags,
        summary: 'Changes files of the code: a new version, built and tried like any other',
        description:
          '`If-Match: "<revision>"` only changes what you have seen; without it, a change that somebody else makes meanwhile is not lost: this one is refused with 409. With `Accept: application/x-ndjson` the answer shows the progress, as of PUT /v1/functions/{name}; `Fob-Origin` says the same there.',
        operationId: 'changeFiles',
        params: NameParameters,
        body: ChangesBody,
        response: answers({ 200: FunctionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const stored = engine.find(request.params.name);
      if (stored === undefined) throw noFunction(request.params.name);
      const { name } = stored.document;
      const { files, from } = request.body as Static<typeof ChangesBody>;
      const precondition = demandedRevision(request.headers, engine, name);
      const code = await deployer.edit(from === undefined ? name : `${name}:${from}`, files);
      // The files that stay are those of now: what others change until it is built must not go with the old ones.
      const expectedRevision = precondition ?? stored.revision;
      const given = { files: Object.keys(files) };
      return answerDeployment(context, reply, { name, code, config: {}, expectedRevision }, precondition, given);
    },
  );

  /** The same version of the function by its name, which may have been told by its id. */
  function targetOf(text: string): string {
    const target = parseTarget(text);
    const name = engine.find(target.function)?.document.name;
    if (name === undefined) throw noFunction(target.function);
    return formatTarget({ ...target, function: name });
  }
}
