import { isDeepStrictEqual } from 'node:util';
import Type from 'typebox';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import { demand, findJson, type ProjectApi, sendDocument } from '../api.ts';
import type { Actual, Fields, Section } from '../section.ts';
import { existingFunctions } from './function-names.ts';

interface Share {
  readonly version: number;
  readonly weight: number;
}
interface AliasView {
  readonly name: string;
  readonly revision: number;
  readonly versions: readonly Share[];
}

const LATEST = 'latest';

/** Aliases by function: of one version, of two with weights, or of the latest, which moves with each change of the function. */
export const aliases: Section = {
  key: 'aliases',
  noun: 'aliases of function',
  namePattern: FUNCTION_NAME_PATTERN,
  schema: Type.Record(
    Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' }),
    Type.Union([
      Type.Integer({ minimum: 1 }),
      Type.Literal(LATEST),
      Type.Record(Type.String({ pattern: '^[1-9][0-9]{0,8}$' }), Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
    ]),
    { additionalProperties: false },
  ),
  async read(_name, entry) {
    const wanted = Object.entries(entry).map(([alias, value]) => {
      if (typeof value !== 'object' || value === null) return [alias, value];
      const sum = Object.values(value as Record<string, number>).reduce((total, weight) => total + weight, 0);
      if (Math.abs(sum - 100) < 0.001) return [alias, value];
      throw new Problem('invalid_request', `the weights of "${alias}" add up to ${sum}, not to 100`, {
        details: { field: alias },
      });
    });
    return { fields: { aliases: Object.fromEntries(wanted) } };
  },
  async current(api, names, wanted, applied, changing) {
    const found = new Map<string, Actual>();
    for (const name of await existingFunctions(api, names)) {
      const all = await aliasesOf(api, name);
      if (all === undefined) continue;
      const latest = changing.has(`functions/${name}`) ? undefined : await latestOf(api, name);
      const mine = new Set([...namesOf(wanted.get(name)?.fields), ...namesOf(applied.get(name))]);
      const now = all
        .filter((alias) => mine.has(alias.name))
        .map((alias) => {
          const value = writtenAs(alias.versions);
          const isLatest = targetsOf(wanted.get(name)?.fields)[alias.name] === LATEST && value === latest;
          return [alias.name, isLatest ? LATEST : value];
        });
      if (now.length > 0) found.set(name, { fields: { aliases: Object.fromEntries(now) } });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    const now = targetsOf(actual?.fields);
    const all = (await aliasesOf(api, name)) ?? [];
    for (const [alias, target] of Object.entries(targetsOf(wanted.fields))) {
      if (isDeepStrictEqual(now[alias], target)) continue;
      const versions = sharesOf(target === LATEST ? await latestOf(api, name) : target);
      const revision = all.find((each) => each.name === alias)?.revision ?? 0;
      await sendDocument(api, 'PUT', pathOf(name, alias), { versions }, demand(revision));
    }
    const kept = namesOf(wanted.fields);
    for (const alias of Object.keys(now)) if (!kept.includes(alias)) await api.json('DELETE', pathOf(name, alias));
  },
  async remove(name, actual, { api }) {
    for (const alias of namesOf(actual.fields)) await api.json('DELETE', pathOf(name, alias));
  },
};

/** Absent where there is no such function. */
async function aliasesOf(api: ProjectApi, name: string): Promise<readonly AliasView[] | undefined> {
  return (await findJson<{ aliases: AliasView[] }>(api, pathOf(name)))?.aliases;
}

async function latestOf(api: ProjectApi, name: string): Promise<number> {
  return (await api.json<{ version: number }>('GET', `/v1/functions/${encodeURIComponent(name)}`)).version;
}

/** As the file says it: a number, or weights by number. */
function writtenAs(versions: readonly Share[]): unknown {
  if (versions.length === 1) return versions[0]!.version;
  return Object.fromEntries(versions.map(({ version, weight }) => [String(version), weight]));
}

function sharesOf(target: unknown): Share[] {
  if (typeof target === 'number') return [{ version: target, weight: 100 }];
  return Object.entries(target as Record<string, number>).map(([version, weight]) => ({
    version: Number(version),
    weight,
  }));
}

function targetsOf(fields: Fields | undefined): Readonly<Record<string, unknown>> {
  return (fields?.aliases ?? {}) as Record<string, unknown>;
}

function namesOf(fields: Fields | undefined): string[] {
  return Object.keys(targetsOf(fields));
}

function pathOf(name: string, alias?: string): string {
  const all = `/v1/functions/${encodeURIComponent(name)}/aliases`;
  return alias === undefined ? all : `${all}/${encodeURIComponent(alias)}`;
}
