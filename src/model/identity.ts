import Type, { type Static } from 'typebox';
import { ONE_LINE_PATTERN } from './one-line.ts';
import type { Action } from './permission.ts';
import { ACTION_PATTERN, type ResourceAttributes, StatementSchema } from './rule.ts';

/** A user's name: also an address of mail. It is what `owner` of a function may say. */
export const USER_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$';
/** A team's or a role's name. */
export const TEAM_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$';

const PRINCIPAL_KINDS = ['operator', 'user', 'token', 'function', 'key', 'anonymous'] as const;
type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/**
 * Who asks, and what they may do.
 *
 * The *operator* owns the node: whoever sends the setting `token`, or connects to the socket in the data folder, or anybody on
 * loopback while there are no users. A *user* came with a token of theirs, a *token* is one of a team. *Functions* and *keys* have
 * grants for services instead of roles. *Anonymous* is whoever sent no credential to what needs none.
 */
export interface Principal {
  readonly kind: PrincipalKind;
  /** How records name it: `operator`, `ada`, `team shop`, `function 'pay'`. */
  readonly name: string;
  /** The user, where it is one. */
  readonly user?: string;
  /** Teams that the user is a member of, or the team whose token it is. */
  readonly teams: readonly string[];
  /** Id of the token that was sent, and whether it is narrowed to less than its owner may do. */
  readonly tokenId?: string;
  readonly narrowed?: boolean;
  /** Of a function: its name. */
  readonly caller?: string;
  /** How access lists of functions name it, such as `user:ada`. */
  readonly callers?: readonly string[];
  /** What it may do, as a text: two that are the same may do the same. Absent where that never changes. */
  readonly rights?: () => string;
  /** Says to whom a refusal may turn. */
  readonly helpers?: () => string;
  /** Whether it may do this to `function:<name>`, `<kind>:<name>`, or `*`. `as` says whose the resource is to be, where that is about to change. */
  may(action: Action, resource: string, as?: ResourceAttributes): boolean;
  /** Whether there is anything at all to which it may do this. */
  mayAny(action: Action): boolean;
}

/** A user or a team with whose permissions a node does something later, and since when. */
export interface WatchedFor {
  readonly user?: string;
  readonly team?: string;
  readonly sinceMs: number;
}

const RoleNames = Type.Array(Type.String({ pattern: TEAM_NAME_PATTERN }), { maxItems: 50, uniqueItems: true });
const Description = Type.String({ maxLength: 256 });

/** What can be said of a user. */
export const UserSettings = Type.Object(
  {
    fullName: Type.Optional(
      Type.String({ pattern: ONE_LINE_PATTERN, maxLength: 128, description: 'How people call them' }),
    ),
    email: Type.Optional(Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' })),
    roles: Type.Optional(RoleNames),
    disabled: Type.Optional(Type.Boolean({ description: 'Refuses them and their tokens, and forgets nothing' })),
  },
  { additionalProperties: false },
);
export type UserSettings = Static<typeof UserSettings>;

export const TeamSettings = Type.Object(
  {
    description: Type.Optional(Description),
    members: Type.Optional(
      Type.Array(Type.String({ pattern: USER_NAME_PATTERN }), { maxItems: 1_000, uniqueItems: true }),
    ),
    roles: Type.Optional(RoleNames),
  },
  { additionalProperties: false },
);
export type TeamSettings = Static<typeof TeamSettings>;

export const RoleSettings = Type.Object(
  {
    description: Type.Optional(Description),
    statements: Type.Array(StatementSchema, { minItems: 1, maxItems: 100 }),
  },
  { additionalProperties: false },
);
export type RoleSettings = Static<typeof RoleSettings>;

/** What a token is narrowed to: it may do what both its owner and each of these allow. */
export const TokenScopes = Type.Object(
  {
    roles: Type.Optional(RoleNames),
    actions: Type.Optional(Type.Array(Type.String({ pattern: ACTION_PATTERN }), { minItems: 1, maxItems: 100 })),
  },
  { additionalProperties: false },
);
export type TokenScopes = Static<typeof TokenScopes>;

/** Who calls a function, as its access list names it. */
export const CALLER_PATTERN =
  '^(?:\\*|anonymous|user:[A-Za-z0-9_.@-]{1,64}|team:[A-Za-z0-9_.-]{1,64}|token:[a-z0-9]{1,32}|function:[A-Za-z0-9_-]{1,64}|key:[A-Z0-9]{1,32})$';

/** Who may invoke a function, and who may not, whatever their roles say. */
export const FunctionAccess = Type.Object(
  {
    allow: Type.Optional(Type.Array(Type.String({ pattern: CALLER_PATTERN }), { maxItems: 200, uniqueItems: true })),
    deny: Type.Optional(Type.Array(Type.String({ pattern: CALLER_PATTERN }), { maxItems: 200, uniqueItems: true })),
  },
  { additionalProperties: false },
);
export type FunctionAccess = Static<typeof FunctionAccess>;
