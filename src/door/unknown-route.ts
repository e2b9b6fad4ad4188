import type { IncomingMessage } from 'node:http';
import { Problem } from '../model/problem.ts';

/** The routes of a server, in order to tell a wrong method from a wrong path. */
export class KnownRoutes {
  private readonly routes: { method: string; segments: string[] }[] = [];

  add(methods: string | string[], path: string): void {
    for (const method of [methods].flat()) this.routes.push({ method, segments: path.split('/') });
  }

  /** What is wrong with a request that no route took. */
  problemOf(req: IncomingMessage): Problem {
    const path = (req.url ?? '').split('?', 1)[0]!;
    const segments = path.split('/');
    const allowed = this.routes.filter((route) => matches(route.segments, segments)).map((route) => route.method);
    if (allowed.length > 0) {
      const methods = [...new Set(allowed)].join(', ');
      return new Problem('method_not_allowed', `${path} takes ${methods}, not ${req.method}`, {
        details: { allowed: methods },
      });
    }
    return new Problem('not_found', `there is no ${req.method} ${path.slice(0, 200)}; /docs shows what there is`);
  }
}

function matches(pattern: string[], segments: string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]));
}
