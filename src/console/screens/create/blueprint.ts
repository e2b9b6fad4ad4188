import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import type { ApiProblem } from '../../api/problem.ts';
import type { Api } from '../../api/types.gen.ts';
import { newTrigger } from '../../ui/trigger-form/trigger-form.tsx';
import { type CodeFile, type Draft, type FunctionDraft, newFunction, type Parts } from './draft.ts';
import { rebase } from './rebase.ts';

export type BlueprintSummary = Api['GET /v1/blueprints']['answer']['blueprints'][number];
export type Blueprint = Api['GET /v1/blueprints/{name}']['answer'];
type Filled = Api['POST /v1/blueprints/{name}/resources']['answer'];
type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const WAIT_MS = 180;

/** The blueprint that a draft began with. */
function useBlueprint(name: string | undefined) {
  return useApi('/v1/blueprints/{name}', { path: { name: name ?? '' } }, { enabled: name !== undefined });
}

/**
 * Keeps a draft as its blueprint makes it for the values that were typed, and what was changed by hand as it is. `isSettled`: what
 * was typed last is in it.
 */
export function useFilledBlueprint(draft: Draft, update: (change: (draft: Draft) => Draft) => void) {
  const name = draft.start === 'blueprint' ? draft.blueprint : undefined;
  const details = useBlueprint(name);
  const typed = useMemo(() => ({ name, values: draft.values }), [name, draft.values]);
  const [late] = useDebouncedValue(typed, WAIT_MS);
  // What was typed for another blueprint is nothing that this one asks for.
  const { values } = late.name === name ? late : typed;
  const filled = useQuery<Filled, ApiProblem>({
    queryKey: ['/v1/blueprints/{name}/resources', { path: { name }, values }],
    queryFn: () => api.post('/v1/blueprints/{name}/resources', { path: { name: name! }, body: { values } }),
    enabled: details.data !== undefined && lackingValues(details.data, values).length === 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const { data, isPlaceholderData } = filled;
  const files = details.data?.name === name ? details.data?.files : undefined;
  useEffect(() => {
    if (data === undefined || files === undefined || isPlaceholderData) return;
    const fresh = partsOf(data, files);
    update((before) => {
      if (before.blueprint !== name || JSON.stringify(before.base) === JSON.stringify(fresh)) return before;
      const parts = before.base === undefined ? fresh : rebase(before.base, before.parts, fresh);
      return { ...before, parts, base: fresh };
    });
  }, [data, files, isPlaceholderData, name, update]);
  const isSettled =
    name === undefined ||
    (data !== undefined && !isPlaceholderData && values === draft.values && draft.base !== undefined);
  return { details, filled, isSettled };
}

/** Values that have no default, and that nobody has given. */
export function lackingValues({ values: asked }: Blueprint, given: Readonly<Record<string, string>>): string[] {
  return Object.keys(asked).filter((name) => asked[name]!.default === undefined && (given[name] ?? '') === '');
}

/** What a value is where nobody gives it, with what it names filled in; `''` where it has to be given. */
export function usualText({ values: asked }: Blueprint, name: string, given: Readonly<Record<string, string>>): string {
  const usual = asked[name]?.default;
  if (usual === undefined) return '';
  // A default names what was asked for before it, and so ends.
  const before = Object.keys(asked).slice(0, Object.keys(asked).indexOf(name));
  return String(usual).replaceAll(/\$\{([a-z][A-Za-z0-9]*)\}/g, (text, named: string) =>
    before.includes(named) ? (given[named] ?? usualText({ values: asked } as Blueprint, named, given)) : text,
  );
}

/** What is wrong with a value that was typed, by the value's name, in the words of whoever wrote the blueprint where it has some. */
export function valueFaults(error: ApiProblem | null, blueprint?: Blueprint): Readonly<Record<string, string>> {
  const field = error?.document.field;
  if (error === null || typeof field !== 'string') return {};
  const { help, pattern } = blueprint?.values[field] ?? {};
  const isUnlike = help !== undefined && pattern !== undefined && error.detail.includes(pattern);
  return { [field]: isUnlike ? `This does not fit. ${help}` : error.detail };
}

/** What hinders a blueprint from being filled in that is no matter of one value. */
export function unfieldedProblem(error: ApiProblem | null): ApiProblem | null {
  return Object.keys(valueFaults(error)).length > 0 ? null : error;
}

/** The value of the blueprint that an option of a trigger is wholly made of; changing the option changes that value. */
export function boundValues(blueprint: Blueprint, at: number): Readonly<Record<string, string>> {
  const written = Object.values((blueprint.resources.triggers ?? {}) as Entries)[at]?.options ?? {};
  return Object.fromEntries(
    Object.entries(written).flatMap(([option, text]) => {
      const value = /^\$\{([a-z][A-Za-z0-9]*)\}$/.exec(String(text))?.[1];
      return value !== undefined && Object.hasOwn(blueprint.values, value) ? [[option, value]] : [];
    }),
  );
}

/** Values that no field of a trigger stands for, and that are not the name; all of these where there are no triggers yet. */
export function looseValues(blueprint: Blueprint, isFilled: boolean): string[] {
  if (!isFilled) return Object.keys(blueprint.values).filter((name) => name !== 'name');
  const count = Object.keys(blueprint.resources.triggers ?? {}).length;
  const bound = Array.from({ length: count }, (_, at) => Object.values(boundValues(blueprint, at))).flat();
  return Object.keys(blueprint.values).filter((name) => name !== 'name' && !bound.includes(name));
}

function partsOf({ resources }: Filled, files: readonly CodeFile[]): Parts {
  const section = (name: string) => Object.entries((resources[name] ?? {}) as Entries);
  const roles = Object.fromEntries(section('roles'));
  const functions = section('functions').map(([name, entry]) => functionOf(name, entry, roles, files));
  const services = (['bucket', 'queue', 'topic'] as const).flatMap((kind) =>
    section(`${kind}s`).map(([name]) => ({ kind, name })),
  );
  const triggers = section('triggers').map(([name, entry]) => {
    const { function: fn, type, options, filter, delivery, enabled, mapping, orderBy } = entry;
    const rest = { ...(mapping !== undefined && { mapping }), ...(orderBy !== undefined && { orderBy }) };
    return {
      of: Math.max(
        0,
        functions.findIndex((each) => each.name === fn),
      ),
      trigger: {
        ...newTrigger(String(type), (options ?? {}) as Record<string, unknown>),
        ...{ name, filter: filter === undefined ? '' : JSON.stringify(filter, null, 2) },
        ...{ delivery: delivery ?? {}, enabled: enabled !== false, rest },
      } as Parts['triggers'][number]['trigger'],
    };
  });
  const secrets = section('secrets').map(([name, { description, functions: users, value }]) => ({
    ...{ name, description: String(description ?? ''), functions: (users ?? []) as string[] },
    variable: /^\$\{(.+)\}$/.exec(String(value))?.[1] ?? '',
  }));
  const keyValues = section('keyValues').map(([space, entries]) => ({
    space,
    values: Object.fromEntries(
      Object.entries(entries).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  }));
  return { functions, triggers, services, keyValues, secrets };
}

function functionOf(
  name: string,
  { path, description, runtime, handler, memoryMb, timeoutMs, role, ...settings }: Entries[string],
  roles: Entries,
  files: readonly CodeFile[],
): FunctionDraft {
  const folder = `${String(path).replace(/^\.\//, '').replace(/\/$/, '')}/`;
  const own = files.filter((file) => file.path.startsWith(folder));
  const made = typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined;
  return newFunction({
    name,
    ...(typeof description === 'string' && { description }),
    ...(typeof runtime === 'string' && { runtime }),
    ...(typeof handler === 'string' && { handler }),
    ...(typeof memoryMb === 'number' && { memoryMb }),
    ...(typeof timeoutMs === 'number' && { timeoutMs }),
    files: own.map((file) => ({ path: file.path.slice(folder.length), text: file.text })),
    access:
      made === undefined
        ? { mode: 'none', role: '', grants: [] }
        : { mode: 'new', role: String(role), grants: (made.grants ?? []) as string[] },
    settings,
  });
}
