import findMyWay from 'find-my-way';
import type { Trigger } from '../../model/trigger.ts';
import { compileBodySchema } from '../../trigger/http/http.ts';
import type { HttpOptions } from '../../trigger/http/options.ts';

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof ALL_METHODS)[number];

/** A route and what it found in a path. */
export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Route {
  readonly trigger: Trigger;
  readonly options: HttpOptions;
  /** `GET /users/{id}`, or `ANY …`. */
  readonly key: string;
  readonly bodySchema?: ReturnType<typeof compileBodySchema>;
}

/** Finds the route of a request among the enabled triggers of type `http`. */
export class RouteTable {
  private readonly router = findMyWay({ ignoreDuplicateSlashes: false, maxParamLength: 2_048, caseSensitive: true });
  readonly size: number;

  /** Of two routes that are the same, the one whose trigger's name comes first stands. */
  constructor(triggers: readonly Trigger[]) {
    const ordered = [...triggers].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.size = ordered.length;
    for (const trigger of ordered) this.add(trigger);
  }

  /** `path` without the query. */
  find(method: string, path: string, host: string): RouteMatch | undefined {
    const found = this.router.find(method as Method, path, { host }) ?? this.router.find(method as Method, path);
    if (found === null) return undefined;
    const { route, rest } = found.store as { route: Route; rest: string | undefined };
    const parameters = Object.fromEntries(
      Object.entries(found.params).map(([name, value]) => [name === '*' ? rest! : name, value ?? '']),
    );
    return { route, parameters };
  }

  /** The methods that a path has routes for. */
  methodsOf(path: string, host: string): string[] {
    return ALL_METHODS.filter((method) => this.find(method, path, host) !== undefined);
  }

  private add(trigger: Trigger): void {
    const options = trigger.options as HttpOptions;
    const { path, host, methods, bodySchema } = options;
    const route: Route = {
      trigger,
      options,
      key: `${methods.join(',') || 'ANY'} ${path}`,
      ...(bodySchema !== undefined && { bodySchema: compileBodySchema(bodySchema) }),
    };
    const rest = /\{(\w+)\+\}$/.exec(path)?.[1];
    const pattern = path.replace(/\{\w+\+\}$/, '*').replaceAll(/\{(\w+)\}/g, ':$1');
    const constraints = host === '' ? {} : { host };
    for (const method of methods.length === 0 ? ALL_METHODS : methods) {
      if (this.router.hasRoute(method, pattern, constraints)) continue;
      this.router.on(method, pattern, { constraints }, () => {}, { route, rest });
    }
  }
}
