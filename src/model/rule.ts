import Type, { type Static } from 'typebox';

/** What rules can go by besides a resource's name. */
export interface ResourceAttributes {
  readonly owner?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const OWNER_PATTERN = '^(?:@self|@team|[A-Za-z0-9][A-Za-z0-9_.@-]{0,127})$';

/** One or several actions, as statements of roles and scopes of tokens name them: `function:invoke`, `function:*`, `*:read`, `*`. */
export const ACTION_PATTERN = '^[a-z*]{1,32}(?::[a-z*]{1,32})?$';

/** One statement of a role: what it allows or denies, to what, under which conditions. */
export const StatementSchema = Type.Object(
  {
    effect: Type.Enum(['allow', 'deny'], { description: 'A deny wins over every allow' }),
    actions: Type.Array(Type.String({ pattern: ACTION_PATTERN }), {
      minItems: 1,
      maxItems: 100,
      description: 'Such as `function:invoke`, `function:*`, `*:read` or `*`',
    }),
    resources: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\s]+$' }), {
        minItems: 1,
        maxItems: 100,
        description: 'Such as `function:pay-*`, `bucket:photos` or `*`, which is meant where none are named',
      }),
    ),
    where: Type.Optional(
      Type.Object(
        {
          owner: Type.Optional(
            Type.Array(Type.String({ pattern: OWNER_PATTERN }), {
              minItems: 1,
              maxItems: 50,
              description: 'Whose it is: `@self`, `@team` (any team of whoever asks), or the name of a user or team',
            }),
          ),
          tag: Type.Optional(
            Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.String({ maxLength: 256 }), {
              description: 'Tags that it must have; a value may hold `*`',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Statement = Static<typeof StatementSchema>;

/** Statements that somebody has, and through what. */
export interface GrantedRole {
  readonly role: string;
  /** `user ada`, `team shop`, or `token 4f…` for what a token is narrowed to. */
  readonly through: string;
  readonly statements: readonly Statement[];
}

/** Of whom `@self` and `@team` speak. */
export interface Asker {
  readonly user?: string;
  readonly teams: readonly string[];
}

/** What is asked for. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly attributes: ResourceAttributes;
}

/** What decided, and how. Without a statement nothing allowed it, which is a denial. */
export interface Decision {
  readonly allowed: boolean;
  readonly by?: {
    readonly role: string;
    readonly through: string;
    /** Which statement of the role, from 1. */
    readonly number: number;
    readonly statement: Statement;
  };
}

/** Decides by roles: any deny that matches wins, then any allow, and nothing is a denial. */
export function decide(granted: readonly GrantedRole[], asker: Asker, question: Question): Decision {
  let allowing: Decision | undefined;
  for (const { role, through, statements } of granted) {
    for (const [index, statement] of statements.entries()) {
      const isDeny = statement.effect === 'deny';
      if (!isDeny && allowing !== undefined) continue;
      if (!applies(statement, asker, question)) continue;
      const decision = { allowed: !isDeny, by: { role, through, number: index + 1, statement } };
      if (isDeny) return decision;
      allowing = decision;
    }
  }
  return allowing ?? { allowed: false };
}

/** Whether any statement allows this action, to whatever. */
export function allowsAny(granted: readonly GrantedRole[], action: string): boolean {
  return granted.some(({ statements }) =>
    statements.some(({ effect, actions }) => effect === 'allow' && actions.some((each) => isLike(each, action))),
  );
}

function applies(statement: Statement, asker: Asker, { action, resource, attributes }: Question): boolean {
  if (!statement.actions.some((pattern) => isLike(pattern, action))) return false;
  // A question about many things at once, such as a grant for `bucket:shop-*`, is denied where any of them may be.
  const isMany = statement.effect === 'deny' && resource.length > 1 && resource.endsWith('*');
  const speaksOf = isMany ? mayOverlap : isLike;
  if (!(statement.resources ?? ['*']).some((pattern) => speaksOf(pattern, resource))) return false;
  if (isMany) return true;
  const { owner, tag } = statement.where ?? {};
  if (owner !== undefined && !owner.some((each) => isOwner(each, asker, attributes.owner))) return false;
  return (
    tag === undefined ||
    Object.entries(tag).every(([name, pattern]) => {
      const tags = attributes.tags ?? {};
      return Object.hasOwn(tags, name) && isLike(pattern, tags[name]!);
    })
  );
}

function isOwner(wanted: string, asker: Asker, owner: string | undefined): boolean {
  if (owner === undefined || owner === '') return false;
  if (wanted === '@self') return owner === asker.user;
  if (wanted === '@team') return asker.teams.includes(owner);
  return wanted === owner;
}

/** Whether there may be a text that is as both patterns say; the second one ends in `*`. */
function mayOverlap(one: string, other: string): boolean {
  const star = one.indexOf('*');
  if (star === -1) return isLike(other, one);
  const [a, b] = [one.slice(0, star), other.slice(0, other.indexOf('*'))];
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether a text is as a pattern says, in which `*` stands for any number of characters. Takes time by the product of both lengths at worst. */
export function isLike(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true;
  const star = pattern.indexOf('*');
  if (star === -1) return false;
  if (star === pattern.length - 1) return text.startsWith(pattern.slice(0, -1));
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop()!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
