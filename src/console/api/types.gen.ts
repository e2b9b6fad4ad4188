// Made from the node's OpenAPI document by UPDATE_PAGES=1 ./fob test console-types; do not edit.

export type ListFunctionsAnswer2 = { runtime: string; handler: string; memoryMb: number; timeoutMs: number; environment: Record<string, string>; maxConcurrency: number; sandboxConcurrency: number; network: "none" | "services" | "hosts" | "internet"; networkHosts: string[]; grants: string[]; role: string; secrets: Record<string, string>; recordPayloads: "none" | "failed" | "all"; debug: boolean; logRetentionDays: number; eventRetries: number; eventRetryDelayMs: number; eventMaxAgeMs: number; eventConcurrency: number; eventRetryOn: ("exception" | "bad_parameters" | "bad_result" | "result_too_large" | "load_failed" | "timed_out" | "out_of_memory" | "crashed")[]; onSuccess: string; onFailure: string; description: string; tags: Record<string, string>; owner: string };

export type ListFunctionsAnswer3 = { by: string; message?: string; git?: { repository: string; commit: string; branch?: string; tag?: string; author: string; subject?: string; clean: boolean; pushed?: boolean } };

export type ListFunctionsAnswer = { name: string; id: string; version: number; revision: number; createdAt: string; updatedAt: string; config: ListFunctionsAnswer2; code: { form: "inline" | "zip" | "tar.gz"; bytes: number; sha256: string; fileName?: string; files: number; builtBytes: number }; newestVersion: number; aliases?: { name: string; versions: { version: number; weight: number }[] }[]; origin?: ListFunctionsAnswer3 };

export type CreateFunctionBody2 = { runtime?: string; handler?: string; memoryMb?: number; timeoutMs?: number; environment?: Record<string, string>; maxConcurrency?: number; sandboxConcurrency?: number; network?: "none" | "services" | "hosts" | "internet"; networkHosts?: string[]; grants?: string[]; role?: string; secrets?: Record<string, string>; recordPayloads?: "none" | "failed" | "all"; debug?: boolean; logRetentionDays?: number; eventRetries?: number; eventRetryDelayMs?: number; eventMaxAgeMs?: number; eventConcurrency?: number; eventRetryOn?: ("exception" | "bad_parameters" | "bad_result" | "result_too_large" | "load_failed" | "timed_out" | "out_of_memory" | "crashed")[]; onSuccess?: string; onFailure?: string; description?: string; tags?: Record<string, string>; owner?: string };

export type CreateFunctionBody = { code: { inline: string; fileName?: string } | { base64: string }; config?: CreateFunctionBody2 };

export type ListEventsAnswer = { function: string; qualifier?: string; lane: string; waiting: number; delayed: number; running: number; dead: number; oldestAgeMs: number; drainMs?: number; accepted: number; delivered: number; failedAttempts: number; lost: number };

export type ListEventsAnswer2 = { eventId: string; function: string; qualifier?: string; lane: string; state: "waiting" | "running" | "delivered" | "dead" | "expired" | "dropped"; attempts: number; acceptedAtMs: number; dueAtMs?: number; endedAtMs?: number; invocationId?: string; reason?: string; message?: string; source?: string; sourceId?: string; event?: unknown; payload?: unknown; contentType?: string };

export type ListInvocationsAnswer = { invocationId: string; function: string; version: number; door: string; eventId?: string; lane?: string; attempt?: number; status: string; reason?: string; errorType?: string; errorMessage?: string; errorStack?: string; startedAtMs: number; queuedMs: number; durationMs: number; coldStart: boolean; sandboxId: string; payloadBytes: number; resultBytes: number; alias?: string; caller?: string; traceId?: string; parentSpanId?: string; memoryMb?: number; peakMemoryBytes?: number; startMs?: number; placeMs?: number; loadMs?: number; recorded?: boolean };

export type ListLogsAnswer = { id?: string; timeMs: number; function: string; version: number; invocationId?: string; sandboxId: string; stream: "stdout" | "stderr" | "platform"; level: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; text: string; message?: string; loggedAtMs?: number };

export type TopAnswer = { function: string; invocations: number; callsPerS: number; errors: number; errorsPerS: number; errorRate: number; p50Ms?: number; p90Ms?: number; p99Ms?: number; queuedP90Ms?: number; memoryShare?: number; coldStarts: number; throttles: number; billedGbS: number; concurrency: number; sinceChange?: { atMs: number; invocations: number; errors: number; throttles: number } } & Record<string, unknown>;

export type ListBucketsAnswer2 = { versioning: "off" | "enabled" | "suspended"; lifecycle: { id: string; enabled: boolean; prefix: string; tags?: Record<string, string>; expireDays?: number; expireNoncurrentDays?: number; abortUploadDays?: number }[]; tags: Record<string, string> };

export type ListBucketsAnswer = { name: string; revision: number; createdAt: string; settings: ListBucketsAnswer2; objects: number; bytes: number };

export type ListQueuesAnswer2 = { fifo: boolean; visibilityMs: number; delayMs: number; retentionMs: number; contentDeduplication: boolean; deadLetter?: { queue: string; maxReceives: number } };

export type ListQueuesAnswer = { name: string; revision: number; createdAt: string; settings: ListQueuesAnswer2; counts: { sent: number; received: number; deleted: number; deadLettered: number; expired: number }; stats: { ready: number; delayed: number; leased: number; oldestAgeMs: number; nextDueInMs?: number } };

export type ListTopicsAnswer = { name: string; revision: number; createdAt: string; subscriptions: { id: string; destination: string; filter?: Record<string, unknown> }[]; published: number; dead: number };

export type ListTriggersAnswer2 = { maxRetries?: number; retryDelayMs?: number; maxAgeMs?: number; maxConcurrency?: number; batchSize?: number; batchWindowMs?: number; onSuccess?: string; onFailure?: string };

export type ListTriggersAnswer = { name: string; function: string; qualifier?: string; type: string; options: Record<string, unknown>; filter?: Record<string, unknown>; mapping?: unknown; orderBy?: string; delivery?: ListTriggersAnswer2; enabled: boolean; revision: number; createdAt: string; summary: string; state: "running" | "connecting" | "failed" | "paused"; lastError?: { message: string; atMs: number }; lastEventAtMs?: number; counts: { accepted: number; filtered: number; delivered: number; lost: number }; waiting: number; lagMs: number; next?: number[]; nextCut?: boolean; path?: string } & Record<string, unknown>;

export type ListVersionsAnswer = { version: number; createdAt: string; origin?: ListFunctionsAnswer3; how?: "deploy" | "configure"; serves: boolean; publication?: { at: string; by: string; description: string }; aliases: { alias: string; weight: number }[]; code: { form: "inline" | "zip" | "tar.gz"; bytes: number; sha256: string; fileName?: string; files: number; builtBytes: number }; config?: ListFunctionsAnswer2 };

export type ListAliasesAnswer3 = { minCalls: number; maxErrorIncrease: number; maxLatencyFactor: number; minLatencyIncreaseMs: number; windowMs: number; waitForCalls: boolean; alarms: string[] };

export type ListAliasesAnswer4 = { old: { version: number; calls: number; errors: number; errorRate: number; p50Ms: number; p90Ms: number; p99Ms: number }; new: { version: number; calls: number; errors: number; errorRate: number; p50Ms: number; p90Ms: number; p99Ms: number } };

export type ListAliasesAnswer5 = { why: string; rule?: "errors" | "latency" | "alarm"; old: { version: number; calls: number; errors: number; errorRate: number; p50Ms: number; p90Ms: number; p99Ms: number }; new: { version: number; calls: number; errors: number; errorRate: number; p50Ms: number; p90Ms: number; p99Ms: number }; alarms?: string[]; failures?: { invocationId: string; type: string; message: string }[] };

export type ListAliasesAnswer2 = { function: string; alias: string; id: string; from: number; to: number; state: "running" | "paused" | "promoted" | "rolled_back" | "aborted"; percent: number; steps: number[]; step: number; everyMs: number; rules: ListAliasesAnswer3; startedAt: string; startedBy: string; endedAt?: string; entries: { at: string; by: string; what: string; percent: number; message?: string }[]; numbers?: ListAliasesAnswer4; report?: ListAliasesAnswer5 };

