import Type from 'typebox';
import { SECRET_FUNCTIONS_PATTERN, SECRET_LIMITS, SECRET_NAME_PATTERN } from '../../model/secret.ts';
import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

interface SecretView {
  readonly revision: number;
  readonly description: string;
  readonly functions: readonly string[];
  readonly version: number;
}

/** Secrets by name, and which functions may have them. Their values are never in a file: a variable may bring one. */
export const secrets: Section = {
  key: 'secrets',
  noun: 'secret',
  namePattern: SECRET_NAME_PATTERN,
  schema: Type.Object(
    {
      description: Type.Optional(Type.String({ maxLength: 1_000 })),
      functions: Type.Optional(
        Type.Array(Type.String({ pattern: SECRET_FUNCTIONS_PATTERN }), { maxItems: SECRET_LIMITS.functions }),
      ),
      value: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: SECRET_LIMITS.bytes,
          description: 'From a variable: no value belongs into the file',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  async read(_name, { description = '', functions = [], value }) {
    return { fields: { description, functions }, ...(value !== undefined && { secrets: { value: String(value) } }) };
  },
  async current(api, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<SecretView>(api, pathOf(name));
      if (view === undefined) continue;
      const holds = view.version === 1 ? '1 value' : `${view.version} values`;
      const { description, functions, revision } = view;
      found.set(name, { fields: { description, functions }, revision, ...(view.version > 0 && { holds }) });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    const body = { ...wanted.fields, ...wanted.secrets };
    await sendDocument(api, 'PUT', pathOf(name), body, demand(actual?.revision ?? 0));
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function pathOf(name: string): string {
  return `/v1/secrets/${encodeURIComponent(name)}`;
}
