import { Problem } from '../../model/problem.ts';
import type { Section } from '../section.ts';
import { faultOf } from './faults.ts';
import { type Path, readSource, type Source } from './source.ts';
import { filledText, type Lookup } from './variables.ts';

/** Names of projects and environments. */
const PROJECT_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
const NAME = new RegExp(PROJECT_NAME_PATTERN);
const MAX_ENTRIES = 10_000;
const OWN_KEYS = ['project', 'variables', 'environments'];

type Map_ = Readonly<Record<string, unknown>>;

/** An entry of a section, merged, with its variables filled in, and checked by the section's schema. */
export interface Entry {
  readonly entry: Map_;
  /** The same problem with the place of this entry in front. */
  place(error: unknown): unknown;
}

/** What a project file says for one environment. */
export interface ProjectFile {
  readonly project: string;
  readonly environment: string | undefined;
  /** By section and name. */
  readonly entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>;
}

export interface ReadOptions {
  readonly fileName: string;
  readonly sections: readonly Section[];
  /** Which of the file's environments is meant; absent: the file without any. */
  readonly environment?: string | undefined;
  /** Go before the file's own. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Looked up where neither has a name, such as the environment of a process. */
  readonly outside?: Lookup;
}

/** Reads a project file. Throws `invalid_request` that names line and column. */
export function readProjectFile(text: string, options: ReadOptions): ProjectFile {
  const { fileName, sections, environment } = options;
  const source = readSource(text, fileName);
  const content = mapAt(source, [], source.content ?? {}, 'a project file');
  const known = [...OWN_KEYS, ...sections.map(({ key }) => key)];
  const checkKeys = (map: Map_, path: Path, except: readonly string[] = []) => {
    const allowed = known.filter((key) => !except.includes(key));
    for (const key of Object.keys(map)) {
      if (!allowed.includes(key)) {
        throw source.problem([...path, key], `there is no section "${key}"; there are ${allowed.join(', ')}`);
      }
    }
  };
  checkKeys(content, []);
  const project = content.project;
  if (typeof project !== 'string' || !NAME.test(project)) {
    throw source.problem(['project'], 'a project file begins with its name: project: shop (letters, digits, - and _)');
  }
  const environments = mapAt(source, ['environments'], content.environments ?? {}, 'environments');
  const overlayPath: Path = ['environments', environment ?? ''];
  if (environment !== undefined && !Object.hasOwn(environments, environment)) {
    const names = Object.keys(environments);
    throw source.problem(
      ['environments'],
      `there is no environment "${environment}"; ${names.length === 0 ? 'the file has none' : `there are ${names.join(', ')}`}`,
    );
  }
  for (const name of Object.keys(environments)) {
    if (!NAME.test(name)) throw source.problem(['environments', name], `"${name}" is no name of an environment`);
    const each = mapAt(source, ['environments', name], environments[name] ?? {}, 'an environment');
    checkKeys(each, ['environments', name], ['project', 'environments']);
  }
  const overlay = environment === undefined ? {} : ((environments[environment] ?? {}) as Map_);
  const lookup = lookupOf(source, content, overlay, { ...options, project, overlayPath });

  const entries = new Map<string, Map<string, Entry>>();
  for (const section of sections) {
    const found = new Map<string, Entry>();
    const base = namedAt(source, [section.key], content[section.key], section);
    const above = namedAt(source, [...overlayPath, section.key], overlay[section.key], section);
    if (base.size > MAX_ENTRIES || above.size > MAX_ENTRIES)
      throw source.problem([section.key], `more than ${MAX_ENTRIES} ${section.key}`);
    for (const written of new Set([...base.keys(), ...above.keys()])) {
      const lower = base.get(written);
      const upper = above.get(written);
      if (upper !== undefined && upper.value === null) continue;
      const paths = [upper?.path, lower?.path].filter((path) => path !== undefined);
      const problem = (path: Path, message: string) => problemIn(source, paths, path, message);
      const name = String(filledAt(problem, [], written, lookup));
      if (!new RegExp(section.namePattern).test(name)) throw problem([], `"${name}" is no name of a ${section.noun}`);
      if (found.has(name)) throw problem([], `there are two ${section.key} called "${name}"`);
      const merged = merge(lower?.value ?? {}, upper?.value ?? {});
      const entry = filledAt(problem, [], merged, lookup) as Map_;
      const fault = faultOf(section.schema, entry, section.noun);
      if (fault !== undefined) throw problem(fault.path, fault.message);
      const place = (error: unknown) => (error instanceof Problem ? placed(problem, error) : error);
      found.set(name, { entry, place });
    }
    if (found.size > MAX_ENTRIES) throw source.problem([section.key], `more than ${MAX_ENTRIES} ${section.key}`);
    entries.set(section.key, found);
  }
  return { project, environment, entries };
}

