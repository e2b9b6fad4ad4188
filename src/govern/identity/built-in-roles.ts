import type { Statement } from '../../model/rule.ts';

interface BuiltInRole {
  readonly description: string;
  readonly statements: readonly Statement[];
}

/** What there is to see of everybody's functions and services, and nothing of what is in them. */
const SEE_NAMES = ['function:list', 'bucket:list', 'queue:read', 'topic:read', 'kv:list'];
const SEE_SETTINGS = [...SEE_NAMES, 'function:read', 'trigger:read', 'event:read', 'secret:read', 'repository:read'];
const SEE_WORK = ['logs:read', 'metrics:read', 'traces:read', 'alert:read', 'policy:read', 'node:read'];
const OWN = ['@self', '@team'];

/** Roles that every node has. They cannot be changed, so that there is always a way to give all of it again. */
export const BUILT_IN_ROLES: Readonly<Record<string, BuiltInRole>> = {
  administrator: {
    description: 'Everything, users and roles included',
    statements: [{ effect: 'allow', actions: ['*'] }],
  },
  infrastructure: {
    description: 'The platform: policies, quotas, nodes, audit; sees everything but payloads and the values of secrets',
    statements: [
      {
        effect: 'allow',
        actions: [
          ...SEE_SETTINGS,
          ...SEE_WORK,
          'function:code',
          'repository:code',
          'alert:write',
          'policy:write',
          'role:write',
          'audit:read',
          'identity:read',
          'key:read',
        ],
      },
    ],
  },
  appops: {
    description: 'Everything about what they or their teams own, and the names of the rest',
    statements: [
      {
        effect: 'allow',
        actions: ['function:*', 'trigger:*', 'event:*', 'logs:*', 'metrics:*', 'traces:*', 'alert:*'],
        where: { owner: OWN },
      },
      {
        effect: 'allow',
        actions: ['bucket:*', 'queue:*', 'topic:*', 'kv:*', 'secret:*', 'repository:*', 'project:*', 'role:*'],
        where: { owner: OWN },
      },
      { effect: 'allow', actions: [...SEE_NAMES, 'policy:read', 'node:read'] },
    ],
  },
  viewer: {
    description: 'Sees settings, logs, metrics and traces of everything, and changes nothing',
    statements: [{ effect: 'allow', actions: [...SEE_SETTINGS, ...SEE_WORK] }],
  },
};
