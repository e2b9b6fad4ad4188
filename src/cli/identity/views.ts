import { formatAge } from '../human.ts';

/** What the API answers about users, teams, roles and tokens, as far as the command line reads it. */
export interface UserView {
  readonly name: string;
  readonly fullName: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  readonly createdAt: string;
  readonly revision: number;
}

export interface TeamView {
  readonly name: string;
  readonly description: string;
  readonly members: readonly string[];
  readonly roles: readonly string[];
  readonly createdAt: string;
  readonly revision: number;
}

export interface Statement {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly where?: { readonly owner?: readonly string[]; readonly tag?: Readonly<Record<string, string>> };
}

export interface RoleView {
  readonly name: string;
  readonly description: string;
  readonly statements: readonly Statement[];
  readonly builtIn: boolean;
  readonly revision: number;
}

export interface TokenView {
  readonly id: string;
  readonly user?: string;
  readonly team?: string;
  readonly label: string;
  readonly scopes?: { readonly roles?: readonly string[]; readonly actions?: readonly string[] };
  readonly session: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
}

export interface SessionView {
  readonly kind: string;
  readonly name: string;
  readonly user?: string;
  readonly teams: readonly string[];
  readonly roles: readonly { readonly role: string; readonly through: string }[];
  readonly token?: TokenView;
  readonly credentialsDemanded: boolean;
}

/** A statement as a sentence: `allow function:* on function:pay-* owned by @team`. */
export function statementText({ effect, actions, resources, where }: Statement): string {
  const owner = where?.owner === undefined ? '' : ` owned by ${where.owner.join(' or ')}`;
  const tags = Object.entries(where?.tag ?? {}).map(([name, value]) => `${name}=${value}`);
  const tagged = tags.length === 0 ? '' : ` tagged ${tags.join(' and ')}`;
  const on = resources === undefined ? '' : ` on ${resources.join(', ')}`;
  return `${effect} ${actions.join(', ')}${on}${owner}${tagged}`;
}

/** When it ends: `never`, `expired`, or the day. */
export function expiryText(expiresAt: string | undefined, nowMs: number): string {
  if (expiresAt === undefined) return 'never';
  if (Date.parse(expiresAt) <= nowMs) return 'expired';
  return Date.parse(expiresAt) - nowMs < 86_400_000 ? `${expiresAt.slice(11, 16)} UTC` : expiresAt.slice(0, 10);
}

export function usedText(lastUsedAt: string | undefined, nowMs: number): string {
  return lastUsedAt === undefined ? 'never' : formatAge(Date.parse(lastUsedAt), nowMs);
}
