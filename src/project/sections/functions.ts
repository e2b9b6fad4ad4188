import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import Type, { type TSchema } from 'typebox';
import {
  defaultConfig,
  FUNCTION_NAME_PATTERN,
  type FunctionConfig,
  FunctionConfigSchema,
} from '../../model/function.ts';
import { ORIGIN_HEADER, originHeader, type VersionOrigin } from '../../model/origin.ts';
import { Problem } from '../../model/problem.ts';
import { demand, findJson, type ProblemBody, type ProjectApi, sendDocument } from '../api.ts';
import { type Code, digestOf, readCode } from '../code/read-code.ts';
import { uploadForm } from '../code/upload-form.ts';
import type {
  Actual,
  ApplyContext,
  Change,
  CheckContext,
  Fields,
  Objection,
  ReadContext,
  Section,
  Wanted,
} from '../section.ts';
import { durationMs, MEMORY_PATTERN, memoryMb } from '../units.ts';
import { durationSchema } from './duration.ts';
import { existingFunctions } from './function-names.ts';
import { textMap } from './text-map.ts';

/** Marks functions of a project, so that lists and rules can go by it. */
const PROJECT_TAG = 'fob.project';

interface FunctionView {
  readonly version: number;
  readonly revision: number;
  readonly updatedAt: string;
  readonly config: FunctionConfig;
  readonly code: { readonly sha256: string };
  readonly origin?: VersionOrigin;
}

interface Verdict {
  readonly violations: readonly { readonly policy: string; readonly mode: string; readonly message: string }[];
}

/** What the node tells while it deploys. */
type DeployEvent =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: string; readonly value: string }
  | { readonly kind: 'done'; readonly function: FunctionView }
  | { readonly kind: 'error'; readonly error: ProblemBody };

const settings = FunctionConfigSchema.properties as Readonly<Record<string, TSchema>>;

/** Functions: code of a folder, a file or an archive, and every setting, with units where it has one. */
export const functions: Section = {
  key: 'functions',
  noun: 'function',
  namePattern: FUNCTION_NAME_PATTERN,
  schema: entrySchema(),
  read: readFunction,
  current,
  check,
  apply,
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

/** Settings under their own names, and those of time and memory with units under a shorter one. */
function entrySchema(): TSchema {
  const properties: Record<string, TSchema> = {
    path: Type.String({
      minLength: 1,
      maxLength: 1_000,
      description: 'Folder, source file or archive, seen from the project file',
    }),
  };
  for (const [name, schema] of Object.entries(settings)) {
    properties[name] = Type.Optional(isTexts(schema) ? textsSchema(schema) : schema);
    if (name.endsWith('Ms')) properties[name.slice(0, -2)] = Type.Optional(durationSchema());
    if (name.endsWith('Mb')) properties[name.slice(0, -2)] = Type.Optional(memorySchema());
  }
  return Type.Object(properties, { additionalProperties: false });
}

function isTexts(schema: TSchema): boolean {
  return (schema as { type?: string; patternProperties?: object }).patternProperties !== undefined;
}

/** A map of texts takes numbers and booleans too: YAML reads `STAGE: 1` as one. */
function textsSchema(schema: TSchema): TSchema {
  const patterns = Object.keys((schema as unknown as { patternProperties: object }).patternProperties);
  const value = Type.Union([Type.String({ maxLength: 4_096 }), Type.Number(), Type.Boolean()]);
  return Type.Unsafe({
    type: 'object',
    patternProperties: Object.fromEntries(patterns.map((pattern) => [pattern, value])),
    additionalProperties: false,
    words: 'a map of names and texts',
  });
}

function memorySchema(): TSchema {
  return Type.Union([Type.Number({ minimum: 1 }), Type.String({ pattern: MEMORY_PATTERN })], {
    words: 'a size such as 256, 256m or 1g',
  });
}

async function readFunction(
  _name: string,
  entry: Readonly<Record<string, unknown>>,
  context: ReadContext,
): Promise<Wanted> {
  const config = { ...defaultConfig(), ...settingsOf(entry) } as FunctionConfig;
  const tags = { ...config.tags, [PROJECT_TAG]: context.project };
  const path = await codePath(String(entry.path), context);
  const code = await readCode(path).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, error.message, { cause: error, details: { field: 'path' } });
  });
  return {
    fields: { ...config, tags, code: digestOf(code.content) },
    usual: defaultConfig(),
    payload: { code, path } satisfies Payload,
  };
}

