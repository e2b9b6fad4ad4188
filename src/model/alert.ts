import Type, { type Static } from 'typebox';
import { ONE_LINE_CHARACTER } from './one-line.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A rule's or a channel's name. */
export const ALERT_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
/** An alert's: its rule's, and the function that it is about, such as `errors@pay`. */
export const ALERT_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9_-]{0,63})?$';
/** Names with `*` for any part of them. */
const NAME_GLOB_PATTERN = '^[A-Za-z0-9_*-]{1,64}$';
const CHANNEL_REFERENCE = '^(?:(?:webhook|slack|email|function):)?[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
const TAG_OF = `[A-Za-z0-9_.:/=+@-]{1,128}=${ONE_LINE_CHARACTER}{0,256}`;
const TAG = `^${TAG_OF}$`;
/** Whose functions are meant. */
export const OWNER_PATTERN = `^${ONE_LINE_CHARACTER}{1,128}$`;

const duration = (description: string, minimum: number, maximum: number) =>
  Type.Optional(Type.Integer({ minimum, maximum, description }));

/** What can be said of a rule, a default one's changes included. */
const shared = {
  when: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Condition, such as `errors / invocations > 5% over 5m`',
    }),
  ),
  severity: Type.Optional(Type.Enum([...SEVERITIES], { description: 'Default: `warning`' })),
  criticalWhen: Type.Optional(
    Type.String({ maxLength: 500, description: 'A graver condition that makes it `critical`; empty: none' }),
  ),
  resolveAfterMs: duration('How long it must be well before it counts as over; default 2 minutes', 0, 86_400_000),
  hysteresis: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 0.9,
      description: 'How far below its limit a value must fall to be well, as a share of it; default 0.2',
    }),
  ),
  repeatMs: duration(
    'Told again after so long while it goes on and nobody acknowledged it; 0: never; default 4 hours',
    0,
    604_800_000,
  ),
};

/** A rule of one's own. */
export const AlertRuleSchema = Type.Object(
  {
    ...shared,
    when: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Condition, such as `errors / invocations > 5% over 5m`',
    }),
    function: Type.Optional(
      Type.String({
        pattern: NAME_GLOB_PATTERN,
        description: 'Each function of this name; `*` stands for any part of it',
      }),
    ),
    owner: Type.Optional(Type.String({ pattern: OWNER_PATTERN, description: 'Each function of this owner' })),
    tag: Type.Optional(Type.String({ pattern: TAG, description: 'Each function with this tag, as `name=value`' })),
    notify: Type.Optional(
      Type.Array(Type.String({ pattern: CHANNEL_REFERENCE }), {
        maxItems: 10,
        description:
          "Channels that are told, as `ops` or `slack:ops`; default: those of the function's owner, else the default ones",
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: 'Default: true' })),
    description: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'What to know and do; told with the alert' }),
    ),
  },
  { additionalProperties: false },
);
export type AlertRule = Static<typeof AlertRuleSchema>;

/** What a default rule is to be, for some functions; absent members stay as they are. */
export const DefaultChangeSchema = Type.Object(
  { ...shared, enabled: Type.Optional(Type.Boolean({ description: 'false switches the rule off' })) },
  { additionalProperties: false },
);
export type DefaultChange = Static<typeof DefaultChangeSchema>;

/** For whom: `all`, `tag:<name>=<value>`, `owner:<owner>` or `function:<name>`; the more special one counts. */
export const DEFAULT_SCOPE_PATTERN = `^(?:all|tag:${TAG_OF}|owner:${ONE_LINE_CHARACTER}{1,128}|function:[A-Za-z0-9][A-Za-z0-9_-]{0,63})$`;

export const CHANNEL_KINDS = ['webhook', 'slack', 'email', 'function'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export const ADDRESS_PATTERN = '^https?://[^\\s]+$';
const address = Type.String({ minLength: 1, maxLength: 2_000, pattern: ADDRESS_PATTERN });
export const SMTP_PATTERN = '^smtps?://[^\\s]{1,1000}$';
export const MAIL_ADDRESS = '^[^\\s<>"(),;:\\\\@]{1,64}@[A-Za-z0-9.-]{1,253}$';
const least = Type.Optional(
  Type.Enum([...SEVERITIES], { description: 'Only alerts at least so grave; default: `info`' }),
);

/** Where notifications go. Addresses and secrets are kept sealed, and never shown. */
export const AlertChannelSchema = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('webhook'),
      url: address,
      secret: Type.Optional(
        Type.String({
          minLength: 16,
          maxLength: 256,
          description: 'Signs each request as Standard Webhooks; absent: one is made, and shown once',
        }),
      ),
      least,
    },
    { additionalProperties: false },
  ),
  Type.Object({ kind: Type.Literal('slack'), url: address, least }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal('email'),
      to: Type.Array(Type.String({ pattern: MAIL_ADDRESS }), { minItems: 1, maxItems: 20 }),
      from: Type.String({ pattern: MAIL_ADDRESS }),
      smtp: Type.String({
        pattern: SMTP_PATTERN,
        description: '`smtp://user:password@host:587`, or `smtps://` for TLS from the start',
      }),
      least,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Literal('function'), function: Type.String({ pattern: ALERT_NAME_PATTERN }), least },
    { additionalProperties: false },
  ),
]);
export type AlertChannel = Static<typeof AlertChannelSchema>;

