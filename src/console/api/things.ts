import type { Api } from './types.gen.ts';

/** Names for what the API answers. */
export type FunctionView = Api['GET /v1/functions/{name}']['answer'];
export type TopEntry = Api['GET /v1/top']['answer']['functions'][number];
export type AlertView = Api['GET /v1/alerts']['answer']['alerts'][number];
export type Lane = Api['GET /v1/lanes']['answer']['lanes'][number];
export type AuditEntry = Api['GET /v1/audit']['answer']['entries'][number];
export type Token = Api['GET /v1/tokens']['answer']['tokens'][number];
export type PlatformStatus = Api['GET /v1/status']['answer'];
export type Release = Api['GET /v1/releases']['answer']['releases'][number];

/** Who is signed in. */
export interface Session {
  readonly kind: 'operator' | 'user' | 'team' | 'anonymous' | 'function' | 'key';
  readonly name: string;
  readonly user?: string;
  readonly teams: readonly string[];
  readonly roles: readonly { role: string; through: string }[];
  readonly token?: Token;
  /** False on a node without users and without a token: whoever reaches it is its operator. */
  readonly credentialsDemanded: boolean;
}

/** How the node is. */
export interface NodeView {
  readonly version: string;
  readonly state: 'starting' | 'ready' | 'draining';
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly platform: { node: string; os: string; arch: string };
  readonly sandbox: string;
  readonly functions: number;
  readonly load: { inFlight?: number; waiting?: number; sandboxes?: number; loadAverage: readonly number[] } & Readonly<
    Record<string, unknown>
  >;
  readonly memory: { rss: number };
  readonly machine?: { cores: number; memoryBytes: number; freeMemoryBytes: number };
  readonly settings: Readonly<Record<string, unknown>>;
}
