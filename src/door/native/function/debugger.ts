import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { asProblem, Problem } from '../../../model/problem.ts';
import { auditRefusal, sourceOf } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import type { Guard } from '../../guard.ts';
import { demand, nameOf } from '../../principal.ts';
import { problemJson } from '../problem-json.ts';

const PATH = /^\/v1\/functions\/([A-Za-z0-9_-]{1,64})\/debugger$/;
/** What a caller asks to talk instead of HTTP: the debugger's own protocol, as it is. */
const PROTOCOL = 'tcp';
const MAX_DEBUGGERS = 16;

/** Debuggers that attach to functions, by `Upgrade: tcp`. */
interface DebuggerDoor {
  claims(req: IncomingMessage): boolean;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Makes the way from a debugger to the sandbox of a function that is set to be debugged. */
export function createDebuggerDoor({ engine, audit, lifecycle }: DoorContext, guard: Guard): DebuggerDoor {
  let open = 0;

  const attach = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const refusal = guard(req);
    if (refusal !== undefined) throw refusal;
    const target = PATH.exec(req.url!)?.[1];
    if (target === undefined || req.headers.upgrade?.toLowerCase() !== PROTOCOL)
      throw new Problem('invalid_request', `this node upgrades /v1/functions/<name>/debugger to "${PROTOCOL}" alone`);
    // Who attaches runs whatever they like in the function, with all that it was given.
    const name = engine.find(target)?.document.name ?? target;
    demand(req, 'function:deploy', `function:${name}`);
    if (open >= MAX_DEBUGGERS)
      throw new Problem('throttled', `${MAX_DEBUGGERS} debuggers are attached already; close one`);
    const inside = await engine.connectDebugger(target);
    audit.record({
      actor: nameOf(req),
      action: 'function:debug',
      subject: `function:${name}`,
      from: sourceOf(req),
    });
    open++;
    const end = (): void => {
      lifecycle.endless.delete(end);
      inside.destroy();
      socket.destroy();
    };
    lifecycle.endless.add(end);
    inside.once('close', () => open--);
    for (const each of [inside, socket]) {
      each.on('error', end);
      each.on('close', end);
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${PROTOCOL}\r\nConnection: Upgrade\r\n\r\n`);
    if (head.length > 0) inside.write(head);
    socket.pipe(inside);
    inside.pipe(socket);
  };

  return {
    claims: (req) => PATH.test(req.url!),
    upgrade(req, socket, head) {
      socket.on('error', () => undefined);
      attach(req, socket, head).catch((thrown: unknown) => {
        const problem = asProblem(thrown);
        auditRefusal(audit, req, problem);
        const body = JSON.stringify(problemJson({ problem }));
        socket.end(
          `HTTP/1.1 ${problem.status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        );
      });
    },
  };
}