/** Who is told where a rule does not say. */
export const AlertRoutingSchema = Type.Object(
  {
    default: Type.Array(Type.String({ pattern: ALERT_NAME_PATTERN }), { maxItems: 10 }),
    owners: Type.Record(
      Type.String({ pattern: OWNER_PATTERN }),
      Type.Array(Type.String({ pattern: ALERT_NAME_PATTERN }), { maxItems: 10 }),
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type AlertRouting = Static<typeof AlertRoutingSchema>;

/** What is not told for a while; all that is given must fit. */
export const SilenceSchema = Type.Object(
  {
    alert: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_*@-]{1,129}$', description: "An alert's id; `*` stands for any part" }),
    ),
    function: Type.Optional(Type.String({ pattern: NAME_GLOB_PATTERN })),
    owner: Type.Optional(Type.String({ pattern: OWNER_PATTERN })),
    tag: Type.Optional(Type.String({ pattern: TAG })),
    forMs: Type.Integer({ minimum: 1_000, maximum: 2_592_000_000, description: 'At most 30 days' }),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
);
export type NewSilence = Static<typeof SilenceSchema>;

export interface Silence extends Omit<NewSilence, 'forMs'> {
  readonly id: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly by: string;
}

/** Why an alert probably fires, the likeliest first. */
export interface Cause {
  readonly kind:
    | 'new_version'
    | 'out_of_memory'
    | 'timed_out'
    | 'downstream'
    | 'trigger'
    | 'error'
    | 'throttled'
    | 'dead_events'
    | 'lag';
  /** One sentence. */
  readonly text: string;
  readonly version?: number;
  readonly previousVersion?: number;
  readonly by?: string;
  readonly commit?: string;
  readonly trigger?: string;
  readonly function?: string;
}

/** The error that most of the failed invocations have, and one of them. */
export interface ErrorSample {
  readonly type: string;
  readonly message: string;
  /** The first line of the stack that is a place. */
  readonly place?: string;
  readonly count: number;
  readonly of: number;
  readonly invocationId: string;
  readonly version: number;
  readonly log: readonly string[];
}

/** What was found out about an alert when it began, got worse, or its function changed since. */
export interface Diagnosis {
  readonly causes: readonly Cause[];
  readonly error?: ErrorSample;
  /** The last hour, in steps from the oldest; `null` where nothing was measured. */
  readonly history: readonly (number | null)[];
  readonly commands: readonly { readonly title: string; readonly command: string }[];
}

/** An alert as it is told and shown. */
export interface AlertView {
  readonly id: string;
  readonly rule: string;
  /** Absent: about the node as a whole. */
  readonly function?: string;
  readonly owner?: string;
  readonly state: 'firing' | 'resolved';
  readonly severity: Severity;
  /** Identifies this time that it fires. */
  readonly firingId: string;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  readonly condition: string;
  /** What is measured, such as `errors / invocations`, and how it stands, in words: `43%`, `2.4 s`. */
  readonly measure: string;
  readonly value: string;
  readonly limit: string;
  readonly worst: string;
  readonly acknowledged?: { readonly by: string; readonly atMs: number; readonly note?: string };
  readonly silencedUntilMs?: number;
  readonly description?: string;
  readonly diagnosis?: Diagnosis;
}

/** One message to a channel: one alert, or many together. */
export interface Notification {
  readonly id: string;
  readonly type: 'alert.firing' | 'alert.worse' | 'alert.still' | 'alert.resolved' | 'alert.several' | 'alert.test';
  readonly severity: Severity;
  readonly node: string;
  readonly atMs: number;
  /** One line. */
  readonly title: string;
  /** All of it, as plain text. */
  readonly text: string;
  /** The gravest first, at most 10. */
  readonly alerts: readonly AlertView[];
  readonly firing: number;
  readonly resolved: number;
}
