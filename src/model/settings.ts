import Type, { type Static } from 'typebox';

/** Everything that can be set for a node. `src/settings.ts` reads it; `docs/reference/settings.md` is generated from it. */
export const SettingsSchema = Type.Object(
  {
    host: Type.String({
      default: '127.0.0.1',
      description: 'Address to listen on; beyond loopback a token is required',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 9999,
      description: 'Port to listen on; 0 takes a free one',
    }),
    data: Type.String({
      default: '',
      description: 'Data folder; empty means `/var/lib/fob` for root, else `~/.local/share/fob`',
    }),
    token: Type.String({
      default: '',
      description:
        'Credential that every request must carry (`Authorization: Bearer …`); empty means none, on loopback only',
    }),
    sandbox: Type.Enum(['bubblewrap', 'process'], {
      default: 'bubblewrap',
      description: 'How functions are isolated; `process` is no isolation',
    }),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      default: 'info',
      description: "Level of the node's own log",
    }),
    allowedHosts: Type.Array(Type.String(), {
      default: [],
      description: 'Further host names that requests may name (Host header), besides loopback names and `host`',
    }),
    memoryBudgetMb: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Memory for all sandboxes together; 0 means 70% of the machine',
    }),
    prewarmed: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 2,
      description: 'Prewarmed sandboxes to keep per runtime',
    }),
    keepAliveMs: Type.Integer({ minimum: 0, default: 300_000, description: 'How long an idle sandbox is kept' }),
    freezeAfterMs: Type.Integer({ minimum: 0, default: 200, description: 'Idle time after which a sandbox is frozen' }),
    maxConcurrency: Type.Integer({
      minimum: 1,
      default: 2_000,
      description: 'Most invocations in flight on this node',
    }),
    queueWaitMs: Type.Integer({ minimum: 0, default: 2_000, description: 'Longest wait for a free place before 429' }),
    loadTimeoutMs: Type.Integer({ minimum: 100, default: 10_000, description: 'How long a function may take to load' }),
    buildTimeoutMs: Type.Integer({ minimum: 1_000, default: 300_000, description: 'How long a build may take' }),
    maxBodyBytes: Type.Integer({
      minimum: 1_024,
      default: 6_291_456,
      description: 'Largest invocation payload (6 MiB, as Lambda)',
    }),
    maxResultBytes: Type.Integer({
      minimum: 1_024,
      default: 6_291_456,
      description: 'Largest buffered result (6 MiB, as Lambda)',
    }),
    maxCodeBytes: Type.Integer({
      minimum: 1_024,
      default: 52_428_800,
      description: 'Largest upload of code (50 MiB, as Lambda)',
    }),
    maxTreeBytes: Type.Integer({
      minimum: 1_024,
      default: 262_144_000,
      description: 'Largest unpacked and built code (250 MiB, as Lambda)',
    }),
    maxPushBytes: Type.Integer({
      minimum: 1_024,
      default: 268_435_456,
      description: 'Largest push to a repository, and largest file of one that is watched (256 MiB)',
    }),
    maxLogBytes: Type.Integer({ minimum: 1_024, default: 262_144, description: 'Log text kept per invocation' }),
    journalMaxAgeMs: Type.Integer({
      minimum: 60_000,
      default: 1_296_000_000,
      description: 'How long invocation records and logs are kept (15 days)',
    }),
    journalMaxBytes: Type.Integer({
      minimum: 1_048_576,
      default: 2_147_483_648,
      description: 'Size of records and logs beyond which the oldest go',
    }),
    metricsMinuteMaxAgeMs: Type.Integer({
      minimum: 3_600_000,
      default: 1_296_000_000,
      description: 'How long metrics are kept by the minute (15 days)',
    }),
    metricsHourMaxAgeMs: Type.Integer({
      minimum: 86_400_000,
      default: 39_398_400_000,
      description: 'How long metrics are kept by the hour (15 months)',
    }),
    metricsMaxBytes: Type.Integer({
      minimum: 1_048_576,
      default: 1_073_741_824,
      description: 'Size of metrics beyond which the oldest minutes go',
    }),
    otlpEndpoint: Type.String({
      default: '',
      description:
        'Where metrics and traces are sent as OTLP over HTTP, such as `http://127.0.0.1:4318`; empty sends none',
    }),
    otlpHeaders: Type.Array(Type.String(), {
      default: [],
      description: 'Headers sent there, as `name=value`; they may be credentials, and are never shown',
    }),
    otlpMetricsIntervalMs: Type.Integer({
      minimum: 1_000,
      default: 60_000,
      description: 'How often metrics are sent there',
    }),
    auditMaxAgeDays: Type.Integer({
      minimum: 1,
      maximum: 36_500,
      default: 400,
      description: 'How long the audit trail is kept, in days; no size limits it',
    }),
    statusPage: Type.Enum(['guarded', 'open'], {
      default: 'guarded',
      description: 'Who may see `/status`, which names no functions: `guarded` demands a credential, `open` none',
    }),
    traceSamplePercent: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 10,
      description:
        'Of a hundred traces that are neither slow nor failed, how many are kept with all that their functions called',
    }),
    traceSlowMs: Type.Integer({
      minimum: 0,
      default: 1_000,
      description: 'An invocation that takes at least so long is slow, and its trace is kept',
    }),
    recordingsMaxAgeMs: Type.Integer({
      minimum: 60_000,
      default: 604_800_000,
      description: 'How long recorded payloads and results are kept (7 days)',
    }),
    recordingsMaxBytes: Type.Integer({
      minimum: 1_048_576,
      default: 268_435_456,
      description: 'Size of recorded payloads and results beyond which the oldest go',
    }),
    drainMs: Type.Integer({
      minimum: 0,
      default: 30_000,
      description: 'How long invocations in flight may take to finish at shutdown',
    }),
  },
  { additionalProperties: false },
);

export type Settings = Readonly<Static<typeof SettingsSchema>>;

/** Settings whose values are never shown: they are credentials, or may hold some. */
export const SECRET_SETTINGS: readonly (keyof Settings)[] = ['token', 'otlpHeaders'];
