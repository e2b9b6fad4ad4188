import type { Logger } from 'pino';
import type { Deployer, Engine, Events, Idempotency } from '../engine/api.ts';
import type { Releases } from '../engine/release/releases.ts';
import type { Audit } from '../govern/audit/audit.ts';
import type { ExecutionRoles } from '../govern/execution-role/execution-roles.ts';
import type { Identity } from '../govern/identity/identity.ts';
import type { Policies } from '../govern/policy/policies.ts';
import type { Quotas } from '../govern/quota/quotas.ts';
import type { KeyRotation } from '../govern/secret/rotation.ts';
import type { Secrets } from '../govern/secret/secrets.ts';
import type { Clock } from '../model/clock.ts';
import type { Settings } from '../model/settings.ts';
import type { Alerts } from '../observe/alerts/alerts.ts';
import type { CallMap } from '../observe/map/call-map.ts';
import type { Metrics } from '../observe/metrics/metrics.ts';
import type { Status } from '../observe/status/status.ts';
import type { Sandboxes } from '../sandbox/sandbox.ts';
import type { AccessKeys } from '../service/access/access-keys.ts';
import type { Repositories } from '../service/repository/repositories.ts';
import type { Services } from '../service/services.ts';
import type { Store } from '../store/store.ts';
import type { Triggers } from '../trigger/triggers.ts';
import type { StreamSeats } from './stream-seats.ts';

/** What a node says of itself. */
interface NodeInfo {
  /** Version of the software. */
  readonly version: string;
  readonly startedAtMs: number;
  /** `/readyz` answers 200 only while `ready`. */
  state(): 'starting' | 'ready' | 'draining';
}

/** What holds for functions, and what they are given. */
export interface Governance {
  readonly secrets: Secrets;
  readonly executionRoles: ExecutionRoles;
  readonly policies: Policies;
  readonly quotas: Quotas;
  readonly keyRotation: KeyRotation;
}

/** Everything that doors need of a node. */
export interface ServerDeps {
  readonly engine: Engine;
  readonly deployer: Deployer;
  readonly releases: Releases;
  readonly events: Events;
  readonly idempotency: Idempotency;
  readonly services: Services;
  readonly accessKeys: AccessKeys;
  readonly governance: Governance;
  readonly repositories: Repositories;
  readonly triggers: Triggers;
  readonly metrics: Metrics;
  readonly identity: Identity;
  readonly audit: Audit;
  readonly store: Store;
  readonly sandboxes: Pick<Sandboxes, 'name'>;
  readonly settings: Settings;
  readonly log: Logger;
  readonly nodeInfo: NodeInfo;
  /** Absent in tests of other routes. */
  readonly alerts?: Alerts;
  readonly status?: Status;
  readonly map: Pick<CallMap, 'view' | 'course' | 'countedMs' | 'leftOut'>;
  /** Spans since the node started: not kept for there were too many; taken by the collector; not taken. */
  spanCounts(): { dropped: number; sent: number; unsent: number };
  readonly clock: Clock;
  /** Where the built web console lies; absent in tests of other routes. */
  readonly consoleFolder?: string;
}

/** The part of the server that its doors share while it runs. */
export interface Lifecycle {
  /** True from the moment the server begins to close: answers then end their connection. */
  closing: boolean;
  /** Where the server really listens; the settings may have asked for any free port. */
  address: { host: string; port: number };
  /** Ends answers that would never end by themselves, such as a live tail. */
  readonly endless: Set<() => void>;
  /** Who has which of the node's streams of events, and of its live tails of logs. */
  readonly streams: StreamSeats;
  readonly tails: StreamSeats;
}

export interface DoorContext extends ServerDeps {
  readonly lifecycle: Lifecycle;
}
