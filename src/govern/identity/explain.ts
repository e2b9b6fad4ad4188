import type { Action } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { type Decision, decide, isLike } from '../../model/rule.ts';
import type { Directory } from './directory.ts';
import type { Explanation, TokenOwner } from './identity.ts';
import type { Powers, Principals } from './principals.ts';

/** Decides for somebody else, and says why: by which statement of which role, had through what, and what would be needed. */
export function explain(
  { who, action, resource }: { readonly who: string; readonly action: Action; readonly resource: string },
  directory: Directory,
  principals: Principals,
): Explanation {
  const { attributes, resource: named } = principals.identify(resource);
  const about = { action, resource: named, attributes };
  if (who === 'operator') {
    return { ...about, who, roles: [], allowed: true, reason: 'the operator of the node may do everything' };
  }
  if (who === 'anonymous' || who.startsWith('function:')) return explainCaller(who, about, principals);
  const { owner, token } = ownerOf(who, directory);
  const powers = principals.powersOf(owner, token);
  const decision = principals.decide(powers, action, resource);
  const roles = [...powers.granted, ...(powers.narrowed?.granted ?? [])];
  const explained = {
    ...about,
    ...decision,
    who: token === undefined ? powers.who : `token ${token.id} of ${powers.who}`,
    roles: roles.map(({ role, through }) => ({ role, through })),
  };
  const disabled = 'user' in owner && directory.users.find(owner.user)?.disabled === true;
  if (disabled) {
    return {
      ...explained,
      allowed: false,
      reason: `${powers.who} is disabled`,
      needed: `fob user enable ${owner.user}`,
    };
  }
  const reason = reasonOf(decision, powers, explained, principals);
  return {
    ...explained,
    reason,
    ...(!decision.allowed && { needed: neededFor(decision, powers, explained, principals) }),
  };
}

function ownerOf(
  who: string,
  { users, teams, tokens }: Directory,
): { owner: TokenOwner; token?: Parameters<Principals['powersOf']>[1] } {
  const colon = who.indexOf(':');
  const kind = colon === -1 ? 'user' : who.slice(0, colon);
  const name = colon === -1 ? who : who.slice(colon + 1);
  if (kind === 'user' && users.find(name) !== undefined) return { owner: { user: name } };
  if ((kind === 'team' || colon === -1) && teams.find(name) !== undefined) return { owner: { team: name } };
  if (kind === 'token') {
    const token = tokens.find(name);
    if (token !== undefined) {
      const { owner, scopes } = token;
      return { owner, token: { id: name, ...(scopes !== undefined && { scopes }) } };
    }
  }
  throw new Problem(
    'not_found',
    `there is no user or team "${who}"; say a user's name, or user:…, team:…, token:…, function:…, anonymous or operator`,
  );
}

/** Of whoever has no roles: only access lists speak of them. */
function explainCaller(
  who: string,
  about: Pick<Explanation, 'action' | 'resource' | 'attributes'>,
  principals: Principals,
): Explanation {
  const base = { ...about, who, roles: [] };
  if (about.action !== 'function:invoke') {
    const reason = who === 'anonymous' ? 'it needs a credential' : 'a function has grants for services, and no roles';
    return { ...base, allowed: false, reason, needed: 'a token of a user who may do it' };
  }
  const name = about.resource.slice('function:'.length);
  const callers = who === 'anonymous' ? ['anonymous'] : ['*', who];
  const listed = principals.listed(callers, name);
  if (listed !== undefined) {
    const reason = `the access list of ${name} ${listed ? 'allows' : 'does not allow'} ${who}`;
    return { ...base, allowed: listed, reason, ...(!listed && { needed: toBeListed(name, callers, who, principals) }) };
  }
  if (who === 'anonymous') {
    const needed = `fob access ${name} --allow anonymous`;
    return { ...base, allowed: false, reason: 'invoking needs a credential', needed };
  }
  return { ...base, allowed: true, reason: `no access list keeps it out; it needs the grant ${about.resource}:invoke` };
}

function reasonOf(
  { allowed, by }: Decision,
  { callers, who, narrowed }: Powers,
  { action, resource }: Pick<Explanation, 'action' | 'resource'>,
  principals: Principals,
): string {
  if (by !== undefined) {
    const { effect } = by.statement;
    return `statement ${by.number} of the role ${by.role} of ${by.through} ${effect === 'deny' ? 'denies' : 'allows'} it`;
  }
  if (narrowed?.actions !== undefined && !narrowed.actions.some((each) => isLike(each, action))) {
    return `the token is narrowed to ${narrowed.actions.join(', ')}`;
  }
  const name = resource.slice('function:'.length);
  const listed = action === 'function:invoke' ? principals.listed(callers, name) : undefined;
  if (listed !== undefined) {
    return `the access list of ${name} ${allowed ? 'allows' : 'does not allow'} ${who}`;
  }
  return narrowed?.granted === undefined
    ? `no statement of a role of ${who} allows it`
    : `no statement allows it, either of a role of ${who} or of those that the token is narrowed to`;
}

/** What would get somebody past the access list of a function, which keeps them out. */
function toBeListed(name: string, callers: readonly string[], caller: string, principals: Principals): string {
  const denied = principals.deniedAs(callers, name);
  return `fob access ${name} ${denied === undefined ? `--allow ${caller}` : `--remove '${denied}'`}`;
}

function neededFor(
  { by }: Decision,
  { who, narrowed, granted, asker, callers }: Powers,
  { action, resource, attributes }: Pick<Explanation, 'action' | 'resource' | 'attributes'>,
  principals: Principals,
): string {
  if (by !== undefined) return `that the role ${by.role} no longer denies it, or that ${by.through} no longer has it`;
  const name = resource.slice('function:'.length);
  const isNarrowed = narrowed?.actions !== undefined && !narrowed.actions.some((each) => isLike(each, action));
  if (action === 'function:invoke' && !isNarrowed && principals.listed(callers, name) === false)
    return toBeListed(name, callers, who.replace(' ', ':'), principals);
  if (narrowed !== undefined)
    return `a token that is not narrowed, or a role of ${who} that allows ${action} on ${resource}`;
  const owners = [...(asker.user === undefined ? [] : [asker.user]), ...asker.teams];
  const owner = owners.find((name) => {
    const question = { action, resource, attributes: { ...attributes, owner: name } };
    return decide(granted, asker, question).allowed;
  });
  if (owner !== undefined && resource.startsWith('function:')) {
    return `that it is owned by ${owners.join(' or ')}, such as: fob set ${name} --owner ${owner}`;
  }
  const statement = JSON.stringify({ effect: 'allow', actions: [action], resources: [resource] });
  return `a role of ${who} with a statement such as ${statement}`;
}
