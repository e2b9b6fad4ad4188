import { Problem } from '../../model/problem.ts';
import { decide } from '../../model/rule.ts';
import { grantedTo, type State } from './directory.ts';

/** Enabled users who may change users and roles, and can log in. */
export function administratorsOf(state: State, nowMs: number): string[] {
  const withToken = new Set<string>();
  for (const { owner, scopes, session, expiresAtMs } of state.tokens.values()) {
    const isGood = scopes === undefined && !session && (expiresAtMs === undefined || expiresAtMs > nowMs);
    if (isGood && 'user' in owner) withToken.add(owner.user);
  }
  const names: string[] = [];
  for (const [name, user] of state.users) {
    if (user.disabled || (user.password === undefined && !withToken.has(name))) continue;
    if (mayAdminister(name, state)) names.push(name);
  }
  return names;
}

function mayAdminister(user: string, state: State): boolean {
  const teams = [...state.teams].filter(([, { members }]) => members.includes(user)).map(([name]) => name);
  const granted = grantedTo({ user }, teams, state);
  return decide(granted, { user, teams }, { action: 'identity:write', resource: '*', attributes: {} }).allowed;
}

/** Throws `conflict` where somebody could change users and roles before, and nobody could after. That there are no users at all any more is for the operator to decide. */
export function assertNotLockedOut(
  before: State,
  after: State,
  nowMs: number,
  { isOperator, wayBack }: { readonly isOperator: boolean; readonly wayBack: string },
): void {
  if (after.users.size === 0 && isOperator) return;
  if (administratorsOf(after, nowMs).length > 0) return;
  const last = administratorsOf(before, nowMs);
  if (last.length === 0 && before.users.size > 0) return;
  const who = last.length === 0 ? 'the first user must be an administrator who can log in' : lossOf(last);
  throw new Problem('conflict', `${who}. ${wayBack}`, {
    details: { reason: 'locks_everyone_out', administrators: last },
  });
}

function lossOf(last: readonly string[]): string {
  const names = last.slice(0, 5).join(', ');
  return `this would leave nobody who may change users and roles (now: ${names}): give another user the role administrator and a token or password first`;
}