/** Variables: given ones, then the environment's, then the file's, then those from outside. A value may not refer to another. */
function lookupOf(
  source: Source,
  content: Map_,
  overlay: Map_,
  options: ReadOptions & { project: string; overlayPath: Path },
): Lookup {
  const read = (path: Path, value: unknown) => {
    const map = mapAt(source, path, value ?? {}, 'variables');
    for (const [name, each] of Object.entries(map)) {
      if (typeof each === 'object')
        throw source.problem([...path, name], 'a variable is a text, a number or a boolean');
    }
    return map as Readonly<Record<string, string | number | boolean>>;
  };
  const layers = [
    { project: options.project, env: options.environment ?? 'default' },
    options.variables ?? {},
    read([...options.overlayPath, 'variables'], overlay.variables),
    read(['variables'], content.variables),
  ];
  return (name) => {
    for (const layer of layers) if (Object.hasOwn(layer, name)) return (layer as Record<string, string>)[name];
    return options.outside?.(name);
  };
}

interface Written {
  readonly path: Path;
  readonly value: Map_ | null;
}

/** The entries of a section by name: a map, or a list whose items have a `name`. */
function namedAt(source: Source, path: Path, value: unknown, section: Section): Map<string, Written> {
  const found = new Map<string, Written>();
  if (value === undefined || value === null) return found;
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      const { name, ...rest } = mapAt(source, [...path, index], item, `a ${section.noun}`);
      if (typeof name !== 'string') throw source.problem([...path, index], `a ${section.noun} in a list needs a name`);
      if (found.has(name)) throw source.problem([...path, index], `there are two ${section.key} called "${name}"`);
      found.set(name, { path: [...path, index], value: rest });
    });
    return found;
  }
  for (const [name, entry] of Object.entries(mapAt(source, path, value, section.key))) {
    const inner = [...path, name];
    found.set(name, { path: inner, value: entry === null ? null : mapAt(source, inner, entry, `a ${section.noun}`) });
  }
  return found;
}

function mapAt(source: Source, path: Path, value: unknown, what: string): Map_ {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Map_;
  throw source.problem(path, `${what} must be a map of names and values`);
}

/** One over the other: maps by their keys, anything else wholly; `null` removes. */
function merge(below: Map_, above: Map_): Map_ {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isMap(value) && isMap(before) ? merge(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Map_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Complain = (path: Path, message: string) => Problem;

/** A copy with all references filled in, in names of maps too. */
function filledAt(complain: Complain, path: Path, value: unknown, lookup: Lookup): unknown {
  if (typeof value === 'string') {
    try {
      return filledText(value, lookup);
    } catch (error) {
      throw error instanceof Problem ? complain(path, error.message) : error;
    }
  }
  if (Array.isArray(value)) return value.map((each, index) => filledAt(complain, [...path, index], each, lookup));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      String(filledAt(complain, [...path, name], name, lookup)),
      filledAt(complain, [...path, name], each, lookup),
    ]),
  );
}

/** A problem at the place where an entry says it: above all in the environment's own part. */
function problemIn(source: Source, paths: readonly Path[], inner: Path, message: string): Problem {
  const holds = (path: Path) => {
    let value: unknown = source.content;
    for (const key of [...path, ...inner]) value = (value as Record<string, unknown> | null | undefined)?.[String(key)];
    return value !== undefined;
  };
  return source.problem([...(paths.find(holds) ?? paths.at(-1) ?? []), ...inner], message);
}

/** A section's own problem, at its entry; `field` among its details says where in it. */
function placed(complain: Complain, error: Problem): Problem {
  const field = error.details?.field;
  const { message, details } = complain(typeof field === 'string' ? field.split('.') : [], error.message);
  return new Problem(error.code, message, { cause: error, details: { ...error.details, ...details } });
}
