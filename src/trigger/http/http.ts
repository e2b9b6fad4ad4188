import { Compile } from 'typebox/schema';
import type { CloudEvent } from '../../model/event.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { httpEvent } from '../../model/shape/http-event.ts';
import type { TriggerType } from '../trigger-type.ts';
import { type HttpOptions, HttpOptionsSchema } from './options.ts';

/** First segments of paths that are the platform's own on every name of the node. */
const RESERVED = new Set([
  '',
  'api',
  'v1',
  'f',
  'hooks',
  'git',
  'healthz',
  'readyz',
  'metrics',
  'docs',
  'openapi.json',
  'console',
]);
const PARAMETER = /^\{([A-Za-z_][A-Za-z0-9_]{0,63})(\+?)\}$/;

/** A route: HTTP requests of a path run a function and get its answer. The door serves them; there is no event to keep. */
export const http: TriggerType<HttpOptions> = {
  name: 'http',
  summary: 'a route: HTTP requests run the function and get its answer',
  options: HttpOptionsSchema,
  usualWords: ['GET', '/users/{id}'],
  parseWords: (words) => {
    const [first = '', second, ...rest] = words;
    const path = second ?? first;
    if (rest.length > 0 || !path.startsWith('/')) {
      throw new Problem('invalid_request', "a route is written as '[METHOD[,METHOD]] /path', such as GET /users/{id}");
    }
    const methods = (second === undefined ? [] : first.toUpperCase().split(',')) as HttpOptions['methods'];
    return { path, methods };
  },
  describe: ({ methods, host, path }) => `${methods.join(',') || 'ANY'} ${host}${path}`,
  check(options) {
    checkPath(options);
    if (options.auth === 'key' && options.key === '') {
      throw new Problem('invalid_request', "'auth: key' needs a key: give one with --key");
    }
    if (options.cors?.credentials === true && options.cors.origins.includes('*')) {
      throw new Problem(
        'invalid_request',
        'browsers send no credentials to a route of every origin: name the origins in cors.origins',
      );
    }
    if (options.bodySchema !== undefined) compileBodySchema(options.bodySchema);
  },
  sample: (options): CloudEvent => ({
    specversion: '1.0',
    id: 'sample',
    source: 'fob:http',
    type: 'fob.http.request',
    datacontenttype: 'application/json',
    data: httpEvent({
      method: options.methods[0] ?? 'GET',
      path: options.path.replaceAll(/\{(\w+)\+?\}/g, 'sample-$1'),
      query: options.requiredQuery.map((name) => `${name}=sample`).join('&'),
      headers: { host: options.host || 'localhost', 'user-agent': 'fob' },
      body: Buffer.alloc(0),
      function: 'sample',
      requestId: '00000000-0000-7000-8000-000000000000',
      sourceIp: '127.0.0.1',
      protocol: 'HTTP/1.1',
      timeMs: 0,
      pathParameters: Object.fromEntries(
        [...options.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => [name!, `sample-${name}`]),
      ),
    }),
  }),
};

/** What says whether a JSON body fits; `invalid_request` where the schema itself is none. */
export function compileBodySchema(schema: Record<string, unknown>): {
  Check(value: unknown): boolean;
  Errors(value: unknown): [boolean, { instancePath: string; message: string }[]];
} {
  try {
    return Compile(schema);
  } catch (cause) {
    throw new Problem('invalid_request', `bodySchema is no JSON Schema: ${messageOf(cause)}`, { cause });
  }
}

/** Whether a path is the platform's own, on every name of the node: no route is asked for it. */
export function isReservedPath(path: string): boolean {
  const end = path.indexOf('/', 1);
  return RESERVED.has(path.slice(1, end === -1 ? undefined : end));
}

function checkPath({ path, host }: HttpOptions): void {
  const segments = path.slice(1).split('/');
  if (host === '' && isReservedPath(path)) {
    throw new Problem(
      'invalid_request',
      `the path '/${segments[0]}' is the platform's own: choose another, or give the route a host name of its own`,
    );
  }
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    if (!/[{}*:]/.test(segment)) continue;
    const found = PARAMETER.exec(segment);
    if (found === null) {
      throw new Problem(
        'invalid_request',
        `'${segment}' is no path parameter: write a whole segment as {name}, or {name+} at the end`,
      );
    }
    const [, name, rest] = found;
    if (names.has(name!)) throw new Problem('invalid_request', `the path parameter {${name}} comes twice`);
    names.add(name!);
    if (rest === '+' && index < segments.length - 1) {
      throw new Problem('invalid_request', `{${name}+} takes all that follows, so it must come last`);
    }
  }
}
