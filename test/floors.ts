import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';

/** What each floor may import from, beside itself. `*` is every floor. The table of ARCHITECTURE.md in the same order. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  store: ['model'],
  sandbox: ['model'],
  runtime: ['model'],
  engine: ['model', 'store', 'sandbox', 'runtime'],
  observe: ['model', 'store'],
  govern: ['model', 'store', 'observe'],
  service: ['model', 'store'],
  project: ['model'],
  trigger: ['model', 'store', 'engine', 'observe', 'govern', 'service'],
  door: ['model', 'store', 'sandbox', 'runtime', 'engine', 'observe', 'govern', 'service', 'project', 'trigger'],
  root: ['*'],
  cli: ['model', 'observe', 'project', 'root'],
  console: [],
};

/** Folders whose sub-folders are adapters of one port, and may not know each other. */
const ADAPTERS = ['store', 'sandbox', 'runtime', 'service', 'trigger', 'door'];

/** Folders whose sub-folders may use each other: screens lead to one another. */
const LEAD_TO_EACH_OTHER = ['src/console/screens'];

const MAX_LINES = 600;
const MAX_TEST_LINES = 800;

/** Source texts by path, relative to the project's folder and with `/`. */
type Sources = ReadonlyMap<string, string>;

/** Every TypeScript file of the project. */
export async function readSources(folder: string): Promise<Sources> {
  const sources = new Map<string, string>();
  for await (const path of glob('{src,test,bench}/**/*.{ts,tsx,mts,mjs,js,cjs}', { cwd: folder })) {
    if (path.includes('node_modules')) continue;
    sources.set(path.replaceAll('\\', '/'), await readFile(join(folder, path), 'utf8'));
  }
  return sources;
}

/** What breaks the rules of the house, one sentence each. */
export function violations(sources: Sources): string[] {
  return [
    ...[...sources].flatMap(([path, text]) => [...lengthViolations(path, text), ...importViolations(path, text)]),
    ...cycles(sources),
    ...mutualFolders(sources),
  ];
}

/** Relative imports of a file as paths from the project's folder; types count, for they too tie floors together. */
export function importsOf(path: string, text: string): { target: string; typeOnly: boolean }[] {
  const found: { target: string; typeOnly: boolean }[] = [];
  const statement =
    /(?:^|\n)\s*(?:import|export)\s(?<clause>[^;'"]*?)from\s*['"](?<from>\.[^'"]+)['"]|(?:^|\n)\s*import\s*['"](?<bare>\.[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>\.[^'"]+)['"]\s*\)/g;
  for (const match of text.matchAll(statement)) {
    const { clause = '', from, bare, dynamic } = match.groups ?? {};
    const target = normalize(join(dirname(path), (from ?? bare ?? dynamic)!)).replaceAll('\\', '/');
    found.push({ target, typeOnly: clause.trimStart().startsWith('type ') });
  }
  return found;
}

function lengthViolations(path: string, text: string): string[] {
  if (path.includes('.gen.')) return [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const most = isTest(path) ? MAX_TEST_LINES : MAX_LINES;
  return lines > most ? [`${path} has ${lines} lines; ${most} are the most`] : [];
}

function importViolations(path: string, text: string): string[] {
  const own = floorOf(path);
  if (own === undefined || isTest(path)) return [];
  const found: string[] = [];
  for (const { target } of importsOf(path, text)) {
    if (target === 'package.json') continue;
    const other = floorOf(target);
    if (other === undefined) {
      found.push(`${path} imports ${target}, which lies outside of src`);
      continue;
    }
    const allowed: readonly string[] | undefined = MAY_IMPORT[own];
    if (allowed === undefined) {
      found.push(`${path} lies in no floor of ARCHITECTURE.md`);
    } else if (own !== other && !allowed.includes('*') && !allowed.includes(other)) {
      found.push(`${path} imports ${target}: the floor ${own} must not know ${other}`);
    }
    const [adapter, otherAdapter] = [adapterOf(path), adapterOf(target)];
    if (own === other && adapter !== undefined && otherAdapter !== undefined && adapter !== otherAdapter) {
      found.push(`${path} imports ${target}: adapters of one port must not know each other`);
    }
  }
  return found;
}

/** Files that import each other in a circle at run time; imports of types alone leave nothing to run. */
function cycles(sources: Sources): string[] {
  const graph = new Map(
    [...sources].map(([path, text]) => [
      path,
      importsOf(path, text).flatMap(({ target, typeOnly }) => (typeOnly || !sources.has(target) ? [] : [target])),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt !== -1) {
      found.push(`a circle of imports: ${[...trail.slice(seenAt), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Folders that stand beside each other and use each other: which of them is the lower one? Types count, for they too tie folders together. */
function mutualFolders(sources: Sources): string[] {
  const uses = new Map<string, string>();
  for (const [path, text] of sources) {
    if (floorOf(path) === undefined || isTest(path)) continue;
    for (const { target } of importsOf(path, text)) {
      const between = foldersBetween(path, target);
      if (between !== undefined && !uses.has(between)) uses.set(between, `${path} imports ${target}`);
    }
  }
  return [...uses].flatMap(([between, use]) => {
    const [from, to] = between.split(' → ') as [string, string];
    const back = uses.get(`${to} → ${from}`);
    return back === undefined || from > to ? [] : [`${from} and ${to} use each other: ${use}, ${back}`];
  });
}

/** The two folders of one folder in which a file and what it imports lie; `undefined` where one of them lies in no folder of its own there. */
function foldersBetween(path: string, target: string): string | undefined {
  const [from, to] = [path.split('/'), target.split('/')];
  const apart = from.findIndex((part, index) => part !== to[index]);
  if (apart >= from.length - 1 || apart >= to.length - 1) return undefined;
  if (LEAD_TO_EACH_OTHER.includes(from.slice(0, apart).join('/'))) return undefined;
  return `${from.slice(0, apart + 1).join('/')} → ${to.slice(0, apart + 1).join('/')}`;
}

/** The floor of a path below src; files directly in src are the composition root. */
function floorOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] !== 'src') return undefined;
  return parts.length === 2 ? 'root' : parts[1];
}

function adapterOf(path: string): string | undefined {
  const [, floor, adapter, ...rest] = path.split('/');
  return floor !== undefined && ADAPTERS.includes(floor) && rest.length > 0 ? adapter : undefined;
}

/** Tests, and what only tests use, may reach across: they put parts together to try them. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$|(^|\/)testing\/|^test\/|conformance/.test(path);
}
