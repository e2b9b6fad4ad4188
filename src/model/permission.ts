/**
 * Everything that a person or a token may be allowed or denied, as `<kind>:<verb>`. What is done to a function, or to what
 * belongs to one (its log, its triggers), is done to the resource `function:<name>`, so that rules may go by its owner, its tags
 * and its name; anything else to `<kind>:<name>`, or to `*` where there is just one of its kind.
 */
export const ACTIONS = [
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
  'kv:read',
  'kv:write',
  'kv:manage',
  /** Access keys of S3 clients. */
  'key:read',
  'key:write',
  /** Names and versions; no value is ever shown. */
  'secret:read',
  'secret:write',
  'repository:read',
  'repository:write',
  /** Users, teams, roles, tokens of others. */
  'identity:read',
  'identity:write',
  'policy:read',
  'policy:write',
  'audit:read',
  'node:read',
  'node:backup',
  'node:restore',
] as const;
export type Action = (typeof ACTIONS)[number];