export type ListAliasesAnswer = { function: string; name: string; description: string; versions: { version: number; weight: number }[]; stickyBy?: string; revision: number; createdAt: string; updatedAt: string; updatedBy: string; moves: ({ versions: { version: number; weight: number }[]; at: string; by: string; how: "set" | "rollback" | "release"; revision?: number })[]; rollsBackTo?: number; release?: ListAliasesAnswer2 };

export type ListAllReleasesAnswer = { releases: ListAliasesAnswer2[] };

export type ListSecretsAnswer = { name: string; revision: number; description: string; functions: string[]; createdAt: string; version: number; versions: { version: number; createdAt: string; by: string; bytes: number; redacted: boolean; restoredFrom?: number }[]; usedBy: { function: string; variable: string; version?: number; granted: boolean }[] };

export type ListExecutionRolesAnswer = { name: string; description: string; grants: string[]; owner: string; assignableBy: string[]; revision: number; updatedAt: string; by: string; usedBy: string[] };

export type ListPoliciesAnswer2 = { maxMemoryMb?: number; maxTimeoutMs?: number; maxConcurrency?: number; allowedRuntimes?: string[]; requiredTags?: Record<string, string[]>; ownerRequired?: boolean; allowedOwners?: string[]; allowedNetwork?: ("none" | "services" | "hosts" | "internet")[]; allowedHosts?: string[]; grantsByRoleOnly?: boolean; roleRequired?: boolean; allowedRoles?: string[]; recordPayloads?: ("none" | "failed" | "all")[]; git?: { required?: boolean; clean?: boolean; pushed?: boolean; tagged?: boolean; branches?: string[]; repositories?: string[] } };

export type ListPoliciesAnswer = { name: string; description: string; mode: "enforce" | "warn"; message: string; scope: { teams?: string[]; tags?: Record<string, string>; names?: string[] }; rules: ListPoliciesAnswer2; revision: number; updatedAt: string; by: string; undoable: boolean };

export type EffectivePoliciesAnswer = { policies: string[]; allowed: boolean; violations: { policy: string; mode: string; rule: string; message: string }[]; warnings: string[]; limits: ListPoliciesAnswer2 };

export type CheckPoliciesBody = { message?: string; git?: { repository: string; commit: string; branch?: string; tag?: string; author: string; subject?: string; clean: boolean; pushed?: boolean } };

export type PutPolicyAnswer = { policy: ListPoliciesAnswer; violations: { function: string; owner: string; violations: { policy: string; mode: string; rule: string; message: string }[] }[] };

export type ListQuotasAnswer = { team: string; functions?: number; reservedMb?: number; codeBytes?: number; invocationsPerDay?: number; gbSecondsPerMonth?: number; queuedEvents?: number; warnPercent: number; revision: number; updatedAt: string; by: string };

export type ListAlertRulesAnswer = { name: string; revision: number; when: string; severity?: "info" | "warning" | "critical"; criticalWhen?: string; resolveAfterMs?: number; hysteresis?: number; repeatMs?: number; function?: string; owner?: string; tag?: string; notify?: string[]; enabled?: boolean; description?: string; createdAtMs: number; by: string; firing: string[] };

export type ListAlertDefaultsAnswer = { when?: string; severity?: "info" | "warning" | "critical"; criticalWhen?: string; resolveAfterMs?: number; hysteresis?: number; repeatMs?: number; enabled?: boolean };

export type ListAlertChannelsAnswer = { name: string; revision: number; kind: "webhook" | "slack" | "email" | "function"; target: string; least: "info" | "warning" | "critical"; createdAtMs: number; deliveredAtMs?: number; lastError?: { message: string; atMs: number }; waiting: number };

export type ListAlertsAnswer2 = { causes: ({ kind: string; text: string } & Record<string, unknown>)[]; error?: { type: string; message: string; place?: string; count: number; of: number; invocationId: string; version: number; log: string[] }; history: (number | null)[]; commands: { title: string; command: string }[] };

export type ListAlertsAnswer = { id: string; rule: string; function?: string; owner?: string; state: "firing" | "resolved"; severity: "info" | "warning" | "critical"; firingId: string; sinceMs: number; resolvedMs?: number; condition: string; measure: string; value: string; limit: string; worst: string; acknowledged?: { by: string; atMs: number; note?: string }; silencedUntilMs?: number; description?: string; diagnosis?: ListAlertsAnswer2 };

export type ListUsersAnswer = { name: string; fullName: string; email: string; roles: string[]; disabled: boolean; teams: string[]; hasPassword: boolean; createdAt: string; revision: number };

export type CreateUserAnswer = { id: string; user?: string; team?: string; label: string; scopes?: { roles?: string[]; actions?: string[] }; session: boolean; createdAt: string; createdBy: string; expiresAt?: string; lastUsedAt?: string; token: string };

export type ListRolesAnswer = { name: string; description: string; statements: ({ effect: "allow" | "deny"; actions: string[]; resources?: string[]; where?: { owner?: string[]; tag?: Record<string, string> } })[]; builtIn: boolean; revision: number };

export type ListProjectsAnswer = { name: string; revision: number; things: number; applied?: Record<string, Record<string, { fields: Record<string, unknown>; secrets?: Record<string, string>; made: boolean }>>; appliedAt: string; by: string; origin?: CheckPoliciesBody; lock?: { by: string; since: string; message?: string } };

export type ListRepositoriesAnswer2 = { url: string; branch?: string; tag?: string; pollMs: number; hasCredential: boolean; hookPath: string; hookSecret?: string; state: "new" | "ok" | "failing"; checkedAt?: string; nextAtMs?: number; failures: number; error?: string; commit?: string };

export type ListRepositoriesAnswer3 = { id: string; at: string; by: string; ref: string; commit: string; subject: string; author: string; state: "deployed" | "failed"; durationMs: number; error?: string };

export type ListRepositoriesAnswer = { name: string; revision: number; createdAt: string; by: string; branch: string; environment: string; function: string; description: string; path?: string; watch?: ListRepositoriesAnswer2; deployments: ListRepositoriesAnswer3[] };

