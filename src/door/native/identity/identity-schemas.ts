import Type, { type Static } from 'typebox';
import type { IssuedToken, TokenView } from '../../../govern/identity/identity.ts';
import {
  RoleSettings,
  TEAM_NAME_PATTERN,
  TeamSettings,
  TokenScopes,
  USER_NAME_PATTERN,
  UserSettings,
} from '../../../model/identity.ts';
import { ONE_LINE_PATTERN } from '../../../model/one-line.ts';
import { Problem } from '../../../model/problem.ts';
import { timeMs } from '../time-range.ts';

export const UserParameters = Type.Object({ name: Type.String({ pattern: USER_NAME_PATTERN }) });
export const TeamParameters = Type.Object({ name: Type.String({ pattern: TEAM_NAME_PATTERN }) });
export const MemberParameters = Type.Object({
  name: Type.String({ pattern: TEAM_NAME_PATTERN }),
  user: Type.String({ pattern: USER_NAME_PATTERN }),
});
export const TokenParameters = Type.Object({ id: Type.String({ pattern: '^[a-z0-9]{1,32}$' }) });

const ExpiresAt = Type.String({ maxLength: 64, description: 'ISO 8601; absent: it is good until it is revoked' });
const Label = Type.String({ pattern: ONE_LINE_PATTERN, maxLength: 256, description: 'What it is for' });
const Password = Type.String({ minLength: 1, maxLength: 1_024 });

export const NewUserBody = Type.Object(
  {
    name: Type.String({ pattern: USER_NAME_PATTERN, description: 'Also what `owner` of a function says' }),
    ...UserSettings.properties,
    password: Type.Optional(Password),
    token: Type.Optional(
      Type.Object(
        { label: Type.Optional(Label), expiresAt: Type.Optional(ExpiresAt) },
        { additionalProperties: false, description: 'Makes a token, too, which the answer shows this once' },
      ),
    ),
  },
  { additionalProperties: false },
);

const Versioned = { createdAt: Type.String(), revision: Type.Integer({ description: 'Also the ETag' }) };
export const UserAnswer = Type.Object({
  name: Type.String(),
  ...Type.Required(UserSettings).properties,
  teams: Type.Array(Type.String()),
  hasPassword: Type.Boolean(),
  ...Versioned,
});
export const TeamAnswer = Type.Object({
  name: Type.String(),
  ...Type.Required(TeamSettings).properties,
  ...Versioned,
});
export const RoleAnswer = Type.Object({
  name: Type.String(),
  ...Type.Required(RoleSettings).properties,
  builtIn: Type.Boolean(),
  revision: Type.Integer(),
});

export const TokenAnswer = Type.Object({
  id: Type.String(),
  user: Type.Optional(Type.String()),
  team: Type.Optional(Type.String()),
  label: Type.String(),
  scopes: Type.Optional(TokenScopes),
  session: Type.Boolean({ description: 'It came from a password' }),
  createdAt: Type.String(),
  createdBy: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  lastUsedAt: Type.Optional(Type.String({ description: 'To within some minutes' })),
});
export const IssuedAnswer = Type.Object({
  ...TokenAnswer.properties,
  token: Type.String({ description: 'The credential itself; it is shown this once' }),
});

export const NewTokenBody = Type.Object(
  {
    user: Type.Optional(Type.String({ pattern: USER_NAME_PATTERN, description: 'Absent: whoever asks' })),
    team: Type.Optional(
      Type.String({ pattern: TEAM_NAME_PATTERN, description: 'A token of a team, such as for its pipeline' }),
    ),
    label: Type.Optional(Label),
    scopes: Type.Optional(TokenScopes),
    expiresAt: Type.Optional(ExpiresAt),
  },
  { additionalProperties: false },
);

export const LoginBody = Type.Object(
  { user: Type.String({ maxLength: 64 }), password: Password },
  { additionalProperties: false },
);
export const PasswordBody = Type.Object(
  {
    password: Type.String({ maxLength: 1_024 }),
    current: Type.Optional(Type.String({ maxLength: 1_024, description: 'Demanded of whoever changes their own' })),
  },
  { additionalProperties: false },
);
/** What a client asks of its own permissions, for what it shows. */
export const PermissionQuestions = Type.Object(
  {
    questions: Type.Array(
      Type.Object(
        {
          action: Type.String({ maxLength: 64, description: 'Such as `secret:write`' }),
          resource: Type.Optional(
            Type.String({
              maxLength: 256,
              description: 'Such as `secret:mail`, or `mail`; absent: what there is one of',
            }),
          ),
          any: Type.Optional(
            Type.Boolean({
              description: 'Whether there may be something to which it is allowed, such as what one makes oneself',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 200 },
    ),
  },
  { additionalProperties: false },
);
export const PermissionVerdicts = Type.Object({
  answers: Type.Array(
    Type.Object({
      allowed: Type.Boolean(),
      reason: Type.Optional(Type.String({ description: 'What is missing, and who can give it' })),
    }),
  ),
});

export function tokenAnswer(view: TokenView): Static<typeof TokenAnswer> {
  const { id, user, team, label, scopes, session, createdAtMs, createdBy, expiresAtMs, lastUsedAtMs } = view;
  return {
    id,
    ...(user !== undefined && { user }),
    ...(team !== undefined && { team }),
    label,
    ...(scopes !== undefined && { scopes }),
    session,
    createdAt: iso(createdAtMs),
    createdBy,
    ...(expiresAtMs !== undefined && { expiresAt: iso(expiresAtMs) }),
    ...(lastUsedAtMs !== undefined && { lastUsedAt: iso(lastUsedAtMs) }),
  };
}

export function issuedAnswer(issued: IssuedToken): Static<typeof IssuedAnswer> {
  return { ...tokenAnswer(issued), token: issued.text };
}

/** Milliseconds of an ISO 8601 time, where one is given. */
export function expiryOf(expiresAt: string | undefined): { expiresAtMs?: number } {
  if (expiresAt === undefined) return {};
  if (!/^\d{4}-\d\d/.test(expiresAt)) {
    throw new Problem('invalid_request', `"expiresAt": "${expiresAt}" is no time: write it like 2027-01-31T12:00:00Z`);
  }
  return { expiresAtMs: timeMs(expiresAt, 0) };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
