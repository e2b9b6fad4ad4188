/**
 * What a function, or an access key, may do with backing services: `<kind>:<name>[:<access>]`, such as
 * `bucket:serops-we:read`, `queue:jobs:send`, `kv:*`. A name may end in `*`. Without an access, all of them are meant.
 */
export const GRANT_PATTERN =
  '^(?:bucket:[a-z0-9.-]*\\*?(?::(?:read|write))?|queue:[A-Za-z0-9._-]*\\*?(?::(?:send|receive))?|topic:[A-Za-z0-9._-]*\\*?(?::publish)?|kv:[A-Za-z0-9._-]*\\*?(?::(?:read|write))?|function:[A-Za-z0-9_-]*\\*?(?::invoke)?)$';

export type GrantKind = 'bucket' | 'queue' | 'topic' | 'kv' | 'function';
/** `manage` (create, configure, remove) comes only with a grant that names no access. */
export type GrantAccess = 'read' | 'write' | 'send' | 'receive' | 'publish' | 'invoke' | 'manage';

/** Whether any of the grants allows this access to the thing of this kind and name. */
export function allows(grants: readonly string[], kind: GrantKind, name: string, access: GrantAccess): boolean {
  return grants.some((grant) => {
    const [grantKind, pattern = '', granted] = grant.split(':');
    if (grantKind !== kind || (granted !== undefined && granted !== access)) return false;
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
}
