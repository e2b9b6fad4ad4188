import { Problem } from './problem.ts';
import { isLike, type Statement } from './rule.ts';

/**
 * Everything that a person or a token may be allowed or denied, as `<kind>:<verb>`. What is done to a function, or to what
 * belongs to one (its log, its triggers), is done to the resource `function:<name>`, so that rules may go by its owner, its tags
 * and its name; anything else to `<kind>:<name>`, or to `*` where there is just one of its kind.
 */
export const ACTIONS = [
  /** That it exists: its name, its owner, its tags. */
  'function:list',
  /** Its settings, too. */
  'function:read',
  'function:deploy',
  'function:configure',
  'function:remove',
  'function:invoke',
  /** Publish, alias, release, roll back. */
  'function:release',
  /** The code as it was uploaded. */
  'function:code',
  /** Recorded payloads and results, and running them again. */
  'function:payloads',
  'trigger:read',
  'trigger:write',
  'event:read',
  'event:write',
  'logs:read',
  'metrics:read',
  'traces:read',
  'alert:read',
  /** Also silences and acknowledgements. */
  'alert:write',
  /** That it exists, and its settings; `bucket:read` is for what is in it. */
  'bucket:list',
  'bucket:read',
  'bucket:write',
  'bucket:manage',
  'queue:read',
  'queue:send',
  'queue:receive',
  'queue:manage',
  'topic:read',
  'topic:publish',
  'topic:manage',
  'kv:list',
  'kv:read',
  'kv:write',
  'kv:manage',
  /** Access keys of S3 clients. */
  'key:read',
  'key:write',
  /** Names and versions; no value is ever shown. */
  'secret:read',
  'secret:write',
  /** That it exists, and what it deployed; `repository:code` is to clone it. */
  'repository:read',
  'repository:code',
  'repository:write',
  /** What project files made here; what they change needs the permission for that, too. */
  'project:read',
  'project:write',
  /** Users, teams, roles, tokens of others. */
  'identity:read',
  'identity:write',
  'policy:read',
  'policy:write',
  /** Execution roles, `execution-role:<name>`: those that somebody owns; `policy:write` is for all of them. */
  'role:write',
  'audit:read',
  'node:read',
  /** Everything that the node remembers, payloads included. */
  'node:backup',
  'node:restore',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Throws `invalid_request` for a text that names none of the actions, which would allow or deny nothing, and nobody would notice. */
export function assertActions(texts: readonly string[]): void {
  for (const text of texts) if (!ACTIONS.some((action) => isLike(text, action))) throw noAction(text);
}

/** The problem of a text that is no action. It names those that may have been meant. */
export function noAction(text: string): Problem {
  const kind = kindOf(text);
  const ofKind = ACTIONS.filter((action) => kindOf(action) === kind);
  const near = ACTIONS.filter((action) => action.endsWith(`:${text}`));
  const kinds = [...new Set(ACTIONS.map(kindOf))];
  const there =
    ofKind.length > 0
      ? `there are ${ofKind.join(', ')}`
      : near.length > 0
        ? `write ${near.join(', or ')}`
        : `write <kind>:<verb>; kinds are ${kinds.join(', ')}`;
  return new Problem('invalid_request', `"${text}" is no action: ${there}`);
}

/** Kinds of actions that are done to a function, or to what belongs to one. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set([
  'function',
  'trigger',
  'event',
  'logs',
  'metrics',
  'traces',
  'alert',
]);

/** Throws `invalid_request` for a resource to which none of a statement's actions is ever done: it would allow or deny nothing, and nobody would notice. */
export function assertResources({ actions, resources = [] }: Statement): void {
  const kinds = new Set(
    ACTIONS.filter((action) => actions.some((each) => isLike(each, action))).flatMap(resourceKinds),
  );
  for (const text of resources) {
    if (text === EVERYTHING || [...kinds].some((kind) => maySpeakOf(text, kind))) continue;
    const all = [...kinds].map((each) => `${each}:<name>`);
    const write = all.length === 0 ? 'leave it out, or write *' : `write ${all.join(', ')}, or * for everything`;
    throw new Problem('invalid_request', `"${text}" is nothing that ${actions.join(', ')} is done to: ${write}`);
  }
}

/** Whether a resource, which may hold `*`, can be one of this kind. Rules speak of a function's name: what is done to a version or an alias is done to the function. */
function maySpeakOf(text: string, kind: string): boolean {
  const colon = text.indexOf(':');
  const star = text.indexOf('*');
  if (colon === -1 || (star !== -1 && star < colon)) return star !== -1 && `${kind}:`.startsWith(text.slice(0, star));
  const name = text.slice(colon + 1);
  return text.slice(0, colon) === kind && name !== '' && (kind !== 'function' || !name.includes(':'));
}

/** Kinds of what an action is done to by name; none where there is just one of its kind. */
function resourceKinds(action: Action): readonly string[] {
  const kind = kindOf(action);
  if (OF_FUNCTIONS.has(kind)) return ['function'];
  return NAMED_OTHERWISE[kind] ?? [kind];
}

const NAMED_OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  role: ['execution-role'],
  policy: ['policy', 'quota', 'execution-role'],
  identity: ['team'],
  key: [],
  audit: [],
  node: [],
};

/** What there is just one of, and all of something: the resource that only `*` matches. */
export const EVERYTHING = '*';

/** The resource that a name means beside an action: `pay` is `function:pay` for `logs:read`, and `bucket:pay` for `bucket:read`. */
export function resourceOf(action: string, name: string): string {
  if (name === EVERYTHING || name.includes(':')) return name;
  const kind = kindOf(action);
  if (kind === 'role') return `execution-role:${name}`;
  return `${OF_FUNCTIONS.has(kind) ? 'function' : kind}:${name}`;
}

/** The part of an action or a resource before the colon. */
export function kindOf(text: string): string {
  const colon = text.indexOf(':');
  return colon === -1 ? text : text.slice(0, colon);
}
