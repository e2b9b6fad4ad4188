import { isUtf8 } from 'node:buffer';
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { DeployRequest } from '../../../engine/api.ts';
import { type FunctionConfig, FunctionConfigSchema } from '../../../model/function.ts';
import { parseJsonText } from '../../../model/json.ts';
import { Problem } from '../../../model/problem.ts';
import { receiveBody } from '../../body.ts';
import { mediaTypeOf } from '../../media-type.ts';
import { checked, validatorCompiler } from '../../validation.ts';
import { PartialConfig } from '../schemas.ts';

/** What may surround the code in an upload: the configuration, and the syntax of JSON or a form. */
const ENVELOPE_BYTES = 2_097_152;
const MAX_CONFIG_BYTES = 1_048_576;
const FileName = Type.String({
  pattern: '^[^/\\\\\\x00-\\x1f]{1,255}$',
  description: 'Its ending decides the runtime',
});

/** Code and configuration as one JSON document. */
const JsonUpload = Type.Object(
  {
    code: Type.Union([
      Type.Object({ inline: Type.String(), fileName: Type.Optional(FileName) }, { additionalProperties: false }),
      Type.Object(
        { base64: Type.String({ description: 'A ZIP or tar.gz, in base64' }) },
        { additionalProperties: false },
      ),
    ]),
    config: Type.Optional(PartialConfig),
  },
  { additionalProperties: false },
);

/** Settings that hold names and values of their own. */
const MAPS = ['environment', 'secrets', 'tags'] as const;

/** Configuration beside a raw upload. `environment.NAME=value`, `secrets.NAME=secret` and `tags.name=value` may be there too. */
export const UploadQuery = Type.Object({
  fileName: Type.Optional(FileName),
  ...Type.Partial(Type.Omit(FunctionConfigSchema, [...MAPS])).properties,
});

/** The body of a deployment in its three media types, for the API's description; `receiveUpload` checks it. */
export const uploadBodies = {
  content: {
    'application/json': { schema: JsonUpload },
    'multipart/form-data': {
      schema: Type.Object({
        code: Type.Unsafe<Buffer>({
          type: 'string',
          format: 'binary',
          description: 'One source file, a ZIP or a tar.gz',
        }),
        config: Type.Optional(Type.String({ description: 'The configuration as JSON' })),
      }),
    },
    'application/octet-stream': {
      schema: Type.Unsafe<Buffer>({
        type: 'string',
        format: 'binary',
        description:
          'One source file, a ZIP or a tar.gz, told apart by its first bytes; any other media type is read the same',
      }),
    },
  },
};

/** The largest body of an upload: in JSON, base64 or escapes may make the code longer by half. */
export function largestUploadBytes(maxCodeBytes: number): number {
  return Math.ceil(maxCodeBytes * 1.5) + ENVELOPE_BYTES;
}

/** Leaves the body, which the handler has yet to read, unchecked. */
export const uploadValidator: FastifySchemaCompiler<TSchema> = (part) =>
  part.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(part);

export type Upload = Pick<DeployRequest, 'code' | 'config'>;

/** Reads code and configuration from a request: JSON, a form with the fields `code` and `config`, or the code itself with the configuration in the query. */
export async function receiveUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  maxCodeBytes: number,
): Promise<Upload> {
  const query = request.query as Static<typeof UploadQuery>;
  const config = configOfQuery(query);
  switch (mediaTypeOf(request.raw)) {
    case 'application/json': {
      const body = await receiveBody(request.raw, reply.raw, largestUploadBytes(maxCodeBytes));
      return ofJson(body, config, maxCodeBytes);
    }
    case 'multipart/form-data':
      return ofForm(request, config, maxCodeBytes).catch(malformedForm);
    default: {
      const content = await receiveBody(request.raw, reply.raw, maxCodeBytes);
      return { code: codeOf(content, query.fileName), config };
    }
  }
}

