import Type from 'typebox';
import { problemOf } from '../api.ts';
import type { Actual, Fields, Section } from '../section.ts';

const MAX_KEYS = 1_000;

/** Values of key-value spaces that belong to the code, such as switches; other keys of a space are none of the file's. */
export const keyValues: Section = {
  key: 'keyValues',
  noun: 'key-value space',
  namePattern: '^(?=.{1,80}$)[A-Za-z0-9][A-Za-z0-9_-]*$',
  schema: Type.Record(Type.String({ minLength: 1, maxLength: 512 }), Type.Unknown(), { maxProperties: MAX_KEYS }),
  async read(_name, entry) {
    const values = Object.entries(entry).map(([key, value]) => [key, textOf(value)]);
    return { fields: { values: Object.fromEntries(values) } };
  },
  async current(api, names, wanted, applied) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const keys = new Set([...keysOf(wanted.get(name)?.fields), ...keysOf(applied.get(name))]);
      const values: Record<string, string> = {};
      for (const key of keys) {
        try {
          values[key] = await api.text('GET', pathOf(name, key));
        } catch (error) {
          if (problemOf(error)?.code !== 'not_found') throw error;
        }
      }
      if (Object.keys(values).length > 0) found.set(name, { fields: { values } });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    const values = valuesOf(wanted.fields);
    const before = valuesOf(actual?.fields);
    for (const [key, value] of Object.entries(values)) {
      if (before[key] !== value) await api.json('PUT', pathOf(name, key), { body: Buffer.from(value) });
    }
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(values, key)) await api.json('DELETE', pathOf(name, key));
    }
  },
  async remove(name, actual, { api }) {
    for (const key of keysOf(actual.fields)) await api.json('DELETE', pathOf(name, key));
  },
};

function valuesOf(fields: Fields | undefined): Readonly<Record<string, string>> {
  return (fields?.values ?? {}) as Record<string, string>;
}

function keysOf(fields: Fields | undefined): string[] {
  return Object.keys(valuesOf(fields));
}

function pathOf(space: string, key: string): string {
  return `/v1/kv/${encodeURIComponent(space)}/${encodeURIComponent(key)}`;
}

/** A value as it is kept: a text as it is, anything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