/** The settings of an entry by their names in the API, in its units; the entry fits the schema. */
export function settingsOf(entry: Readonly<Record<string, unknown>>): Partial<FunctionConfig> {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'path') continue;
    if (Object.hasOwn(settings, name)) given[name] = isTexts(settings[name]!) ? textMap(value) : value;
    else if (Object.hasOwn(settings, `${name}Ms`)) given[`${name}Ms`] = durationMs(value as string);
    else given[`${name}Mb`] = memoryMb(value as string);
  }
  return given;
}

interface Payload {
  readonly code: Code;
  readonly path: string;
}

/** Where the code is; throws where it is outside of the folder and may not be. */
async function codePath(path: string, { folder, confined }: ReadContext): Promise<string> {
  const whole = resolve(folder, path);
  if (!confined) return whole;
  const inner = relative(await realpath(folder), await realpath(whole).catch(() => whole));
  if (inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner)) {
    throw new Problem('invalid_request', `${path} is outside of what was pushed`, { details: { field: 'path' } });
  }
  return whole;
}

function pathOf(name: string): string {
  return `/v1/functions/${encodeURIComponent(name)}`;
}

async function current(api: ProjectApi, names: readonly string[]): Promise<Map<string, Actual>> {
  const found = new Map<string, Actual>();
  for (const name of await existingFunctions(api, names)) {
    const view = await findJson<FunctionView>(api, pathOf(name));
    if (view !== undefined) found.set(name, actualOf(view));
  }
  return found;
}

function actualOf({ config, code, revision, origin, updatedAt, version }: FunctionView): Actual {
  return {
    fields: { ...config, code: code.sha256 },
    revision,
    changed: { at: updatedAt, ...(origin !== undefined && { by: origin.by }) },
    holds: version === 1 ? '1 version' : `${version} versions`,
  };
}

/** What the policies of the node say to the function as it is to be. */
async function check({ name, wanted }: Change, { api, origin }: CheckContext): Promise<readonly Objection[]> {
  const { code: _, ...config } = wanted.fields;
  const body = { function: name, config, origin: await origin((wanted.payload as Payload).path) };
  const verdict = await sendDocument<Verdict>(api, 'POST', '/v1/policies/check', body);
  return verdict.violations.map(({ policy, mode, message }) => ({
    refused: mode === 'enforce',
    message: `${message} (policy ${policy})`,
  }));
}

/** New code makes a version by an upload, other settings by a change of the configuration, nothing makes none. */
async function apply({ name, wanted, actual }: Change, context: ApplyContext): Promise<void> {
  const { code: digest, ...config } = wanted.fields;
  const { code, path } = wanted.payload as Payload;
  const { api, tell } = context;
  const headers = {
    ...demand(actual?.revision ?? 0),
    [ORIGIN_HEADER]: originHeader(await context.origin(path)),
  };
  // A code that is guessed anew may be of another language: only what the file says is demanded.
  if (actual !== undefined && actual.fields.code === digest) {
    const body = Buffer.from(JSON.stringify(config));
    await api.json('PATCH', pathOf(name), { headers: { ...headers, 'content-type': 'application/json' }, body });
    return;
  }
  await deployCode(api, name, code, config, headers, tell);
}

/** Uploads code and tells what the node does with it. Rejects with the node's refusal, a build's output told. */
export async function deployCode(
  api: ProjectApi,
  name: string,
  code: Pick<Code, 'content' | 'fileName'>,
  config: Fields,
  headers: Readonly<Record<string, string>>,
  tell: (line: string) => void,
): Promise<FunctionView> {
  const form = uploadForm(config, code);
  const options = { headers: { ...headers, 'content-type': form.type }, body: form.body };
  for await (const event of api.lines<DeployEvent>('PUT', pathOf(name), options)) {
    if (event.kind === 'step') tell(`  ${event.title}`);
    else if (event.kind === 'guessed') tell(`  guessed ${event.what} ${event.value}`);
    else if (event.kind === 'output') {
      for (const line of event.text.split('\n')) if (line.trim() !== '') tell(`    ${line}`);
    } else if (event.kind === 'done') return event.function;
    else throw refusal(event.error);
  }
  throw new Problem('unavailable', `the node ended the connection before "${name}" was registered`);
}

/** A refusal that came as the last line of an answer, as one that came as a whole. */
function refusal(body: ProblemBody): Error {
  return Object.assign(new Error(body.detail ?? body.code ?? 'the node refused'), { body });
}