export interface Api {
  /** Lists functions in the order of their names */
  "GET /v1/functions": { query: { prefix?: string; tag?: string; owner?: string; runtime?: string; limit?: number; cursor?: string }; answer: { functions: ListFunctionsAnswer[]; cursor?: string } };
  /** Creates a function, named by a fresh UUID where no name is given */
  "POST /v1/functions": { query: { name?: string; fileName?: string; runtime?: string; handler?: string; memoryMb?: number; timeoutMs?: number; maxConcurrency?: number; sandboxConcurrency?: number; network?: "none" | "services" | "hosts" | "internet"; networkHosts?: string[]; grants?: string[]; role?: string; recordPayloads?: "none" | "failed" | "all"; debug?: boolean; logRetentionDays?: number; eventRetries?: number; eventRetryDelayMs?: number; eventMaxAgeMs?: number; eventConcurrency?: number; eventRetryOn?: ("exception" | "bad_parameters" | "bad_result" | "result_too_large" | "load_failed" | "timed_out" | "out_of_memory" | "crashed")[]; onSuccess?: string; onFailure?: string; description?: string; owner?: string }; body: CreateFunctionBody; answer: ListFunctionsAnswer };
  /** Creates a function or gives it a new version */
  "PUT /v1/functions/{name}": { path: { name: string }; query: { fileName?: string; runtime?: string; handler?: string; memoryMb?: number; timeoutMs?: number; maxConcurrency?: number; sandboxConcurrency?: number; network?: "none" | "services" | "hosts" | "internet"; networkHosts?: string[]; grants?: string[]; role?: string; recordPayloads?: "none" | "failed" | "all"; debug?: boolean; logRetentionDays?: number; eventRetries?: number; eventRetryDelayMs?: number; eventMaxAgeMs?: number; eventConcurrency?: number; eventRetryOn?: ("exception" | "bad_parameters" | "bad_result" | "result_too_large" | "load_failed" | "timed_out" | "out_of_memory" | "crashed")[]; onSuccess?: string; onFailure?: string; description?: string; owner?: string }; body: CreateFunctionBody; answer: ListFunctionsAnswer };
  /** Shows a function */
  "GET /v1/functions/{name}": { path: { name: string }; answer: ListFunctionsAnswer };
  /** Changes the configuration: a new version with the same code */
  "PATCH /v1/functions/{name}": { path: { name: string }; body: CreateFunctionBody2; answer: ListFunctionsAnswer };
  /** Removes a function; its records and logs stay until they are too old */
  "DELETE /v1/functions/{name}": { path: { name: string }; answer: undefined };
  /** Serves the code, byte for byte as it was uploaded */
  "GET /v1/functions/{name}/code": { path: { name: string }; answer: unknown };
  /** Lists the test events of a function, in the order of their names */
  "GET /v1/functions/{name}/test-events": { path: { name: string }; answer: { testEvents: { function: string; name: string; bytes: number; revision: number; updatedAt: string; updatedBy: string }[] } };
  /** Shows a test event as it was written */
  "GET /v1/functions/{name}/test-events/{event}": { path: { name: string; event: string }; answer: { function: string; name: string; bytes: number; revision: number; updatedAt: string; updatedBy: string; text: string } };
  /** Keeps an event, to run the function with it again */
  "PUT /v1/functions/{name}/test-events/{event}": { path: { name: string; event: string }; body: { text: string }; answer: { function: string; name: string; bytes: number; revision: number; updatedAt: string; updatedBy: string; text: string } };
  /** Removes a test event */
  "DELETE /v1/functions/{name}/test-events/{event}": { path: { name: string; event: string }; answer: undefined };
  /** Accepts an event for a function: 202 once it is on disk */
  "POST /v1/functions/{name}/events": { path: { name: string }; answer: { eventId: string; duplicate: boolean } };
  /** Lists a function's events, and how its lanes stand */
  "GET /v1/functions/{name}/events": { path: { name: string }; query: { state?: "waiting" | "running" | "delivered" | "dead" | "expired" | "dropped"; lane?: string; from?: string; to?: string; cursor?: string; limit?: number }; answer: { lanes: ListEventsAnswer[]; events: ListEventsAnswer2[]; cursor?: string } };
  /** How the lanes of all functions stand that hold events, or had some since the node started */
  "GET /v1/lanes": { answer: { lanes: ListEventsAnswer[] } };
  /** Shows one event with what is in it, or how it ended */
  "GET /v1/events/{id}": { path: { id: string }; answer: ListEventsAnswer2 };
  /** Drops a waiting or dead event; a record of it stays */
  "DELETE /v1/events/{id}": { path: { id: string }; answer: undefined };
  /** Delivers a waiting event now, or a dead one again */
  "POST /v1/events/{id}/retry": { path: { id: string }; answer: undefined };
  /** Delivers a function's dead events again, at a rate; answers when all are under way */
  "POST /v1/functions/{name}/events/redrive": { path: { name: string }; body: { lane?: string; ratePerSecond?: number }; answer: { redriven: number } };
  /** Invokes a function: the body is its event, the answer its result */
  "POST /v1/functions/{name}/invoke": { path: { name: string }; answer: unknown };
  /** Lists records of invocations, newest first */
  "GET /v1/invocations": { query: { function?: string; version?: number; alias?: string; caller?: string; status?: "succeeded" | "failed" | "timed_out" | "out_of_memory" | "crashed" | "cancelled" | "rejected"; failed?: boolean; coldStart?: boolean; traceId?: string; eventId?: string; minDurationMs?: number; from?: string; to?: string; cursor?: string; limit?: number }; answer: { invocations: ListInvocationsAnswer[]; cursor?: string } };
  /** Shows the record of one invocation */
  "GET /v1/invocations/{id}": { path: { id: string }; answer: ListInvocationsAnswer };
  /** Lists traces by the invocations that they are made of, newest first */
  "GET /v1/traces": { query: { function?: string; status?: "succeeded" | "failed" | "timed_out" | "out_of_memory" | "crashed" | "cancelled" | "rejected"; failed?: boolean; coldStart?: boolean; minDurationMs?: number; from?: string; to?: string; cursor?: string; limit?: number }; answer: { traces: { traceId: string; invocationId: string; function: string; version: number; door: string; status: string; error?: string; startedAtMs: number; durationMs: number; coldStart: boolean }[]; cursor?: string } };
  /** The waterfall of a trace, by its id or that of an invocation or an event in it */
  "GET /v1/traces/{id}": { path: { id: string }; answer: { traceId: string; startedAtMs: number; durationMs: number; functions: number; invocations: number; errors: number; truncated: boolean; spans: { spanId: string; parentSpanId?: string; depth: number; what: "event" | "invocation" | "phase" | "call"; name: string; kind: "internal" | "server" | "client" | "producer" | "consumer"; invocationId?: string; function?: string; startedAtMs: number; durationMs: number; error?: string; attributes: Record<string, string | number | boolean> }[] } };
  /** The map: which trigger wakes what, which function calls what, from what really happened */
  "GET /v1/map": { query: { window?: string; function?: string }; answer: { windowMs: number; countedMs: number; nodes: { id: string; kind: string; name: string; detail?: string; silent: boolean }[]; edges: { from: string; to: string; kind: "wakes" | "calls" | "uses" | "feeds"; calls: number; errors: number; perMinute: number; averageMs: number; p50Ms: number; p99Ms: number; maxMs: number; lastAtMs: number; operations: Record<string, number> }[]; leftOut: number } };
  /** What came along an edge of the map, over time */
  "GET /v1/map/course": { query: { from?: string; to?: string; window?: string }; answer: { stepMs: number; steps: { atMs: number; calls: number; errors: number; p50Ms: number; p99Ms: number }[] } };
  /** Finds log lines, newest first */
  "GET /v1/logs": { query: { function?: string; version?: number; invocation?: string; stream?: string; text?: string; level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; where?: string[]; trace?: string; from?: string; to?: string; platform?: "none" | "all" | "report" | "failures"; context?: number; cursor?: string; limit?: number }; answer: { lines: { id?: string; timeMs: number; function: string; version: number; invocationId?: string; sandboxId: string; stream: "stdout" | "stderr" | "platform"; level: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; text: string; message?: string; loggedAtMs?: number; before?: ListLogsAnswer[]; after?: ListLogsAnswer[] }[]; cursor?: string; searched?: { fromMs?: number; toMs?: number; lines: number; complete: boolean } } };
  /** Counts log lines by level, in equal parts of a time */
  "GET /v1/logs/counts": { query: { function?: string; version?: number; invocation?: string; stream?: string; text?: string; level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; where?: string[]; trace?: string; from?: string; to?: string; platform?: "none" | "failures"; parts?: number }; answer: { fromMs: number; toMs: number; partMs: number; parts: { atMs: number; lines: { trace: number; debug: number; info: number; warn: number; error: number; fatal: number } }[]; countedFromMs?: number } };
  /** Lists streams, one a sandbox, the one that was written to last first */
  "GET /v1/logs/streams": { query: { function?: string; prefix?: string; from?: string; cursor?: string; limit?: number }; answer: { streams: { sandboxId: string; function: string; version: number; firstMs: number; lastMs: number; lines: number; invocations: number }[]; cursor?: string } };
  /** Sends all log lines that match, oldest first */
  "GET /v1/logs/export": { query: { function?: string; version?: number; invocation?: string; stream?: string; text?: string; level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; where?: string[]; trace?: string; from?: string; to?: string; format?: "ndjson" | "csv" | "text"; cursor?: string }; answer: unknown };
  /** Sends log lines as they are printed */
  "GET /v1/logs/tail": { query: { function?: string; version?: number; invocation?: string; stream?: string; text?: string; level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal"; where?: string[]; platform?: "none" | "all" | "report" | "failures" }; answer: unknown };
  /** Lists the sandboxes that exist now */
  "GET /v1/sandboxes": { query: { usage?: boolean }; answer: { sandboxes: ({ sandboxId: string; runtime: string; state: "prewarmed" | "loading" | "busy" | "idle" | "frozen" | "ending"; function?: string; version?: number; memoryMb: number; inFlight: number; served: number; startedAtMs: number; usage?: { atMs: number; memoryBytes: number; peakMemoryBytes: number; cpuMs: number } })[] } };
  /** Lists the pools of prewarmed sandboxes */
  "GET /v1/pools": { answer: { pools: { runtime: string; memoryMb: number; ready: number; target: number }[] } };
  /** Says how this node is */
  "GET /v1/node": { query: { usage?: boolean }; answer: Record<string, unknown> };
  /** Lists the settings of this node, with what they are; those that are secret without their values */
  "GET /v1/settings": { answer: { settings: { name: string; description: string; value?: unknown; isSecret: boolean; isDefault: boolean }[] } };
  /** Lists the metrics that there are */
  "GET /v1/metrics": { query: { function?: string }; answer: { metrics: { metric: string; unit: string; statistics: ("sum" | "rate" | "average" | "minimum" | "maximum" | "p50" | "p90" | "p99" | "count")[]; usual?: "sum" | "rate" | "average" | "minimum" | "maximum" | "p50" | "p90" | "p99" | "count"; labels: string[] }[] } };
  /** Answers what was measured, over time */
  "GET /v1/metrics/query": { query: { metric: string | string[]; statistic?: "sum" | "rate" | "average" | "minimum" | "maximum" | "p50" | "p90" | "p99" | "count"; function?: string; version?: string; alias?: string; trigger?: string; label?: string | string[]; by?: string | string[]; from?: string; to?: string; step?: string }; answer: { metrics: ({ metric: string; statistic: "sum" | "rate" | "average" | "minimum" | "maximum" | "p50" | "p90" | "p99" | "count"; unit: string; from: string; to: string; stepMs: number; series: { labels: Record<string, string>; points: number[][] }[]; leftOut: number })[] } };
  /** Says what goes on now: the node, and the functions with the most of something */
  "GET /v1/top": { query: { window?: string; sort?: "calls" | "errors" | "errorRate" | "p50" | "p90" | "p99" | "queued" | "memory" | "coldStarts" | "throttles" | "billed" | "concurrency" | "name"; filter?: string; limit?: number; percentiles?: number }; answer: { windowMs: number; functions: TopAnswer[]; total: number; all: TopAnswer; node?: Record<string, unknown> } };
  /** Publishes CloudEvents: one in headers and body, one as JSON, or a batch */
  "POST /v1/topics/{name}/events": { path: { name: string }; answer: { accepted: number } };
  /** Streams a consistent backup as a tar archive */
  "GET /v1/backup": { answer: unknown };
  /** Replaces everything by a backup, given as the body */
  "POST /v1/restore": { answer: { documents: number; blobs: number } };
  /** Lists buckets in the order of their names */
  "GET /v1/buckets": { answer: { buckets: ListBucketsAnswer[] } };
  /** Creates a bucket */
  "PUT /v1/buckets/{bucket}": { path: { bucket: string }; answer: ListBucketsAnswer };
  /** Shows a bucket: settings, and how much it holds */
  "GET /v1/buckets/{bucket}": { path: { bucket: string }; answer: ListBucketsAnswer };
  /** Changes the settings of a bucket */
  "PATCH /v1/buckets/{bucket}": { path: { bucket: string }; body: { versioning?: "off" | "enabled" | "suspended"; lifecycle?: { id: string; enabled: boolean; prefix: string; tags?: Record<string, string>; expireDays?: number; expireNoncurrentDays?: number; abortUploadDays?: number }[]; tags?: Record<string, string> }; answer: ListBucketsAnswer };
  /** Removes an empty bucket */
  "DELETE /v1/buckets/{bucket}": { path: { bucket: string }; answer: undefined };
  /** Lists objects in the order of the UTF-8 bytes of their keys */
  "GET /v1/buckets/{bucket}/objects": { path: { bucket: string }; query: { prefix?: string; delimiter?: string; after?: string; limit?: number }; answer: { objects: { key: string; bytes: number; etag: string; lastModified: string; contentType?: string; versionId?: string }[]; commonPrefixes: string[]; next?: string } };
  /** Lists the versions of an object, newest first */
  "GET /v1/buckets/{bucket}/versions": { path: { bucket: string }; query: { key: string; after?: string; limit?: number }; answer: { versions: { key: string; bytes: number; etag: string; lastModified: string; contentType?: string; versionId?: string; latest: boolean; deleteMarker: boolean }[]; next?: string } };
  /** Stores the body as an object */
  "PUT /v1/buckets/{bucket}/objects/{*}": { path: { bucket: string }; body: Blob | FormData | string; answer: { key: string; bytes: number; etag: string; lastModified: string; contentType?: string; versionId?: string } };
  /** Serves an object, or a range of its bytes */
  "GET /v1/buckets/{bucket}/objects/{*}": { path: { bucket: string }; query: { versionId?: string }; answer: unknown };
  /** Removes an object, or for good one version of it */
  "DELETE /v1/buckets/{bucket}/objects/{*}": { path: { bucket: string }; query: { versionId?: string }; answer: undefined };
  /** Lists the objects that were removed from a bucket with versions */
  "GET /v1/buckets/{bucket}/removed": { path: { bucket: string }; query: { prefix?: string; after?: string; limit?: number }; answer: { removed: { key: string; removedAt: string; versionId: string }[]; next?: string } };
  /** Lists queues in the order of their names */
  "GET /v1/queues": { answer: { queues: ListQueuesAnswer[] } };
  /** Creates a queue, or changes the settings that are given */
  "PUT /v1/queues/{name}": { path: { name: string }; body: { fifo?: boolean; visibilityMs?: number; delayMs?: number; retentionMs?: number; deadLetter?: { queue: string; maxReceives: number } | null; contentDeduplication?: boolean }; answer: ListQueuesAnswer };
  /** Shows a queue: settings and how it stands */
  "GET /v1/queues/{name}": { path: { name: string }; answer: ListQueuesAnswer };
  /** Removes a queue with its messages */
  "DELETE /v1/queues/{name}": { path: { name: string }; answer: undefined };
  /** Sends one message: the body as it is */
  "POST /v1/queues/{name}/messages": { path: { name: string }; answer: { messageId: string; duplicate: boolean } };
  /** Looks at messages in order of sending, without receiving them */
  "GET /v1/queues/{name}/messages": { path: { name: string }; query: { cursor?: string; limit?: number }; answer: { messages: { messageId: string; body?: string; bodyBase64?: string; attributes: Record<string, string>; group?: string; state: "ready" | "delayed" | "leased"; attempts: number; sentAtMs: number; dueAtMs: number }[]; cursor?: string } };
  /** Sends several messages, all or none */
  "POST /v1/queues/{name}/batch": { path: { name: string }; body: { messages: { body?: string; bodyBase64?: string; attributes?: Record<string, string>; delayMs?: number; group?: string; deduplicationId?: string }[] }; answer: { messages: { messageId: string; duplicate: boolean }[] } };
  /** Receives messages and hides them from others for a while */
  "POST /v1/queues/{name}/receive": { path: { name: string }; query: { max?: number; waitMs?: number; visibilityMs?: number }; answer: { messages: { messageId: string; receipt: string; body?: string; bodyBase64?: string; attributes: Record<string, string>; group?: string; attempt: number; sentAtMs: number; leaseUntilMs: number }[] } };
  /** Deletes a received message: it is done */
  "DELETE /v1/queues/{name}/messages/{receipt}": { path: { name: string; receipt: string }; answer: undefined };
  /** Hides a received message for so long from now on; 0 gives it back */
  "PATCH /v1/queues/{name}/messages/{receipt}": { path: { name: string; receipt: string }; body: { visibilityMs: number }; answer: undefined };
  /** Removes all messages of a queue */
  "POST /v1/queues/{name}/purge": { path: { name: string }; answer: { purged: number } };
  /** Moves dead letters back to the queues that they came from */
  "POST /v1/queues/{name}/redrive": { path: { name: string }; body: { to?: string; ratePerSecond?: number }; answer: { moved: number } };
  /** Lists topics in the order of their names */
  "GET /v1/topics": { answer: { topics: ListTopicsAnswer[] } };
  /** Creates a topic; one that exists stays as it is */
  "PUT /v1/topics/{name}": { path: { name: string }; answer: ListTopicsAnswer };
  /** Shows a topic with its subscriptions */
  "GET /v1/topics/{name}": { path: { name: string }; answer: ListTopicsAnswer };
  /** Removes a topic with its subscriptions; what was published is still delivered */
  "DELETE /v1/topics/{name}": { path: { name: string }; answer: undefined };
  /** Subscribes a queue, an address or a bucket */
  "POST /v1/topics/{name}/subscriptions": { path: { name: string }; body: { destination: string; filter?: Record<string, unknown> }; answer: { id: string; destination: string; filter?: Record<string, unknown> } };
  /** Ends a subscription */
  "DELETE /v1/topics/{name}/subscriptions/{id}": { path: { name: string; id: string }; answer: undefined };
  /** Publishes the body to every subscriber, durably, or to none */
  "POST /v1/topics/{name}/publish": { path: { name: string }; query: { type?: string; source?: string; id?: string; subject?: string }; answer: { id: string; source: string } };
  /** Lists deliveries that were given up, oldest first */
  "GET /v1/topics/{name}/dead": { path: { name: string }; query: { cursor?: string; limit?: number }; answer: { dead: { destination: string; error: string; attempts: number; sinceMs: number; body?: string; bodyBase64?: string }[]; cursor?: string } };
  /** Tries deliveries that were given up again, for another day */
  "POST /v1/topics/{name}/redrive": { path: { name: string }; answer: { moved: number } };
  /** Removes deliveries that were given up, for good */
  "POST /v1/topics/{name}/purge": { path: { name: string }; answer: { purged: number } };
  /** Lists the kinds of triggers, with the schemas of their options */
  "GET /v1/trigger-types": { answer: { types: { name: string; summary: string; options: unknown; batches: boolean; called: boolean }[] } };
  /** Lists triggers in the order of their names */
  "GET /v1/triggers": { query: { function?: string; type?: string; nextUntil?: string }; answer: { triggers: ListTriggersAnswer[] } };
  /** Creates a trigger, named after its function and source where no name is given */
  "POST /v1/triggers": { body: { name?: string; function: string; type: string; words?: string[]; options?: Record<string, unknown>; filter?: Record<string, unknown>; mapping?: unknown; orderBy?: string; delivery?: ListTriggersAnswer2; enabled?: boolean }; answer: ListTriggersAnswer };
  /** Shows a trigger, and how it stands */
  "GET /v1/triggers/{name}": { path: { name: string }; answer: ListTriggersAnswer };
  /** Creates a trigger, or replaces it wholly */
  "PUT /v1/triggers/{name}": { path: { name: string }; body: { function: string; type: string; words?: string[]; options?: Record<string, unknown>; filter?: Record<string, unknown>; mapping?: unknown; orderBy?: string; delivery?: ListTriggersAnswer2; enabled?: boolean }; answer: ListTriggersAnswer };
  /** Changes a trigger; what is running for it goes on as it says from now on */
  "PATCH /v1/triggers/{name}": { path: { name: string }; body: { function?: string; options?: Record<string, unknown>; filter?: Record<string, unknown> | null; mapping?: unknown; orderBy?: string | null; delivery?: ListTriggersAnswer2 | null; enabled?: boolean }; answer: ListTriggersAnswer };
  /** Removes a trigger; its events that wait are still delivered */
  "DELETE /v1/triggers/{name}": { path: { name: string }; answer: undefined };
  /** Leads a sample, or an event of yours, through filter and mapping, and runs the function with it */
  "POST /v1/triggers/{name}/test": { path: { name: string }; body: { event?: { specversion: "1.0"; id: string; source: string; type: string } & Record<string, unknown>; dryRun?: boolean }; answer: { event: unknown; matched: boolean; payload?: unknown; run?: { invocationId: string; status: string; result?: unknown; error?: string } } };
  /** Delivers events of the past again */
  "POST /v1/triggers/{name}/replay": { path: { name: string }; body: { from: string; to?: string; state?: "dead" }; answer: { replayed: number } };
  /** Lists the files of the code as it was uploaded */
  "GET /v1/functions/{name}/files": { path: { name: string }; answer: { version: number; form: "inline" | "zip" | "tar.gz"; files: { path: string; bytes: number; sha256: string; text: boolean }[]; cut: boolean } };
  /** Changes files of the code: a new version, built and tried like any other */
  "PATCH /v1/functions/{name}/files": { path: { name: string }; body: { files: Record<string, string | null>; from?: number }; answer: ListFunctionsAnswer };
  /** Shows one file of the code as text */
  "GET /v1/functions/{name}/files/{*}": { path: { name: string; "*": string }; answer: unknown };
  /** Lists the versions of a function that are kept, newest first, and what came to serve when */
  "GET /v1/functions/{name}/versions": { path: { name: string }; query: { limit?: number; cursor?: string }; answer: { versions: ListVersionsAnswer[]; cursor?: string; moves: { version: number; at: string; by: string; how: "deploy" | "configure" | "rollback" }[]; rollsBackTo?: number } };
  /** Shows a version with its configuration */
  "GET /v1/functions/{name}/versions/{version}": { path: { name: string; version: number }; answer: ListVersionsAnswer };
  /** Pins a version, the one that serves where none is said: it is kept for good */
  "POST /v1/functions/{name}/publish": { path: { name: string }; body: { version?: number; description?: string }; answer: ListVersionsAnswer };
  /** Takes a publication back: the version is kept only as long as others are */
  "DELETE /v1/functions/{name}/versions/{version}/publication": { path: { name: string; version: number }; answer: undefined };
  /** Makes the version serve that served before, or the one that is said */
  "POST /v1/functions/{name}/rollback": { path: { name: string }; body: { to?: number }; answer: ListFunctionsAnswer };
  /** What two versions differ in: settings, and files line by line */
  "GET /v1/functions/{name}/diff": { path: { name: string }; query: { from: number; to?: number }; answer: { from: number; to: number; config: { setting: string; change: "added" | "removed" | "changed"; from?: unknown; to?: unknown }[]; files: { path: string; change: "added" | "removed" | "changed"; bytesBefore?: number; bytesAfter?: number; diff?: string }[]; cut: boolean } };
  /** Lists the aliases of a function */
  "GET /v1/functions/{name}/aliases": { path: { name: string }; answer: { aliases: ListAliasesAnswer[] } };
  /** Shows an alias, its moves, and the release by it */
  "GET /v1/functions/{name}/aliases/{alias}": { path: { name: string; alias: string }; answer: ListAliasesAnswer };
  /** Creates an alias or moves it, at once and as a whole */
  "PUT /v1/functions/{name}/aliases/{alias}": { path: { name: string; alias: string }; body: { versions: { version: number; weight: number }[]; description?: string; stickyBy?: string }; answer: ListAliasesAnswer };
  /** Removes an alias; the versions that it named stay */
  "DELETE /v1/functions/{name}/aliases/{alias}": { path: { name: string; alias: string }; answer: undefined };
  /** Moves an alias to the version that it named before, or to the one that is said */
  "POST /v1/functions/{name}/aliases/{alias}/rollback": { path: { name: string; alias: string }; body: { to?: number }; answer: ListAliasesAnswer };
  /** Lists the releases that are under way, and the last one by each alias; newest first */
  "GET /v1/releases": { answer: ListAllReleasesAnswer };
  /** Lists a function's releases with their reports, newest first */
  "GET /v1/functions/{name}/releases": { path: { name: string }; answer: ListAllReleasesAnswer };
  /** Shows the release by an alias that is under way, or the last one */
  "GET /v1/functions/{name}/aliases/{alias}/release": { path: { name: string; alias: string }; answer: ListAliasesAnswer2 };
  /** Releases a version gradually by an alias */
  "POST /v1/functions/{name}/aliases/{alias}/release": { path: { name: string; alias: string }; body: { to: number; steps: number[]; everyMs: number; rules?: { minCalls?: number; maxErrorIncrease?: number; maxLatencyFactor?: number; minLatencyIncreaseMs?: number; windowMs?: number; waitForCalls?: boolean; alarms?: string[] } }; answer: ListAliasesAnswer2 };
  /** Keeps a release at its step; it is still rolled back where the new version is worse */
  "POST /v1/functions/{name}/aliases/{alias}/release/pause": { path: { name: string; alias: string }; answer: ListAliasesAnswer2 };
  /** Lets a paused release go on: its step begins anew */
  "POST /v1/functions/{name}/aliases/{alias}/release/resume": { path: { name: string; alias: string }; answer: ListAliasesAnswer2 };
  /** Gives a release up: everything goes to the old version */
  "POST /v1/functions/{name}/aliases/{alias}/release/abort": { path: { name: string; alias: string }; answer: ListAliasesAnswer2 };
  /** Ends a release: everything goes to the new version now */
  "POST /v1/functions/{name}/aliases/{alias}/release/promote": { path: { name: string; alias: string }; answer: ListAliasesAnswer2 };
  /** Shows what an invocation was given and answered, where its function keeps that */
  "GET /v1/invocations/{id}/recording": { path: { id: string }; answer: { invocationId: string; function: string; version: number; recordedAtMs: number; payload: { contentType: string; bytes: number; body?: string; bodyBase64?: string }; status: string; result?: { contentType: string; bytes: number; body?: string; bodyBase64?: string }; errorType?: string; errorMessage?: string } };
  /** Runs a recorded invocation again, with any version, and answers with both ends */
  "POST /v1/invocations/{id}/replay": { path: { id: string }; body: { version?: number; alias?: string }; answer: { same: boolean; before: { version: number; status: string; result?: { contentType: string; bytes: number; body?: string; bodyBase64?: string }; errorType?: string; errorMessage?: string }; after: { invocationId: string; version: number; durationMs: number; status: string; result?: { contentType: string; bytes: number; body?: string; bodyBase64?: string }; errorType?: string; errorMessage?: string }; unsent: { destination: string; contentType: string; body?: string; bodyBase64?: string }[] } };
  /** Makes a sample of the events of a kind of trigger */
  "POST /v1/trigger-types/{type}/sample": { path: { type: string }; body: { words?: string[]; options?: Record<string, unknown>; mapping?: unknown; data?: unknown; batch?: number }; answer: { event: unknown; handler: unknown; callme: unknown } };
  /** Lists blueprints in the order of their names */
  "GET /v1/blueprints": { answer: { blueprints: { name: string; title: string; summary: string; shows: string[]; languages: ("python" | "javascript" | "typescript")[]; tags: string[]; triggers: string[] }[] } };
  /** Shows a blueprint with its files */
  "GET /v1/blueprints/{name}": { path: { name: string }; answer: { name: string; title: string; summary: string; shows: string[]; languages: ("python" | "javascript" | "typescript")[]; tags: string[]; triggers: string[]; values: Record<string, { label: string; help?: string; default?: string; pattern?: string; type?: "text" | "number" }>; secrets?: Record<string, { label: string; help?: string }>; resources: Record<string, Record<string, unknown>>; files: { path: string; text: string }[] } };
  /** Says what a blueprint makes for some values, and makes nothing */
  "POST /v1/blueprints/{name}/resources": { path: { name: string }; body: { values?: Record<string, string> }; answer: { values: Record<string, string>; resources: Record<string, Record<string, unknown>>; projectFile: string } };
  /** Lists the spaces that hold keys */
  "GET /v1/kv": { answer: { spaces: { space: string; keys: number }[] } };
  /** Lists the keys of a space in their order */
  "GET /v1/kv/{space}": { path: { space: string }; query: { prefix?: string; values?: boolean; limit?: number; cursor?: string }; answer: { entries: { key: string; revision: number; bytes: number; expiresAtMs?: number; value?: string; valueBase64?: string }[]; cursor?: string } };
  /** Removes all keys of a space */
  "DELETE /v1/kv/{space}": { path: { space: string }; answer: { removed: number } };
  /** Gets a value, byte for byte */
  "GET /v1/kv/{space}/{*}": { path: { space: string; "*": string }; answer: unknown };
  /** Sets a value: the body as it is */
  "PUT /v1/kv/{space}/{*}": { path: { space: string; "*": string }; query: { ttlMs?: number }; answer: { key: string; revision: number; expiresAtMs?: number } };
  /** Removes a key */
  "DELETE /v1/kv/{space}/{*}": { path: { space: string; "*": string }; answer: undefined };
  /** Lists access keys, without their secrets */
  "GET /v1/keys": { answer: { keys: { accessKeyId: string; label: string; grants?: string[]; createdAt: string; expiresAt?: string; lastUsedAt?: string }[] } };
  /** Creates an access key; its secret is shown this once */
  "POST /v1/keys": { body: { label?: string; grants?: string[]; expiresAt?: string }; answer: { accessKeyId: string; label: string; grants?: string[]; createdAt: string; expiresAt?: string; lastUsedAt?: string; secretAccessKey: string } };
  /** Removes an access key; it is refused from then on */
  "DELETE /v1/keys/{id}": { path: { id: string }; answer: undefined };
  /** Lists secrets in the order of their names, without their values */
  "GET /v1/secrets": { answer: { secrets: ListSecretsAnswer[] } };
  /** Shows a secret: its versions, and which functions use it; never its value */
  "GET /v1/secrets/{name}": { path: { name: string }; answer: ListSecretsAnswer };
  /** Makes a secret, gives it a new version, or changes who may have it */
  "PUT /v1/secrets/{name}": { path: { name: string }; body: { value?: string; description?: string; functions?: string[] }; answer: ListSecretsAnswer };
  /** Removes a secret with all of its versions */
  "DELETE /v1/secrets/{name}": { path: { name: string }; query: { force?: boolean }; answer: undefined };
  /** Makes a new version with the value of an earlier one */
  "POST /v1/secrets/{name}/rollback": { path: { name: string }; body: { version?: number }; answer: ListSecretsAnswer };
  /** Has functions that use a secret start with its newest value */
  "POST /v1/secrets/{name}/recycle": { path: { name: string }; answer: { functions: string[]; sandboxes: number } };
  /** Shows which key seals what is kept secret */
  "GET /v1/vault": { answer: { key: string; oldKeys: string[] } };
  /** Changes the key: a new one seals everything anew */
  "POST /v1/vault/rotate": { answer: { key: string; oldKeys: string[]; resealed: number } };
  /** Lists execution roles in the order of their names */
  "GET /v1/execution-roles": { answer: { roles: ListExecutionRolesAnswer[] } };
  /** Lists templates of execution roles; `NAME` in a grant stands for what the role is about */
  "GET /v1/execution-role-templates": { answer: { templates: { name: string; about: string; meaning: string; grants: string[] }[] } };
  /** Shows an execution role, and which functions have it */
  "GET /v1/execution-roles/{name}": { path: { name: string }; answer: ListExecutionRolesAnswer };
  /** Makes or replaces an execution role */
  "PUT /v1/execution-roles/{name}": { path: { name: string }; body: { description?: string; grants?: string[]; owner?: string; assignableBy?: string[] }; answer: ListExecutionRolesAnswer };
  /** Removes an execution role */
  "DELETE /v1/execution-roles/{name}": { path: { name: string }; query: { force?: boolean }; answer: undefined };
  /** Lists policies in the order of their names */
  "GET /v1/policies": { answer: { policies: ListPoliciesAnswer[] } };
  /** Shows what holds for a function, or for one that is yet to be made */
  "GET /v1/policies/effective": { query: { function?: string; owner?: string }; answer: EffectivePoliciesAnswer };
  /** Says what a deployment would be told, without deploying */
  "POST /v1/policies/check": { body: { function?: string; config?: CreateFunctionBody2; origin?: CheckPoliciesBody }; answer: EffectivePoliciesAnswer };
  /** Lists functions that break policies as they stand */
  "GET /v1/policies/violations": { answer: { violations: { function: string; owner: string; violations: { policy: string; mode: string; rule: string; message: string }[] }[] } };
  /** Shows a policy */
  "GET /v1/policies/{name}": { path: { name: string }; answer: ListPoliciesAnswer };
  /** Makes or replaces a policy, and tells which functions break it */
  "PUT /v1/policies/{name}": { path: { name: string }; query: { dryRun?: boolean }; body: { description?: string; mode?: "enforce" | "warn"; message?: string; scope?: { teams?: string[]; tags?: Record<string, string>; names?: string[] }; rules: ListPoliciesAnswer2 }; answer: PutPolicyAnswer };
  /** Removes a policy */
  "DELETE /v1/policies/{name}": { path: { name: string }; answer: undefined };
  /** Puts back what stood before the last change of a policy */
  "POST /v1/policies/{name}/undo": { path: { name: string }; answer: PutPolicyAnswer };
  /** Lists quotas in the order of their teams */
  "GET /v1/quotas": { answer: { quotas: ListQuotasAnswer[] } };
  /** Shows what teams have used of their quotas */
  "GET /v1/quota-usage": { query: { team?: string }; answer: { teams: ({ team: string; quota?: string; uses: { measure: "functions" | "reservedMb" | "codeBytes" | "invocationsPerDay" | "gbSecondsPerMonth" | "queuedEvents"; used: number; limit?: number; state: "ok" | "warning" | "exceeded"; resetsAt?: string }[] })[] } };
  /** Shows the quota of a team */
  "GET /v1/quotas/{team}": { path: { team: string }; answer: ListQuotasAnswer };
  /** Makes or replaces the quota of a team */
  "PUT /v1/quotas/{team}": { path: { team: string }; body: { functions?: number; reservedMb?: number; codeBytes?: number; invocationsPerDay?: number; gbSecondsPerMonth?: number; queuedEvents?: number; warnPercent?: number }; answer: ListQuotasAnswer };
  /** Removes the quota of a team */
  "DELETE /v1/quotas/{team}": { path: { team: string }; answer: undefined };
  /** Lists rules in the order of their names; the defaults are elsewhere */
  "GET /v1/alerts/rules": { answer: { rules: ListAlertRulesAnswer[] } };
  /** Shows a rule */
  "GET /v1/alerts/rules/{name}": { path: { name: string }; answer: ListAlertRulesAnswer };
  /** Creates or replaces a rule */
  "PUT /v1/alerts/rules/{name}": { path: { name: string }; body: { when: string; severity?: "info" | "warning" | "critical"; criticalWhen?: string; resolveAfterMs?: number; hysteresis?: number; repeatMs?: number; function?: string; owner?: string; tag?: string; notify?: string[]; enabled?: boolean; description?: string }; answer: ListAlertRulesAnswer };
  /** Removes a rule; what fires of it ends */
  "DELETE /v1/alerts/rules/{name}": { path: { name: string }; answer: undefined };
  /** Lists the rules that every function has, as they are for all or for one, and what was changed of them */
  "GET /v1/alerts/defaults": { query: { function?: string }; answer: { defaults: { name: string; description: string; enabled: boolean; when: string; severity: "info" | "warning" | "critical"; criticalWhen?: string }[]; changes: { scope: string; revision: number; rules: Record<string, ListAlertDefaultsAnswer> }[] } };
  /** Changes a default rule for all functions, for those with a tag or an owner, or for one */
  "PUT /v1/alerts/defaults": { body: { scope: string; rule: string; change: ListAlertDefaultsAnswer }; answer: undefined };
  /** Takes back what was changed of the defaults for a scope: of one rule, or of all */
  "DELETE /v1/alerts/defaults": { query: { scope: string; rule?: string }; answer: undefined };
  /** Lists channels, without what is secret of them */
  "GET /v1/alerts/channels": { answer: { channels: ListAlertChannelsAnswer[] } };
  /** Shows a channel, without what is secret of it */
  "GET /v1/alerts/channels/{name}": { path: { name: string }; answer: ListAlertChannelsAnswer };
  /** Creates or replaces a channel: a webhook, Slack, e-mail or a function */
  "PUT /v1/alerts/channels/{name}": { path: { name: string }; body: { kind: "webhook"; url: string; secret?: string; least?: "info" | "warning" | "critical" } | { kind: "slack"; url: string; least?: "info" | "warning" | "critical" } | { kind: "email"; to: string[]; from: string; smtp: string; least?: "info" | "warning" | "critical" } | { kind: "function"; function: string; least?: "info" | "warning" | "critical" }; answer: { name: string; revision: number; kind: "webhook" | "slack" | "email" | "function"; target: string; least: "info" | "warning" | "critical"; createdAtMs: number; deliveredAtMs?: number; lastError?: { message: string; atMs: number }; waiting: number; secret?: string } };
  /** Removes a channel; what waits for it is not delivered */
  "DELETE /v1/alerts/channels/{name}": { path: { name: string }; answer: undefined };
  /** Sends a message by a channel now, and says whether it arrived */
  "POST /v1/alerts/channels/{name}/test": { path: { name: string }; answer: undefined };
  /** Says which channels are told where a rule does not say: by owner, and otherwise */
  "GET /v1/alerts/routing": { answer: { revision: number; default: string[]; owners: Record<string, string[]> } };
  /** Sets which channels are told where a rule does not say */
  "PUT /v1/alerts/routing": { body: { default: string[]; owners: Record<string, string[]> }; answer: { revision: number; default: string[]; owners: Record<string, string[]> } };
  /** Lists alerts that fire now, the gravest first */
  "GET /v1/alerts": { query: { function?: string; severity?: "info" | "warning" | "critical" }; answer: { alerts: ListAlertsAnswer[] } };
  /** Lists what fired, the newest first; the last 1,000 are kept */
  "GET /v1/alerts/history": { query: { function?: string; cursor?: string; limit?: number }; answer: { firings: { firingId: string; id: string; rule: string; function?: string; severity: "info" | "warning" | "critical"; sinceMs: number; resolvedMs?: number; condition: string; worst: string; limit: string; cause?: string; acknowledgedBy?: string }[]; cursor?: string } };
  /** Sends each alert that fires, changes or ends, as server-sent events, until the caller goes */
  "GET /v1/alerts/stream": { answer: string };
  /** Lists silences */
  "GET /v1/alerts/silences": { answer: { silences: { id: string; alert?: string; function?: string; owner?: string; tag?: string; reason: string; by: string; fromMs: number; untilMs: number }[] } };
  /** Silences alerts for a while: they are recorded, and nobody is told */
  "POST /v1/alerts/silences": { body: { alert?: string; function?: string; owner?: string; tag?: string; forMs: number; reason: string }; answer: { id: string; alert?: string; function?: string; owner?: string; tag?: string; reason: string; by: string; fromMs: number; untilMs: number } };
  /** Ends a silence */
  "DELETE /v1/alerts/silences/{id}": { path: { id: string }; answer: undefined };
  /** Shows an alert: since when, how bad, why, and what to do */
  "GET /v1/alerts/{id}": { path: { id: string }; answer: ListAlertsAnswer };
  /** Acknowledges an alert: it is not told again while it goes on */
  "POST /v1/alerts/{id}/ack": { path: { id: string }; body: { note?: string }; answer: ListAlertsAnswer };
  /** Takes an acknowledgement back */
  "DELETE /v1/alerts/{id}/ack": { path: { id: string }; answer: ListAlertsAnswer };
  /** Lists users in the order of their names */
  "GET /v1/users": { answer: { users: ListUsersAnswer[] } };
  /** Creates a user */
  "POST /v1/users": { body: { name: string; fullName?: string; email?: string; roles?: string[]; disabled?: boolean; password?: string; token?: { label?: string; expiresAt?: string } }; answer: { name: string; fullName: string; email: string; roles: string[]; disabled: boolean; teams: string[]; hasPassword: boolean; createdAt: string; revision: number; token?: CreateUserAnswer } };
  /** Shows a user */
  "GET /v1/users/{name}": { path: { name: string }; answer: ListUsersAnswer };
  /** Changes a user; what is not given stays */
  "PATCH /v1/users/{name}": { path: { name: string }; body: { fullName?: string; email?: string; roles?: string[]; disabled?: boolean }; answer: ListUsersAnswer };
  /** Removes a user, with their tokens; what they own stays */
  "DELETE /v1/users/{name}": { path: { name: string }; answer: undefined };
  /** Lists teams in the order of their names */
  "GET /v1/teams": { answer: { teams: { name: string; description: string; members: string[]; roles: string[]; createdAt: string; revision: number }[] } };
  /** Shows a team */
  "GET /v1/teams/{name}": { path: { name: string }; answer: { name: string; description: string; members: string[]; roles: string[]; createdAt: string; revision: number } };
  /** Creates a team, or changes it; what is not given stays */
  "PUT /v1/teams/{name}": { path: { name: string }; body: { description?: string; members?: string[]; roles?: string[] }; answer: { name: string; description: string; members: string[]; roles: string[]; createdAt: string; revision: number } };
  /** Removes a team, with its tokens; its members and what it owns stay */
  "DELETE /v1/teams/{name}": { path: { name: string }; answer: undefined };
  /** Makes a user a member of a team */
  "PUT /v1/teams/{name}/members/{user}": { path: { name: string; user: string }; answer: { name: string; description: string; members: string[]; roles: string[]; createdAt: string; revision: number } };
  /** Takes a user out of a team */
  "DELETE /v1/teams/{name}/members/{user}": { path: { name: string; user: string }; answer: { name: string; description: string; members: string[]; roles: string[]; createdAt: string; revision: number } };
  /** Lists roles: those of every node, then your own */
  "GET /v1/roles": { answer: { roles: ListRolesAnswer[] } };
  /** Shows a role */
  "GET /v1/roles/{name}": { path: { name: string }; answer: ListRolesAnswer };
  /** Creates a role, or replaces what it says */
  "PUT /v1/roles/{name}": { path: { name: string }; body: { description?: string; statements: ({ effect: "allow" | "deny"; actions: string[]; resources?: string[]; where?: { owner?: string[]; tag?: Record<string, string> } })[] }; answer: ListRolesAnswer };
  /** Removes a role that nobody has any more */
  "DELETE /v1/roles/{name}": { path: { name: string }; answer: undefined };
  /** Says who asks: user, teams, roles, and what the token is narrowed to */
  "GET /v1/session": { answer: Record<string, unknown> };
  /** Gives a token for a user's password, good for 12 hours */
  "POST /v1/session": { body: { user: string; password: string }; answer: CreateUserAnswer };
  /** Revokes the token that is sent */
  "DELETE /v1/session": { answer: undefined };
  /** Sets a user's password, and ends their other sessions */
  "PUT /v1/users/{name}/password": { path: { name: string }; body: { password: string; current?: string }; answer: undefined };
  /** Lists tokens, without their secrets: your own, or with `identity:read` those of anybody */
  "GET /v1/tokens": { query: { user?: string; team?: string; all?: boolean }; answer: { tokens: { id: string; user?: string; team?: string; label: string; scopes?: { roles?: string[]; actions?: string[] }; session: boolean; createdAt: string; createdBy: string; expiresAt?: string; lastUsedAt?: string }[] } };
  /** Creates a token, which is shown this once: for yourself, or with `identity:write` for anybody or a team */
  "POST /v1/tokens": { body: { user?: string; team?: string; label?: string; scopes?: { roles?: string[]; actions?: string[] }; expiresAt?: string }; answer: CreateUserAnswer };
  /** Revokes a token: it is refused from then on */
  "DELETE /v1/tokens/{id}": { path: { id: string }; answer: undefined };
  /** Lists everything that somebody may be allowed or denied, and the kind of thing that it is done to */
  "GET /v1/actions": { answer: { actions: { action: string; on: string }[] } };
  /** Says whether somebody may do something, by which statement, and what would be needed */
  "GET /v1/can": { query: { who?: string; action: string; resource?: string }; answer: Record<string, unknown> };
  /** Says for several things at once whether whoever asks may do them, and where not, why */
  "POST /v1/can": { body: { questions: { action: string; resource?: string; any?: boolean }[] }; answer: { answers: { allowed: boolean; reason?: string }[] } };
  /** Shows who may invoke a function, whatever their roles say */
  "GET /v1/functions/{name}/access": { path: { name: string }; answer: { allow?: string[]; deny?: string[]; revision: number } };
  /** Says who may invoke a function */
  "PUT /v1/functions/{name}/access": { path: { name: string }; body: { allow?: string[]; deny?: string[] }; answer: { allow?: string[]; deny?: string[]; revision: number } };
  /** Leaves it to roles and grants again who may invoke a function */
  "DELETE /v1/functions/{name}/access": { path: { name: string }; answer: undefined };
  /** Signs a browser in, by a user's password or by a token */
  "POST /v1/session/browser": { body: { user: string; password: string } | { token: string }; answer: undefined };
  /** Signs a browser out; a token that came from a password is revoked */
  "DELETE /v1/session/browser": { answer: undefined };
  /** Sends that something happened, as server-sent events, until the caller goes */
  "GET /v1/live": { answer: string };
  /** Finds entries of the audit trail, newest first */
  "GET /v1/audit": { query: { actor?: string; action?: string; subject?: string; outcome?: "done" | "failed" | "denied"; from?: string; to?: string; cursor?: string; limit?: number }; answer: { entries: { sequence: number; time: string; actor: string; action: string; subject: string; outcome: "done" | "failed" | "denied"; from?: Record<string, unknown>; details: Record<string, unknown>; hash: string }[]; cursor?: string } };
  /** Sends all entries that a query finds, newest first, as a JSON document a line */
  "GET /v1/audit/export": { query: { actor?: string; action?: string; subject?: string; outcome?: "done" | "failed" | "denied"; from?: string; to?: string }; answer: unknown };
  /** Computes the chain of hashes anew, and says where it breaks */
  "GET /v1/audit/verify": { query: { expect?: string }; answer: { intact: boolean; entries: number; anchor?: { sequence: number; hash: string }; head?: { sequence: number; hash: string }; broken?: { sequence: number; why: string } } };
  /** Lists what was changed of functions lately, newest first */
  "GET /v1/changes": { query: { limit?: number }; answer: { changes: ({ time: string; by: string; action: "function:deploy" | "function:configure" | "function:release" | "function:remove" | "trigger:write"; function: string; trigger?: string; alias?: string; how?: string; versions?: { version: number; weight: number }[]; version?: number; fields: string[] })[] } };
  /** Says how the platform keeps its own objectives, from what really happened */
  "GET /v1/status": { answer: { state: "operational" | "degraded" | "down"; atMs: number; startedAtMs: number; objectives: ({ name: string; title: string; promise: string; target: number; state: "good" | "at_risk" | "failing" | "unmeasured"; windows: { "1h": { total: number; bad: number; share?: number; met: boolean }; "24h": { total: number; bad: number; share?: number; met: boolean }; "30d": { total: number; bad: number; share?: number; met: boolean } }; budgetLeft?: number; figure?: string; days: { day: string; state: "good" | "at_risk" | "failing" | "unmeasured"; share?: number }[] })[] } };
  /** Lists projects in the order of their names */
  "GET /v1/projects": { query: { applied?: boolean }; answer: { projects: ListProjectsAnswer[] } };
  /** Shows what a project has applied */
  "GET /v1/projects/{name}": { path: { name: string }; answer: ListProjectsAnswer };
  /** Remembers what a project has applied; its lock must be held */
  "PUT /v1/projects/{name}": { path: { name: string }; body: { applied: Record<string, Record<string, { fields: Record<string, unknown>; secrets?: Record<string, string>; made: boolean }>>; origin?: CheckPoliciesBody; lock: string }; answer: ListProjectsAnswer };
  /** Forgets a project; what it made stays */
  "DELETE /v1/projects/{name}": { path: { name: string }; answer: undefined };
  /** Compares what a project has applied with what there is */
  "GET /v1/projects/{name}/drift": { path: { name: string }; answer: { drift: { section: string; name: string; removed: boolean; by?: string; at?: string; differences: { path: string; before?: unknown; after?: unknown }[] }[] } };
  /** Takes the lock of a project, or keeps it for two more minutes */
  "PUT /v1/projects/{name}/lock": { path: { name: string }; body: { id: string; revision?: number; message?: string }; answer: { by: string; since: string; message?: string } };
  /** Gives the lock of a project back */
  "DELETE /v1/projects/{name}/lock": { path: { name: string }; query: { id: string }; answer: undefined };
  /** Lists repositories in the order of their names */
  "GET /v1/repositories": { answer: { repositories: ListRepositoriesAnswer[] } };
  /** Creates a repository, or changes the settings of one */
  "PUT /v1/repositories/{name}": { path: { name: string }; body: { branch?: string; environment?: string; function?: string; description?: string; watch?: { url: string; branch?: string; tag?: string; pollMs?: number }; credential?: string }; answer: ListRepositoriesAnswer };
  /** Shows a repository, and what was deployed from it */
  "GET /v1/repositories/{name}": { path: { name: string }; answer: ListRepositoriesAnswer };
  /** Removes a repository with all that was pushed to it; what was deployed stays */
  "DELETE /v1/repositories/{name}": { path: { name: string }; answer: undefined };
  /** Shows a deployment from a repository, with what it printed */
  "GET /v1/repositories/{name}/deployments/{id}": { path: { name: string; id: string }; answer: { id: string; at: string; by: string; ref: string; commit: string; subject: string; author: string; state: "deployed" | "failed"; durationMs: number; error?: string; log: string } };
  /** Looks at a watched repository now, deploys what is new, and answers when it has */
  "POST /v1/repositories/{name}/look": { path: { name: string }; answer: ListRepositoriesAnswer };
}
