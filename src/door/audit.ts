import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit, Happening } from '../govern/audit/audit.ts';
import { EVERYTHING, kindOf } from '../model/permission.ts';
import type { Problem } from '../model/problem.ts';
import type { AuditSource } from '../store/audit-trail.ts';
import { NO_CREDENTIAL } from './guard.ts';
import { principalOf } from './principal.ts';

/** What functions and people do with services and functions all day long is no change of the node. */
const EVERYDAY: ReadonlySet<string> = new Set([
  'function:invoke',
  'bucket:write',
  'queue:send',
  'queue:receive',
  'topic:publish',
  'kv:write',
]);
/** Looks at something, whatever its method: filling in a blueprint, asking what policies would say. */
const LOOKS = /:(?:read|list)$/;
/** Looking at these is written down, too. */
const SENSITIVE: ReadonlySet<string> = new Set(['node:backup', 'function:payloads']);

/** What a handler knows of its change and the route does not. */
interface Note
  extends Partial<Pick<Happening, 'actor' | 'action' | 'subject' | 'outcome' | 'before' | 'after' | 'details'>> {
  /** There was nothing to be written down. */
  readonly none?: true;
}

const notes = new WeakMap<IncomingMessage, Note>();

/** Says what a request changed, for its entry of the audit trail; said again, it adds. */
export function noteAudit(req: IncomingMessage, note: Note): void {
  notes.set(req, { ...notes.get(req), ...note });
}

/** After each management route: writes down what changed something. */
export function auditHook(audit: Audit): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    if (request.is404) return;
    const { permission } = request.routeOptions.config;
    const { statusCode } = reply.raw;
    const note = notes.get(request.raw);
    if (permission === 'open' && note === undefined) return;
    const action = note?.action ?? actionOf(request);
    const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !LOOKS.test(action);
    if ((!isChange && !SENSITIVE.has(action)) || EVERYDAY.has(action)) return;
    // What was refused is written down where it is refused; what was wrong changed nothing.
    if (note?.none === true || (statusCode >= 400 && statusCode < 500)) return;
    audit.record({
      actor: note?.actor ?? principalOf(request.raw).name,
      action,
      subject: note?.subject ?? subjectOf(request),
      from: sourceOf(request.raw),
      ...(statusCode >= 500 ? { outcome: 'failed' } : note?.outcome !== undefined && { outcome: note.outcome }),
      ...(note?.before !== undefined && { before: note.before }),
      ...(note?.after !== undefined && { after: note.after }),
      ...(note?.details !== undefined && { details: note.details }),
    });
  };
}

/** Writes down an attempt that was refused: no permission, or a credential that is missing or wrong. */
export function auditRefusal(audit: Audit, req: IncomingMessage, problem: Problem): void {
  const { permission, resource } = problem.details ?? {};
  const isRefusal = problem.code === 'unauthorized' || (problem.code === 'forbidden' && permission !== undefined);
  if (!isRefusal) return;
  const path = req.url!.split('?', 1)[0]!;
  // Whether somebody is signed in is what the console asks before they do: nothing was tried.
  if (problem.message === NO_CREDENTIAL && req.method === 'GET' && path === '/v1/session') return;
  audit.record({
    actor: problem.code === 'unauthorized' ? 'anonymous' : principalOf(req).name,
    action: typeof permission === 'string' ? permission : 'authenticate',
    subject: typeof resource === 'string' ? resource : `${req.method} ${path.slice(0, 200)}`,
    outcome: 'denied',
    from: sourceOf(req),
    details: { request: `${req.method} ${path.slice(0, 200)}` },
  });
}

export function sourceOf(req: IncomingMessage): AuditSource {
  const address = req.socket.remoteAddress;
  const userAgent = req.headers['user-agent'];
  const { tokenId } = principalOf(req);
  return {
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, 200) }),
    ...(tokenId !== undefined && { tokenId }),
  };
}

function actionOf({ routeOptions }: FastifyRequest): string {
  const { permission, does } = routeOptions.config;
  if (typeof permission === 'object') return permission.action;
  if (does !== undefined) return does;
  const schema = routeOptions.schema as { operationId?: string } | undefined;
  return schema?.operationId ?? 'unnamed';
}

function subjectOf(request: FastifyRequest): string {
  const { permission } = request.routeOptions.config;
  if (typeof permission === 'object' && permission.resource !== undefined) return permission.resource(request);
  const { name, id } = request.params as { name?: string; id?: string };
  const which = name ?? id;
  return which === undefined ? EVERYTHING : `${kindOf(actionOf(request))}:${which}`;
}

/** The same for a request that was signed as AWS does: a wrong signature, an unknown key, or no grant. */
export function auditAwsRefusal(audit: Audit, req: IncomingMessage, code: string, why: string): void {
  const { kind, name } = principalOf(req);
  const path = req.url!.split('?', 1)[0]!.slice(0, 200);
  audit.record({
    actor: kind === 'key' || kind === 'function' ? name : 'anonymous',
    action: 'aws:request',
    subject: `${req.method} ${path}`,
    outcome: 'denied',
    from: sourceOf(req),
    details: { code, why: why.slice(0, 200) },
  });
}