function ofJson(body: Buffer, config: Partial<FunctionConfig>, maxCodeBytes: number): Upload {
  const upload = checked(JsonUpload, parseJson(body.toString(), 'the body'), 'body') as Static<typeof JsonUpload>;
  const { code } = upload;
  const content = 'inline' in code ? Buffer.from(code.inline) : Buffer.from(code.base64, 'base64');
  if (content.length > maxCodeBytes) {
    throw new Problem('too_large', `the code is larger than ${maxCodeBytes} bytes`, {
      details: { maxBytes: maxCodeBytes },
    });
  }
  return {
    code: codeOf(content, 'inline' in code ? code.fileName : undefined),
    config: { ...config, ...upload.config },
  };
}

async function ofForm(request: FastifyRequest, config: Partial<FunctionConfig>, maxCodeBytes: number): Promise<Upload> {
  let content: Buffer | undefined;
  let fileName: string | undefined;
  let given: Partial<FunctionConfig> = {};
  const limits = { fileSize: maxCodeBytes, files: 1, fields: 10, fieldSize: MAX_CONFIG_BYTES };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field' && part.valueTruncated) {
      throw new Problem(
        'too_large',
        `the field "${part.fieldname}" is larger than ${MAX_CONFIG_BYTES} bytes; send code as a file`,
      );
    }
    if (part.type === 'file' && part.fieldname === 'code') {
      content = await part.toBuffer();
      fileName = part.filename;
    } else if (part.type === 'field' && part.fieldname === 'code') {
      content = Buffer.from(String(part.value));
    } else if (part.type === 'field' && part.fieldname === 'config') {
      given = checked(PartialConfig, parseJson(String(part.value), 'the field `config`'), 'config') as typeof given;
    } else {
      throw new Problem(
        'invalid_request',
        `the form has a field "${part.fieldname}"; only \`code\` and \`config\` are known`,
      );
    }
  }
  if (content === undefined)
    throw new Problem('invalid_request', 'the form has no field `code`: curl -F code=@main.py');
  return { code: codeOf(content, fileName), config: { ...config, ...given } };
}

/** The parser's own errors are plain ones. */
function malformedForm(error: Error & { code?: unknown }): never {
  if (error.name !== 'Error' || error.code !== undefined) throw error;
  throw new Problem('invalid_request', `the form is malformed: ${error.message}`, { cause: error });
}

/** What uploaded bytes are, by their first ones. */
function codeOf(content: Buffer, fileName: string | undefined): Upload['code'] {
  if (content.length === 0)
    throw new Problem('invalid_request', 'the code is empty; send a source file, a ZIP or a tar.gz');
  if (content[0] === 0x50 && content[1] === 0x4b) return { form: 'zip', content };
  if (content[0] === 0x1f && content[1] === 0x8b) return { form: 'tar.gz', content };
  if (!isUtf8(content)) {
    throw new Problem(
      'invalid_function',
      'the code is neither UTF-8 text nor a ZIP nor a tar.gz (a tar must be gzipped)',
    );
  }
  return { form: 'inline', content, ...(fileName !== undefined && { fileName }) };
}

function configOfQuery({ fileName: _, ...query }: Static<typeof UploadQuery>): Partial<FunctionConfig> {
  const entries = Object.entries(query);
  const group = (prefix: string): Record<string, unknown> | undefined => {
    const members = entries
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]);
    return members.length === 0 ? undefined : Object.fromEntries(members);
  };
  const config = Object.fromEntries(entries.filter(([key]) => !MAPS.some((map) => key.startsWith(`${map}.`))));
  for (const map of MAPS) {
    const members = group(`${map}.`);
    if (members !== undefined) config[map] = members as never;
  }
  return checked(PartialConfig, Value.Convert(PartialConfig, config), 'query') as Partial<FunctionConfig>;
}

/** Parses JSON; throws `invalid_request` saying where it is broken. */
export function parseJson(text: string, what: string): unknown {
  try {
    return parseJsonText(text);
  } catch (cause) {
    throw new Problem('invalid_request', `${what} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
